"""Compact JWS (RFC 7515 §3.1) as all our signed statements use it: ES256, a type and a key's name.

Narrower than the RFC on purpose: exactly three header members, one algorithm, explicit types
(RFC 8725 §3.11), and one spelling of each part, so that no bit can change unseen.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM: Final = "ES256"
_LARGEST: Final = 200_000

Jwks = Mapping[str, Any]
"""A JWK Set (RFC 7517 §5), as published: ``{"keys": [...]}``."""


class Fault(StrEnum):
    """Why a signed statement is refused."""

    FORM = "form"
    TYPE = "type"
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    CONTENT = "content"


class AttestationRefused(ValueError):
    """A signed statement that does not verify; ``fault`` names why, ``detail`` is for support."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail


def sign_compact(payload: bytes, *, typ: str, key: ECKey, kid: str) -> str:
    """Return the compact JWS of ``payload`` under the P-256 private ``key`` named ``kid``."""
    header = {"alg": ALGORITHM, "kid": kid, "typ": typ}
    return jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM])


def verify_compact(compact: str, *, typ: str, jwks: Jwks) -> bytes:
    """Return the payload of ``compact`` if one of ``jwks`` signed it as ``typ``.

    Raises :class:`AttestationRefused`.
    """
    header, payload = _parts(compact)
    if header.get("alg") != ALGORITHM or header.keys() != {"alg", "kid", "typ"}:
        raise AttestationRefused(Fault.ALGORITHM, f"header {sorted(header)}, alg {header.get('alg')!r}")
    if header["typ"] != typ:
        raise AttestationRefused(Fault.TYPE, f"typ is {header['typ']!r}, not {typ!r}")
    key = _key(jwks, header["kid"])
    try:
        jws.deserialize_compact(compact, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as error:
        raise AttestationRefused(Fault.SIGNATURE, "these are not the bytes that were signed") from error
    return payload


def _parts(compact: str) -> tuple[dict[str, Any], bytes]:
    pieces = compact.split(".")
    if len(pieces) != 3 or len(compact) > _LARGEST:
        raise AttestationRefused(Fault.FORM, "not three parts joined by dots")
    head, payload, _ = (decoded(piece) for piece in pieces)
    try:
        header = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise AttestationRefused(Fault.FORM, "the header is not JSON") from error
    if not isinstance(header, dict):
        raise AttestationRefused(Fault.FORM, "the header is not an object")
    return header, payload


def decoded(piece: str) -> bytes:
    """Decode base64url without padding, in its one spelling (RFC 4648 §3.5: no stray bits).

    Raises :class:`AttestationRefused`.
    """
    try:
        decoded = base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))
    except (binascii.Error, ValueError) as error:
        raise AttestationRefused(Fault.FORM, "a part is not base64url") from error
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() != piece:
        raise AttestationRefused(Fault.FORM, "a part is not in its one base64url spelling")
    return decoded


def _key(jwks: Jwks, kid: object) -> ECKey:
    named = [jwk for jwk in jwks.get("keys", ()) if isinstance(jwk, dict) and jwk.get("kid") == kid]
    if len(named) != 1:
        raise AttestationRefused(Fault.UNKNOWN_KEY, f"{len(named)} published keys are named {kid!r}")
    if named[0].get("kty") != "EC" or named[0].get("crv") != "P-256":
        raise AttestationRefused(Fault.UNKNOWN_KEY, f"the key {kid!r} is not for ES256")
    try:
        return ECKey.import_key({name: named[0][name] for name in ("kty", "crv", "x", "y")})
    except (JoseError, KeyError, ValueError) as error:
        raise AttestationRefused(Fault.UNKNOWN_KEY, f"the key {kid!r} cannot be read") from error
