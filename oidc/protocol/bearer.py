"""The use of an access token at userinfo (RFC 6750, OIDC Core §5.3) and its introspection (RFC 7662)."""

import re
from dataclasses import dataclass
from datetime import datetime

from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from oidc.protocol import errors
from oidc.protocol.parameters import Parameters

REALM = "mandats"
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,512}=*")


def token_in(authorization: str) -> str:
    """Return the token of an ``Authorization: Bearer`` header (RFC 6750 §2.1), or empty text."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and _TOKEN.fullmatch(token) else ""


@dataclass(frozen=True, slots=True)
class BearerFacts:
    """A request with a token, and the token's row if there is one.

    ``elsewhere``  parameters of the query and of the form
    ``standing``   whether the autorisation may still be used, decided at this very moment
    """

    authorization: str
    elsewhere: tuple[Parameters | None, ...]
    now: datetime
    expires_at: datetime | None = None
    revoked: bool = False
    standing: Decision = GRANTED


def _not_elsewhere(facts: BearerFacts) -> Decision:
    """Never in a query nor a form, which end up in journals of servers (RFC 6750 §2.3, RFC 9700 §4.3.2)."""
    leaked = any(place is not None and "access_token" in place.values for place in facts.elsewhere)
    return Denied(errors.TOKEN_ELSEWHERE) if leaked else GRANTED


def _in_header(facts: BearerFacts) -> Decision:
    """A request without credentials is told which kind is wanted, and no error code (RFC 6750 §3.1)."""
    if not facts.authorization.lower().startswith("bearer"):
        return Denied(errors.TOKEN_MISSING)
    return GRANTED if token_in(facts.authorization) else Denied(errors.TOKEN_REFUSED)


PRESENTATION = (_not_elsewhere, _in_header)


def _alive(facts: BearerFacts) -> Decision:
    """The token is known, not expired, not revoked (RFC 6750 §3.1, RFC 7662 §2.2)."""
    alive = facts.expires_at is not None and facts.now < facts.expires_at and not facts.revoked
    return GRANTED if alive else Denied(errors.TOKEN_REFUSED)


def _mandat_stands(facts: BearerFacts) -> Decision:
    """The autorisation may still be used: a token dies at the second of a revocation (PROTOCOLS §3)."""
    return GRANTED if facts.standing else Denied(errors.TOKEN_REFUSED)


LIFE = (_alive, _mandat_stands)


def challenge(error: ErrorCode) -> str:
    """Return the ``WWW-Authenticate`` header of a refusal (RFC 6750 §3)."""
    parts = [f'Bearer realm="{REALM}"']
    if error.oauth:
        parts += [f'error="{error.oauth}"', f'error_description="{errors.description(error)}"']
    return ", ".join(parts)
