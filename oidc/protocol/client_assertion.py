"""``private_key_jwt``: the assertion by which a client signs its own name (RFC 7521 §4.2, RFC 7523 §3, RFC 10070).

One ordered table.  The signature comes before what is said: only the holder of the key learns what is wrong with it.
"""

from dataclasses import dataclass
from datetime import datetime

from aidants.domain.decisions import GRANTED, Decision, Denied
from oidc.protocol import client_errors as errors
from oidc.protocol.client import ClientRecord
from oidc.protocol.client_authentication import ASSERTION_TYPE
from oidc.protocol.jose import Jwt

ALGORITHMS = ("ES256", "PS256", "RS256")
FAPI2_ALGORITHMS = ("ES256", "PS256")
TYPES = ("", "jwt", "client-authentication+jwt")
LONGEST_LIFE = 3600.0
SKEW = 30.0
_LONGEST_NAME = 256


def algorithms_of(record: ClientRecord) -> tuple[str, ...]:
    """Return what a client may sign with: FAPI 2.0 §5.4.1 leaves out RS256."""
    return FAPI2_ALGORITHMS if record.is_fapi2 else ALGORITHMS


@dataclass(frozen=True, slots=True)
class AssertionFacts:
    """An assertion, the client that it names, and whether one of that client's keys signed it."""

    assertion_type: str
    assertion: Jwt | None
    client: ClientRecord
    signature_matches: bool
    issuer: str
    now: datetime
    first_time: bool = True

    @property
    def given(self) -> Jwt:
        """The assertion, once it was found readable."""
        if self.assertion is None:
            raise LookupError("no assertion")
        return self.assertion

    @property
    def moment(self) -> float:
        """Now, as a NumericDate."""
        return self.now.timestamp()


def _kind(facts: AssertionFacts) -> Decision:
    """``client_assertion_type`` is the one of JWTs (RFC 7523 §2.2)."""
    return GRANTED if facts.assertion_type == ASSERTION_TYPE else Denied(errors.ASSERTION_MALFORMED)


def _readable(facts: AssertionFacts) -> Decision:
    """The assertion is one JWT (RFC 7523 §3), typed as such if it is typed (RFC 10070 §4, RFC 8725 §3.11)."""
    readable = facts.assertion is not None and facts.assertion.typ in TYPES
    return GRANTED if readable else Denied(errors.ASSERTION_MALFORMED)


def _algorithm(facts: AssertionFacts) -> Decision:
    """It is signed, in an algorithm that this client may use: never ``none``, never a MAC (RFC 7523 §3.9)."""
    return GRANTED if facts.given.alg in algorithms_of(facts.client) else Denied(errors.ASSERTION_ALGORITHM)


def _signature(facts: AssertionFacts) -> Decision:
    """A key of the client signed it (RFC 7523 §3.9)."""
    return GRANTED if facts.signature_matches else Denied(errors.ASSERTION_SIGNATURE)


def _names(facts: AssertionFacts) -> Decision:
    """``iss`` and ``sub`` are the client's identifier (RFC 7523 §3.1, §3.2.B)."""
    own = facts.client.client_id
    return GRANTED if facts.given.text("iss") == facts.given.text("sub") == own else Denied(errors.ASSERTION_NAMES)


def _audience(facts: AssertionFacts) -> Decision:
    """``aud`` is our issuer identifier, as one text, and nothing else (RFC 10070 §4)."""
    return GRANTED if facts.given.claims.get("aud") == facts.issuer else Denied(errors.ASSERTION_AUDIENCE)


def _not_expired(facts: AssertionFacts) -> Decision:
    """``exp`` is to come, and not unreasonably far (RFC 7523 §3.4)."""
    exp = facts.given.seconds("exp")
    alive = exp is not None and facts.moment < exp <= facts.moment + LONGEST_LIFE + SKEW
    return GRANTED if alive else Denied(errors.ASSERTION_EXPIRED)


def _not_early(facts: AssertionFacts) -> Decision:
    """``iat`` is there, ``nbf`` may be; neither to come, a clock's drift aside (RFC 7523 §3.5, §3.6)."""
    iat, nbf = facts.given.seconds("iat"), facts.given.seconds("nbf")
    early = iat is None or iat > facts.moment + SKEW or (nbf is not None and nbf > facts.moment + SKEW)
    well_formed = "nbf" not in facts.given.claims or nbf is not None
    return GRANTED if well_formed and not early else Denied(errors.ASSERTION_EXPIRED)


def _named_once(facts: AssertionFacts) -> Decision:
    """``jti`` is there (RFC 7523 §3.7; required here, so that it may serve once)."""
    return GRANTED if 0 < len(facts.given.text("jti")) <= _LONGEST_NAME else Denied(errors.ASSERTION_NAMES)


ASSERTION = (_kind, _readable, _algorithm, _signature, _names, _audience, _not_expired, _not_early, _named_once)


def _first_time(facts: AssertionFacts) -> Decision:
    """The ``jti`` was not seen before (RFC 7523 §3.7)."""
    return GRANTED if facts.first_time else Denied(errors.ASSERTION_REPLAYED)


ONCE = (_first_time,)
"""Decided last, because seeing a name uses it."""
