"""Signed statements that clients send: read narrowly, verified by one named key and one listed algorithm.

Never trusts a header to say how it is to be verified beyond a list of ours (RFC 8725 §3.1), nor a key that it carries
for anything but what DPoP makes of it.
"""

import base64
import binascii
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from oidc.protocol.strict_json import read_json

LONGEST = 8192
_KINDS: Mapping[str, tuple[str, type[ECKey] | type[RSAKey]]] = {
    "ES256": ("EC", ECKey),
    "PS256": ("RSA", RSAKey),
    "RS256": ("RSA", RSAKey),
}
_RSA_LEAST_BYTES = 256
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_PUBLIC = {"EC": ("kty", "crv", "x", "y"), "RSA": ("kty", "n", "e")}


class _Registry(jws.JWSRegistry):
    """The library's, with headers long enough for an RSA key, as proofs carry one; other members are ignored."""

    max_header_length = LONGEST
    max_payload_length = LONGEST


@dataclass(frozen=True, slots=True)
class Jwt:
    """A compact JWS whose payload is a JSON object (RFC 7519 §7.2); nothing of it is verified yet."""

    compact: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @property
    def alg(self) -> str:
        """The algorithm that the header names, empty when it names none."""
        return _text(self.header.get("alg"))

    @property
    def kid(self) -> str:
        """The key that the header names, empty when it names none."""
        return _text(self.header.get("kid"))

    @property
    def typ(self) -> str:
        """The type without its prefix, in lower case (RFC 7515 §4.1.9)."""
        return _text(self.header.get("typ")).lower().removeprefix("application/")

    def text(self, claim: str) -> str:
        """Return a claim that is a text, empty otherwise."""
        return _text(self.claims.get(claim))

    def seconds(self, claim: str) -> float | None:
        """Return a NumericDate (RFC 7519 §2), or ``None`` when it is absent or no number that can be a moment."""
        value = self.claims.get(claim)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        try:
            moment = float(value)
        except OverflowError:
            return None
        return moment if math.isfinite(moment) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def read_jwt(compact: str) -> Jwt | None:
    """Return what ``compact`` says, or ``None`` when it is no compact JWS of two JSON objects.

    An unencoded payload or a critical extension is refused: we know none (RFC 7515 §4.1.11).
    """
    parts = compact.split(".")
    if len(parts) != 3 or len(compact) > LONGEST or not compact.isascii():
        return None
    header, claims = _object(parts[0]), _object(parts[1])
    if header is None or claims is None or "crit" in header:
        return None
    return Jwt(compact, header, claims)


def _object(part: str) -> dict[str, Any] | None:
    try:
        read = read_json(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None
    return read if isinstance(read, dict) else None


def is_private(jwk: Mapping[str, Any]) -> bool:
    """True when a JWK holds a private or symmetric member (RFC 7518 §6)."""
    return bool(_PRIVATE & jwk.keys())


def public_key(jwk: object, alg: str) -> ECKey | RSAKey | None:
    """Return a JWK as a key for ``alg``, or ``None`` when it is none: kind, curve, size (RFC 7518 §3.3, §3.4)."""
    if not isinstance(jwk, Mapping) or alg not in _KINDS:
        return None
    kty, kind = _KINDS[alg]
    fits = jwk.get("kty") == kty and jwk.get("use", "sig") == "sig" and jwk.get("alg", alg) == alg
    if not fits or (kty == "EC" and jwk.get("crv") != "P-256"):
        return None
    try:
        key = kind.import_key({name: jwk[name] for name in _PUBLIC[kty]})
        return key if isinstance(key, ECKey) or _is_long(key) else None
    except (JoseError, ValueError, KeyError, TypeError, binascii.Error):
        return None


def _is_long(key: RSAKey) -> bool:
    return key.public_key.key_size >= _RSA_LEAST_BYTES * 8


def thumbprint(key: ECKey | RSAKey) -> str:
    """Return the SHA-256 thumbprint of a key (RFC 7638)."""
    return key.thumbprint()


def _registry(algorithms: Collection[str]) -> _Registry:
    """Return what reads a header: a member that it does not know says nothing (RFC 7515 §4), ``crit`` set apart."""
    return _Registry(algorithms=list(algorithms), strict_check_header=False)


def is_signed_by(jwt: Jwt, key: ECKey | RSAKey, algorithms: Collection[str]) -> bool:
    """True when ``key`` signed these bytes in one of ``algorithms``."""
    try:
        jws.deserialize_compact(jwt.compact, key, registry=_registry(algorithms))
    except (JoseError, ValueError, TypeError):
        return False
    return jwt.alg in algorithms


def keys_for(jwt: Jwt, jwks: Sequence[Mapping[str, Any]]) -> list[ECKey | RSAKey]:
    """Return the keys of a set that may have signed: the one named, or all that fit when none is (RFC 7517 §4.5)."""
    named = [jwk for jwk in jwks if not jwt.kid or jwk.get("kid") == jwt.kid]
    keys = [public_key(jwk, jwt.alg) for jwk in named[:8]]
    return [key for key in keys if key is not None]
