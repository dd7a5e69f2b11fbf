"""SD-JWT (RFC 9901): a signed statement of which the holder shows what they choose.

Owns disclosures, digests and their reading; strict where the RFC lets a reader be.  Never chooses what is concealed:
whoever builds the claims marks it with :class:`Hidden`.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from aidants.domain.canonical import canonical_bytes
from mandats.attestation.compact import (
    ALGORITHM,
    AttestationRefused,
    Fault,
    Jwks,
    decoded,
    sign_compact,
    verify_compact,
)

HASH: Final = "sha-256"
KB_TYPE: Final = "kb+jwt"
_WALLETS: Final = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
"""A member of a wallet's header that is not understood is ignored, a critical one refused (RFC 7515 §4, §4.1.11)."""
_LARGEST: Final = 60_000
_MOST: Final = 200
_RESERVED: Final = frozenset({"_sd", "_sd_alg", "..."})
Draw = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A claim, or an element of a list, that the holder shows or not (§4.2)."""

    value: Any


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What a verified presentation shows: the claims with what was disclosed put back (§7.1).

    ``shown``  how many disclosures came with it; ``holder`` the JWK that it is bound to, if it is
    ``proof``  the payload of the key binding, once its signature and digest were found right (§7.3)
    """

    claims: dict[str, Any]
    shown: int
    holder: Mapping[str, Any] | None
    proof: dict[str, Any] | None = None


