"""Proof of possession (RFC 9449): the checks of §4.3 in their order, and the nonces of §8.

Plain functions; a nonce is a keyed digest of its period, so nothing is stored to recognise one of ours.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from joserfc.jwk import ECKey, RSAKey

from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from oidc.protocol import client_errors as errors
from oidc.protocol.jose import Jwt, is_private, is_signed_by, public_key, read_jwt, thumbprint

ALGORITHMS = ("ES256", "PS256")
"""Those of FAPI 2.0 §5.4.1: proofs are new, so nobody needs RS256."""
AGE = 60.0
AHEAD = 30.0
NONCE_SECONDS = 120
"""A nonce lives this long after the period in which it was given."""
_LONGEST_NAME = 256
_ESCAPED = re.compile("%([0-9A-Fa-f]{2})")
_PLAIN = re.compile(r"[A-Za-z0-9\-._~]")


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as it came: the JWT if it is one, and the key that it carries if that is fit."""

    jwt: Jwt | None
    key: ECKey | RSAKey | None
    carries_private: bool

    @property
    def jkt(self) -> str:
        """The thumbprint of the key (RFC 7638), empty without one."""
        return thumbprint(self.key) if self.key else ""


def read_proof(header: str) -> Proof:
    """Read a ``DPoP`` header; several of them, which servers join by commas, are no JWT."""
    jwt = read_jwt(header)
    jwk = jwt.header.get("jwk") if jwt else None
    carries_private = isinstance(jwk, dict) and is_private(jwk)
    return Proof(jwt, public_key(jwk, jwt.alg) if jwt else None, carries_private)


def ath_of(token: str) -> str:
    """Return the ``ath`` of an access token (§4.2)."""
    return _base64url(hashlib.sha256(token.encode("utf-8", "replace")).digest())


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """A proof and the request that it comes with.

    ``token``        the access token presented with it, empty at the token endpoint
    ``nonce_is_own`` whether its nonce is one that we gave lately
    """

    proof: Proof
    method: str
    url: str
    now: datetime
    nonce_is_own: bool
    algorithms: tuple[str, ...] = ALGORITHMS
    token: str = ""
    first_time: bool = True

    @property
    def jwt(self) -> Jwt:
        """The JWT, once it was found to be one."""
        if self.proof.jwt is None:
            raise LookupError("no proof")
        return self.proof.jwt


_MALFORMED = Denied(errors.PROOF_MALFORMED)


def _one_jwt(facts: ProofFacts) -> Decision:
    """One header, one well-formed JWT (§4.3, 1 and 2)."""
    return GRANTED if facts.proof.jwt is not None else _MALFORMED


def _claims(facts: ProofFacts) -> Decision:
    """``jti``, ``htm``, ``htu``, ``iat`` are there (§4.3, 3)."""
    texts = all(len(facts.jwt.text(name)) > 0 for name in ("jti", "htm", "htu"))
    there = texts and len(facts.jwt.text("jti")) <= _LONGEST_NAME and facts.jwt.seconds("iat") is not None
    return GRANTED if there else _MALFORMED


def _type(facts: ProofFacts) -> Decision:
    """``typ`` is ``dpop+jwt`` (§4.3, 4)."""
    return GRANTED if facts.jwt.typ == "dpop+jwt" else _MALFORMED


def _algorithm(facts: ProofFacts) -> Decision:
    """An asymmetric algorithm that we take (§4.3, 5)."""
    return GRANTED if facts.jwt.alg in facts.algorithms else Denied(errors.PROOF_SIGNATURE)


def _public_key(facts: ProofFacts) -> Decision:
    """``jwk`` is a public key, without its private part (§4.3, 7)."""
    return GRANTED if facts.proof.key is not None and not facts.proof.carries_private else _MALFORMED


def _signature(facts: ProofFacts) -> Decision:
    """That key signed it (§4.3, 6)."""
    signed = facts.proof.key is not None and is_signed_by(facts.jwt, facts.proof.key, facts.algorithms)
    return GRANTED if signed else Denied(errors.PROOF_SIGNATURE)


