"""The use of an access token at userinfo (RFC 6750, RFC 9449 §7, OIDC Core §5.3) and its introspection (RFC 7662)."""

import re
from dataclasses import dataclass
from datetime import datetime

from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from oidc.protocol import dpop, errors
from oidc.protocol.parameters import Parameters

REALM = "mandats"
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]{1,4096}=*")
_SCHEMES = ("bearer", "dpop")


def scheme_of(authorization: str) -> str:
    """Return the scheme of an ``Authorization`` header in lower case, empty when it is none that we take."""
    scheme = authorization.partition(" ")[0].lower()
    return scheme if scheme in _SCHEMES else ""


def token_in(authorization: str) -> str:
    """Return the token of a ``Bearer`` (RFC 6750 §2.1) or ``DPoP`` (RFC 9449 §7.1) header, or empty text."""
    token = authorization.partition(" ")[2].strip()
    return token if scheme_of(authorization) and _TOKEN.fullmatch(token) else ""


@dataclass(frozen=True, slots=True)
class BearerFacts:
    """A request with a token, and the token's row if there is one.

    ``elsewhere``  parameters of the query and of the form
    ``bound_jkt``  the key that the token is bound to, empty for a bearer token
    ``jkt``        the key whose possession was proved with the request, empty without a proof
    ``standing``   whether the autorisation may still be used, decided at this very moment
    """

    authorization: str
    elsewhere: tuple[Parameters | None, ...]
    now: datetime
    expires_at: datetime | None = None
    revoked: bool = False
    bound_jkt: str = ""
    jkt: str = ""
    standing: Decision = GRANTED


def _not_elsewhere(facts: BearerFacts) -> Decision:
    """Never in a query nor a form, which end up in journals of servers (RFC 6750 §2.3, RFC 9700 §4.3.2)."""
    leaked = any(place is not None and "access_token" in place.values for place in facts.elsewhere)
    return Denied(errors.TOKEN_ELSEWHERE) if leaked else GRANTED


def _in_header(facts: BearerFacts) -> Decision:
    """A request without credentials is told which kind is wanted, and no error code (RFC 6750 §3.1)."""
    if not scheme_of(facts.authorization):
        return Denied(errors.TOKEN_MISSING)
    return GRANTED if token_in(facts.authorization) else Denied(errors.TOKEN_REFUSED)


PRESENTATION = (_not_elsewhere, _in_header)


def _bound(facts: BearerFacts) -> Decision:
    """A token bound to a key comes with a proof by that key; a bearer token comes as one (RFC 9449 §7.1, §7.2)."""
    return GRANTED if facts.bound_jkt == facts.jkt else Denied(errors.TOKEN_REFUSED)


BINDING = (_bound,)
"""At userinfo alone: who asks about a token at introspection is not who uses it."""


def _alive(facts: BearerFacts) -> Decision:
    """The token is known, not expired, not revoked (RFC 6750 §3.1, RFC 7662 §2.2)."""
    alive = facts.expires_at is not None and facts.now < facts.expires_at and not facts.revoked
    return GRANTED if alive else Denied(errors.TOKEN_REFUSED)


def _mandat_stands(facts: BearerFacts) -> Decision:
    """The autorisation may still be used: a token dies at the second of a revocation (PROTOCOLS §3)."""
    return GRANTED if facts.standing else Denied(errors.TOKEN_REFUSED)


LIFE = (_alive, _mandat_stands)


def _token_named(parameters: Parameters) -> Decision:
    """``token`` is present; a hint helps nobody here and is ignored (RFC 7009 §2.1, RFC 7662 §2.1)."""
    return GRANTED if parameters.get("token") else Denied(errors.TOKEN_PARAMETER_MISSING)


NAMED = (_token_named,)
"""What introspection and revocation are asked about."""


def challenge(error: ErrorCode, scheme: str = "") -> str:
    """Return the ``WWW-Authenticate`` header of a refusal (RFC 6750 §3, RFC 9449 §7.1).

    The scheme that was used is answered; to who used none, both are offered.
    """
    offer = f'DPoP algs="{" ".join(dpop.ALGORITHMS)}"'
    parts = [offer if scheme == "dpop" else f'Bearer realm="{REALM}"']
    if error.oauth:
        parts += [f'error="{error.oauth}"', f'error_description="{errors.description(error)}"']
    return ", ".join(parts if scheme else [*parts, offer])