@dataclass(slots=True)
class _Concealing:
    draw: Draw
    disclosures: list[str] = field(default_factory=list)

    def digest_of(self, *content: Any) -> str:
        """Write one disclosure; return its digest (§4.2.3)."""
        text = _encoded(json.dumps([self.draw(), *content], ensure_ascii=False).encode())
        self.disclosures.append(text)
        return _digest(text)

    def object_of(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Return an object whose hidden members stand in ``_sd``, in an order that tells nothing (§4.2.4.1).

        Raises ``ValueError`` for a claim by a name that is the format's own (§4.1, §4.2.1).
        """
        if _RESERVED & claims.keys():
            raise ValueError(f"names of the format's own: {sorted(_RESERVED & claims.keys())}")
        shown = {name: self.value_of(value) for name, value in claims.items() if not isinstance(value, Hidden)}
        hidden = [
            self.digest_of(name, self.value_of(value.value))
            for name, value in claims.items()
            if isinstance(value, Hidden)
        ]
        return shown | ({"_sd": sorted(hidden)} if hidden else {})

    def value_of(self, value: Any) -> Any:
        """Return a value with whatever is hidden below it concealed (§4.2.4.2, §4.2.6)."""
        if isinstance(value, Mapping):
            return self.object_of(value)
        if isinstance(value, list | tuple):
            return [
                {"...": self.digest_of(self.value_of(one.value))} if isinstance(one, Hidden) else self.value_of(one)
                for one in value
            ]
        return value


def issue(claims: Mapping[str, Any], *, typ: str, key: ECKey, kid: str, draw: Draw) -> str:
    """Return the SD-JWT with all its disclosures, for its holder (§4).  ``draw`` gives salts of 128 bits (§9.3)."""
    concealing = _Concealing(draw)
    payload = {**concealing.object_of(claims), "_sd_alg": HASH}
    compact = sign_compact(canonical_bytes(payload), typ=typ, key=key, kid=kid)
    return "~".join([compact, *concealing.disclosures, ""])


def verify(presentation: str, *, typ: str, jwks: Jwks, always: frozenset[str] = frozenset()) -> Disclosed:
    """Return what a presentation shows, if one of ``jwks`` signed it as ``typ``.

    ``always`` names the claims that may never be concealed.  Raises :class:`AttestationRefused`.
    """
    compact, disclosures, proof = _split(presentation)
    payload = _object(verify_compact(compact, typ=typ, jwks=jwks))
    if payload.pop("_sd_alg", HASH) != HASH:
        raise AttestationRefused(Fault.CONTENT, "another digest than sha-256")
    if not always <= payload.keys():
        raise AttestationRefused(Fault.CONTENT, "a claim that is always shown is missing")
    reading = _Reading({_digest(text): _parsed(text) for text in disclosures})
    if len(reading.known) != len(disclosures):
        raise AttestationRefused(Fault.CONTENT, "a disclosure stands twice")
    claims = reading.object_of(payload)
    reading.finish()
    holder = _holder_of(payload)
    told = None
    if proof:
        if holder is None:
            raise AttestationRefused(Fault.CONTENT, "a key binding, and no key that it could prove")
        told = _verified_proof(proof, presentation[: -len(proof)], holder)
    return Disclosed(claims, len(disclosures), holder, told)


@dataclass(slots=True)
class _Reading:
    known: dict[str, list[Any]]
    seen: Counter[str] = field(default_factory=Counter)

    def finish(self) -> None:
        """Refuse a disclosure that nothing signed names, and a digest that stands twice (§7.1, steps 4 and 5)."""
        if any(count > 1 for count in self.seen.values()):
            raise AttestationRefused(Fault.CONTENT, "a digest stands twice")
        if self.known.keys() - self.seen.keys():
            raise AttestationRefused(Fault.CONTENT, "a disclosure that nothing signed names")

    def take(self, digest: object, length: int) -> list[Any] | None:
        """Return the disclosure of a digest, if it was shown; ``length`` tells members from elements."""
        if not isinstance(digest, str):
            raise AttestationRefused(Fault.CONTENT, "a digest is text")
        self.seen[digest] += 1
        found = self.known.get(digest)
        if found is not None and len(found) != length:
            raise AttestationRefused(Fault.CONTENT, "a disclosure in the place of another kind")
        return found

    def object_of(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Put members back in an object (§7.1, step 3)."""
        shown = {name: self.value_of(value) for name, value in given.items() if name != "_sd"}
        digests = given.get("_sd", [])
        if not isinstance(digests, list):
            raise AttestationRefused(Fault.CONTENT, "_sd is a list")
        for digest in digests:
            if (found := self.take(digest, 3)) is None:
                continue
            _, name, value = found
            if not isinstance(name, str) or name in _RESERVED or name in shown:
                raise AttestationRefused(Fault.CONTENT, f"a disclosure may not bear the name {name!r}")
            shown[name] = self.value_of(value)
        return shown

    def value_of(self, value: Any) -> Any:
        """Put back what a value conceals; elements that were not shown leave no trace."""
        if isinstance(value, dict):
            return self.object_of(value)
        if not isinstance(value, list):
            return value
        kept = []
        for one in value:
            if isinstance(one, dict) and one.keys() == {"..."}:
                if (found := self.take(one["..."], 2)) is not None:
                    kept.append(self.value_of(found[1]))
            else:
                kept.append(self.value_of(one))
        return kept


def _split(presentation: str) -> tuple[str, list[str], str]:
    """Return the signed part, the disclosures, the key binding or an empty text (§4)."""
    pieces = presentation.split("~")
    if len(pieces) < 2 or len(presentation) > _LARGEST or len(pieces) > _MOST:
        raise AttestationRefused(Fault.FORM, "not parts joined by tildes")
    return pieces[0], pieces[1:-1], pieces[-1]


def _parsed(text: str) -> list[Any]:
    """Return the list that a disclosure is (§4.2.1, §4.2.2)."""
    try:
        read = json.loads(decoded(text))
    except (ValueError, RecursionError) as error:
        raise AttestationRefused(Fault.CONTENT, "a disclosure is no JSON") from error
    if not isinstance(read, list) or len(read) not in (2, 3) or not isinstance(read[0], str):
        raise AttestationRefused(Fault.CONTENT, "a disclosure is a salt, a name and a value, or a salt and a value")
    return read


def _object(data: bytes) -> dict[str, Any]:
    try:
        read = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise AttestationRefused(Fault.CONTENT, "the payload is no JSON") from error
    if not isinstance(read, dict):
        raise AttestationRefused(Fault.CONTENT, "the payload is no object")
    return read


def _holder_of(payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the key that a statement is bound to (RFC 7800 §3.2)."""
    cnf = payload.get("cnf")
    if cnf is None:
        return None
    jwk = cnf.get("jwk") if isinstance(cnf, dict) else None
    if not isinstance(jwk, dict):
        raise AttestationRefused(Fault.CONTENT, "cnf holds no jwk")
    return jwk


def _verified_proof(proof: str, presented: str, holder: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload of a key binding whose signature and digest are right (§7.3)."""
    try:
        read = jws.deserialize_compact(proof, ECKey.import_key(dict(holder)), registry=_WALLETS)
    except (JoseError, ValueError, KeyError) as error:
        raise AttestationRefused(Fault.SIGNATURE, "the key binding is not the holder's") from error
    if read.headers().get("typ") != KB_TYPE:
        raise AttestationRefused(Fault.TYPE, "the key binding is of another type")
    told = _object(read.payload or b"")
    if told.get("sd_hash") != _digest(presented):
        raise AttestationRefused(Fault.SIGNATURE, "the key binding is of another presentation")
    return told


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _digest(text: str) -> str:
    """Return the digest of a text as it travels (§4.2.3, §4.3.1)."""
    return _encoded(hashlib.sha256(text.encode()).digest())