def _method(facts: ProofFacts) -> Decision:
    """``htm`` is the method of this request (§4.3, 8)."""
    return GRANTED if facts.jwt.text("htm") == facts.method else Denied(errors.PROOF_ELSEWHERE)


def _address(facts: ProofFacts) -> Decision:
    """``htu`` is the address of this request, query and fragment aside (§4.3, 9)."""
    same = comparable(facts.jwt.text("htu")) == comparable(facts.url)
    return GRANTED if same else Denied(errors.PROOF_ELSEWHERE)


def _nonce(facts: ProofFacts) -> Decision:
    """``nonce`` is one that we gave (§4.3, 10; §8)."""
    return GRANTED if facts.nonce_is_own else Denied(errors.PROOF_NONCE)


def _recent(facts: ProofFacts) -> Decision:
    """Made within a minute, a clock's drift aside (§4.3, 11; §11.1)."""
    iat, moment = facts.jwt.seconds("iat") or 0.0, facts.now.timestamp()
    return GRANTED if moment - AGE <= iat <= moment + AHEAD else Denied(errors.PROOF_EXPIRED)


def _in_force(facts: ProofFacts) -> Decision:
    """``nbf`` and ``exp``, which a proof need not have, agree (RFC 7519 §4.1.4, §4.1.5; FAPI 2.0 §5.3.2.1)."""
    moment = facts.now.timestamp()
    begins, ends = (facts.jwt.seconds(name) if name in facts.jwt.claims else moment for name in ("nbf", "exp"))
    kept = begins is not None and ends is not None and begins <= moment + AHEAD and moment - AHEAD <= ends
    return GRANTED if kept else Denied(errors.PROOF_EXPIRED)


def _token(facts: ProofFacts) -> Decision:
    """With a token, ``ath`` is its digest (§4.3, 12)."""
    told = facts.jwt.text("ath").encode("utf-8", "replace")
    matches = not facts.token or hmac.compare_digest(told, ath_of(facts.token).encode())
    return GRANTED if matches else Denied(errors.PROOF_ELSEWHERE)


PROOF = (
    _one_jwt, _claims, _type, _algorithm, _public_key, _signature, _method, _address, _nonce, _recent, _in_force,
    _token,
)  # fmt: skip


def _first_time(facts: ProofFacts) -> Decision:
    """The ``jti`` was not seen before with this key (§11.1)."""
    return GRANTED if facts.first_time else Denied(errors.PROOF_REPLAYED)


ONCE = (_first_time,)
"""Decided last, because seeing a name uses it."""


def comparable(url: str) -> tuple[str, str, int | None, str] | None:
    """Return what of an address is compared (§4.3, RFC 3986 §6.2.2, §6.2.3); ``None`` when it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None:
        return None
    return (
        parts.scheme.lower(),
        parts.hostname.lower(),
        port or {"https": 443, "http": 80}.get(parts.scheme),
        _ESCAPED.sub(_unescaped, parts.path),
    )


def _unescaped(escaped: re.Match[str]) -> str:
    """Return a character that needs no escape as itself; another's escape in capitals (RFC 3986 §6.2.2.1, §6.2.2.2)."""
    plain = chr(int(escaped[1], 16))
    return plain if _PLAIN.fullmatch(plain) else escaped[0].upper()


def nonce_at(key: bytes, now: datetime, periods_ago: int = 0) -> str:
    """Return the nonce that is given at ``now`` (§8), or the one given some periods ago."""
    period = int(now.timestamp()) // NONCE_SECONDS - periods_ago
    return _base64url(hmac.new(key, b"dpop nonce\x00" + period.to_bytes(8, "big"), hashlib.sha256).digest())


def is_own_nonce(key: bytes, nonce: str, now: datetime) -> bool:
    """True for the nonce of this period or of the one before."""
    given = nonce.encode("utf-8", "replace")
    return any(hmac.compare_digest(given, nonce_at(key, now, ago).encode()) for ago in (0, 1))


def of_resource(error: ErrorCode) -> ErrorCode:
    """Return how a resource says what the token endpoint would say: 401 beside a challenge (§7.1, §9)."""
    return errors.PROOF_NONCE_OF_RESOURCE if error is errors.PROOF_NONCE else errors.PROOF_OF_RESOURCE


def _base64url(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
