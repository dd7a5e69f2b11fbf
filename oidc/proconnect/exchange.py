"""From ProConnect's authorize address to the agent that it vouches for.

Its profile is FranceConnect's, with fewer parameters: any other than those below is an error there.  No PKCE, hence
a nonce of 256 bits; userinfo is a signed JWT.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.urls import reverse

from aidants.domain.decisions import Denied
from oidc.franceconnect.configuration import Configuration, UnknownKey, configuration, end_session_endpoint, signing_key
from oidc.franceconnect.statements import BadStatement, Expected, id_token_claims, key_id, userinfo_claims
from oidc.franceconnect.wire import Deadline, Refused, Unreachable, exchange_code, fetch_userinfo
from oidc.proconnect import errors

_log = logging.getLogger(__name__)
SCOPE = "openid email given_name usual_name siret"


@dataclass(frozen=True, slots=True)
class Agent:
    """Whom ProConnect vouches for: its own name for them, their professional address, their organisation's SIRET."""

    sub: str
    email: str
    id_token: str
    siret: str = ""


def _address(route: str) -> str:
    return f"{settings.ISSUER}{reverse(route)}"


def _client() -> OAuth2Session:
    return OAuth2Session(
        settings.PROCONNECT_CLIENT_ID,
        settings.PROCONNECT_CLIENT_SECRET,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 -- the method's name (Core §9)
        scope=SCOPE,
        redirect_uri=_address("oidc:proconnect_callback"),
    )


def deadline() -> Deadline:
    """Return the deadline of the calls made for one page."""
    return Deadline(settings.FRANCECONNECT_TIMEOUT_SECONDS)


def authorize_address(state: str, nonce: str, within: Deadline) -> str | Denied:
    """Return where the agent's browser must go."""
    try:
        endpoint = configuration(within, settings.PROCONNECT_BASE).authorization_endpoint
    except Unreachable:
        return Denied(errors.UNAVAILABLE)
    address, _ = _client().create_authorization_url(endpoint, state=state, nonce=nonce)
    return str(address)


def closing_address(id_token: str, state: str) -> str:
    """Return where ProConnect's session is closed (RP-Initiated Logout 1.0 §2)."""
    back = _address("oidc:proconnect_end")
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "state": state}
    return f"{end_session_endpoint(settings.PROCONNECT_BASE)}?{urlencode(query)}"


def agent_for(code: str, iss: str | None, nonce_digest: str, now: datetime, within: Deadline) -> Agent | Denied:
    """Exchange ``code`` and return the agent behind it, or why not.  Never raises for ProConnect's faults."""
    try:
        place = configuration(within, settings.PROCONNECT_BASE)
        if iss not in (None, place.issuer):
            return Denied(errors.NOT_BELIEVED)
        return _agent(exchange_code(_client(), place.token_endpoint, code, within), place, nonce_digest, now, within)
    except Unreachable:
        return Denied(errors.UNAVAILABLE)
    except (BadStatement, UnknownKey, Refused) as error:
        _log.warning("ProConnect: statement refused (%s %s)", type(error).__name__, error)
        return Denied(errors.NOT_BELIEVED)


def _agent(token: dict[str, Any], place: Configuration, nonce_digest: str, now: datetime, within: Deadline) -> Agent:
    id_token, access_token = _text(token, "id_token"), _text(token, "access_token")
    client = settings.PROCONNECT_CLIENT_ID
    # Our own second factor follows whatever the agent gave there: no level is asked.
    expected = Expected(place.issuer, client, now, nonce_digest, access_token, levels=frozenset())
    claims = id_token_claims(id_token, signing_key(key_id(id_token), place.jwks_uri, within), expected)
    compact = fetch_userinfo(place.userinfo_endpoint, access_token, within)
    key = signing_key(key_id(compact), place.jwks_uri, within)
    told = userinfo_claims(compact, key, Expected(place.issuer, client, now, sub=str(claims["sub"])))
    email, siret = _text(told, "email").strip().lower(), told.get("siret")
    return Agent(_text(told, "sub"), email, id_token, siret if isinstance(siret, str) else "")


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise BadStatement(f"{name} absent")
    return value
