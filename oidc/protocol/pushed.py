"""The pushed authorization request (RFC 9126): what a client's server deposits, and by what name it is found again."""

from dataclasses import dataclass

from aidants.domain.decisions import GRANTED, Decision, Denied
from oidc.protocol import client_errors, errors
from oidc.protocol.authorize import ASKED, AuthorizeFacts, knows_response_mode
from oidc.protocol.client_authentication import ASSERTION_PARAMETERS
from oidc.protocol.parameters import LONGEST

PREFIX = "urn:ietf:params:oauth:request_uri:"
SECONDS = 60
OF_THE_CALLER = frozenset({"client_secret", *ASSERTION_PARAMETERS})
"""What proves who deposits, and is no part of what is deposited (§2.1)."""


@dataclass(frozen=True, slots=True)
class PushFacts:
    """A deposit: the request as authorize would read it, and the key proved with it (RFC 9449 §10.1)."""

    request: AuthorizeFacts
    jkt: str


def _size(length: int) -> Decision:
    """A deposit has a bound, and one beyond it is answered by its own status (§2.3)."""
    return GRANTED if length <= LONGEST else Denied(client_errors.PUSH_TOO_LARGE)


SIZE = (_size,)
"""Asked of the length that the request announces, before it is read."""


def _no_request_uri(facts: PushFacts) -> Decision:
    """``request_uri`` is no part of a deposit (§2.1)."""
    return Denied(client_errors.PUSH_WITH_REQUEST_URI) if facts.request.get("request_uri") else GRANTED


def _own_client_id(facts: PushFacts) -> Decision:
    """``client_id``, when repeated, is the caller's (§2.1; RFC 6749 §4.1.1 requires it of the request)."""
    named = facts.request.get("client_id")
    other = named and named != facts.request.record.client_id
    return Denied(client_errors.PUSH_OF_ANOTHER_CLIENT) if other else GRANTED


def _redirect_uri_exact(facts: PushFacts) -> Decision:
    """``redirect_uri`` equals a registered one (§2.4 would allow others; RFC 9700 §2.1)."""
    registered = facts.request.get("redirect_uri") in facts.request.record.redirect_uris
    return GRANTED if registered else Denied(errors.REDIRECT_URI_REFUSED)


def _response_mode(facts: PushFacts) -> Decision:
    """The answer can take the way that is asked (§2.1; OIDC Core §3.1.2.6)."""
    return GRANTED if knows_response_mode(facts.request) else Denied(errors.RESPONSE_MODE_REFUSED)


def _same_key(facts: PushFacts) -> Decision:
    """``dpop_jkt`` and the proof's key are one (RFC 9449 §10.1)."""
    named = facts.request.get("dpop_jkt")
    other = facts.jkt and named and named != facts.jkt
    return Denied(client_errors.DPOP_JKT_REFUSED) if other else GRANTED


DEPOSIT = (_no_request_uri, _own_client_id, _redirect_uri_exact, _response_mode, _same_key)
"""Then the table ASKED, as if the browser had brought it (§2.1)."""

__all__ = ["ASKED", "DEPOSIT", "OF_THE_CALLER", "PREFIX", "SECONDS", "SIZE", "PushFacts"]
