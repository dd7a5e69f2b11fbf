"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0 §2, §3) as one ordered table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aidants.domain.decisions import GRANTED, Decision, Denied
from oidc.protocol import errors
from oidc.protocol.client import ClientRecord
from oidc.protocol.parameters import Parameters, is_text


@dataclass(frozen=True, slots=True)
class LogoutFacts:
    """A logout request, the client it concerns, and the hint's claims once its signature was found ours."""

    parameters: Parameters | None
    issuer: str
    client: ClientRecord | None
    hint: Mapping[str, Any] | None

    def get(self, name: str) -> str:
        """Return a parameter, empty when omitted."""
        return self.parameters.get(name) if self.parameters else ""


def _readable(facts: LogoutFacts) -> Decision:
    """The request is a form whose parameters stand once (§2; OIDC Core §13.1, §13.2)."""
    readable = facts.parameters is not None and not facts.parameters.repeated and is_text(facts.get("state"), 2048)
    return GRANTED if readable else Denied(errors.REQUEST_UNREADABLE)


def _hint_is_ours(facts: LogoutFacts) -> Decision:
    """Signature, ``iss`` and ``aud`` of the hint are checked, ``exp`` is not (§2)."""
    if not facts.get("id_token_hint"):
        return GRANTED
    hint, client = facts.hint, facts.client
    ours = hint is not None and client is not None and hint.get("iss") == facts.issuer
    return GRANTED if ours and _audience(facts) == {client.client_id if client else ""} else _REFUSED


_REFUSED = Denied(errors.LOGOUT_HINT_REFUSED)


def _audience(facts: LogoutFacts) -> set[Any]:
    audience = (facts.hint or {}).get("aud")
    return set(audience) if isinstance(audience, list) else {audience}


def _same_client(facts: LogoutFacts) -> Decision:
    """``client_id``, when given, is the hint's audience (§2)."""
    named = facts.get("client_id")
    other = named and facts.get("id_token_hint") and _audience(facts) != {named}
    return _REFUSED if other else GRANTED


def _registered_uri(facts: LogoutFacts) -> Decision:
    """``post_logout_redirect_uri`` equals a registered one, and comes with a hint (§2, §3)."""
    target = facts.get("post_logout_redirect_uri")
    if not target:
        return GRANTED
    registered = facts.hint is not None and facts.client is not None
    registered = registered and target in (facts.client.post_logout_redirect_uris if facts.client else ())
    return GRANTED if registered else Denied(errors.LOGOUT_URI_REFUSED)


LOGOUT = (_readable, _hint_is_ours, _same_client, _registered_uri)
