"""One sign-in at FranceConnect, from its authorize address to the identity that it gives.

Owns the parameters that we send and the order of the calls.  Everything after the browser's return happens
within one deadline of six seconds.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlencode

from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.urls import reverse
from joserfc.jwk import Key

from aidants.domain.decisions import Denied
from mandats.domain.identite import Identite, PreuveIdentite
from oidc.franceconnect import errors
from oidc.franceconnect.configuration import (
    Configuration,
    UnknownKey,
    configuration,
    end_session_endpoint,
    signing_key,
)
from oidc.franceconnect.identity import identite_of, preuve_of
from oidc.franceconnect.logins import Opened
from oidc.franceconnect.statements import (
    BadStatement,
    Expected,
    id_token_claims,
    key_id,
    userinfo_claims,
)
from oidc.franceconnect.wire import Deadline, Refused, TooSlow, Unreachable, exchange_code, fetch_userinfo

_log = logging.getLogger(__name__)

SCOPE = "openid identite_pivot preferred_username email idp_birthdate idp_id"
ACR = "eidas1"
# Of the threads of the wire, and of the web's own, how many a process gives to returns that no login explains.
_FOR_STRANGERS = BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Identified:
    """An identity that FranceConnect vouches for."""

    identite: Identite
    preuve: PreuveIdentite


@dataclass(slots=True)
class Exchange:
    """What a return gave: the answer, the hint that closes FranceConnect's session, and whether it was slow."""

    answer: Identified | Denied
    id_token: str = ""
    slow: bool = False


def _address(route: str) -> str:
    return f"{settings.ISSUER}{reverse(route)}"


def _client() -> OAuth2Session:
    client = OAuth2Session(
        settings.FRANCECONNECT_CLIENT_ID,
        settings.FRANCECONNECT_CLIENT_SECRET,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the method's name (Core §9)
        scope=SCOPE,
        redirect_uri=_address("oidc:fc_callback"),
    )
    client.register_compliance_hook("access_token_response", _note_error_uri)
    return client


def _note_error_uri(response: Any) -> Any:
    """Log the incident that FranceConnect names in ``error_uri``; no other part of the body."""
    if 400 <= response.status_code < 500:
        try:
            told = response.json()
        except ValueError:
            told = {}
        if isinstance(told, dict):
            _log.warning("FranceConnect: error=%s error_uri=%s", told.get("error"), told.get("error_uri"))
    return response


def deadline() -> Deadline:
    """Return the deadline of the calls made for one page."""
    return Deadline(settings.FRANCECONNECT_TIMEOUT_SECONDS)


def authorize_address(opened: Opened, within: Deadline) -> str | Denied:
    """Return where the person's browser must go.  Only whitelisted parameters, hence no PKCE (PROTOCOLS §2)."""
    try:
        endpoint = configuration(within).authorization_endpoint
    except Unreachable:
        return Denied(errors.UNAVAILABLE)
    address, _ = _client().create_authorization_url(
        endpoint, state=opened.state, nonce=opened.nonce, acr_values=ACR, prompt="login"
    )
    return str(address)


def closing_address(id_token: str, state: str) -> str:
    """Return where FranceConnect's session is closed (RP-Initiated Logout 1.0 §2)."""
    query = {
        "id_token_hint": id_token,
        "post_logout_redirect_uri": _address("oidc:fc_logout_return"),
        "state": state,
    }
    return f"{end_session_endpoint()}?{urlencode(query)}"


def identity_for(code: str, iss: str | None, nonce_digest: str, now: datetime, within: Deadline) -> Exchange:
    """Exchange ``code`` and return the identity behind it, or why not.  Never raises for FranceConnect's faults."""
    exchange = Exchange(Denied(errors.UNAVAILABLE))
    try:
        exchange.answer = _identity(exchange, code, iss, nonce_digest, now, within)
    except TooSlow:
        exchange.slow = True
    except Unreachable:
        exchange.id_token = exchange.id_token or hint_for(code, within)
    except (BadStatement, UnknownKey, Refused) as error:
        _log.warning("FranceConnect: statement refused (%s %s)", type(error).__name__, error)
        exchange.answer = Denied(errors.STATEMENT_REFUSED)
    return exchange


def _identity(
    exchange: Exchange, code: str, iss: str | None, nonce_digest: str, now: datetime, within: Deadline
) -> Identified | Denied:
    place = configuration(within)
    token = exchange_code(_client(), place.token_endpoint, code, within)
    exchange.id_token = _text(token, "id_token")
    access_token = _text(token, "access_token")
    if iss != place.issuer and (iss is not None or place.iss_in_response):
        raise BadStatement("iss of the response (RFC 9207)")
    expected = Expected(place.issuer, settings.FRANCECONNECT_CLIENT_ID, now, nonce_digest, access_token)
    claims = _vouched(exchange, _key(exchange.id_token, place, within), expected)
    told = _userinfo(place, access_token, str(claims["sub"]), now, within)
    identite = identite_of(told, settings.DIGEST_KEY, settings.FRANCECONNECT_IDP_ID)
    if isinstance(identite, Denied):
        return identite
    return Identified(identite, preuve_of(claims, settings.DIGEST_KEY))


def _vouched(exchange: Exchange, key: Key, expected: Expected) -> dict[str, Any]:
    """Return the ID token's claims; one that FranceConnect would not know for its own is no hint to close with."""
    try:
        return id_token_claims(exchange.id_token, key, expected)
    except BadStatement as error:
        if str(error) in ("signature", "aud"):
            exchange.id_token = ""
        raise


def _userinfo(place: Configuration, access_token: str, sub: str, now: datetime, within: Deadline) -> dict[str, Any]:
    compact = fetch_userinfo(place.userinfo_endpoint, access_token, within)
    expected = Expected(place.issuer, settings.FRANCECONNECT_CLIENT_ID, now, sub=sub)
    return userinfo_claims(compact, _key(compact, place, within), expected)


def _key(compact: str, place: Configuration, within: Deadline) -> Key:
    return signing_key(key_id(compact), place.jwks_uri, within)


def _text(token: dict[str, Any], name: str) -> str:
    value = token.get(name)
    if not isinstance(value, str) or not value:
        raise BadStatement(f"{name} absent from the token response")
    return value


def hint_for(code: str, within: Deadline) -> str:
    """Return an ID token for ``code``, or ``""``: it serves to close FranceConnect's session and for nothing else.

    FranceConnect closes no session without a hint, and a session left open on the desk's browser would let
    the aidant enter other services as the usager.
    """
    try:
        token = exchange_code(_client(), configuration(within).token_endpoint, code, within)
        return _text(token, "id_token")
    except (Unreachable, Refused, BadStatement):
        return ""


def hint_for_stranger(code: str) -> str:
    """Return what :func:`hint_for` does, or ``""`` at once when others are being asked for: real returns come first."""
    if not _FOR_STRANGERS.acquire(blocking=False):
        return ""
    try:
        return hint_for(code, deadline())
    finally:
        _FOR_STRANGERS.release()
