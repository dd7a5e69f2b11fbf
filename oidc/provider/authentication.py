"""Who calls the endpoints of clients' servers: the client's own authentication, and the count of its failures."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from aidants.domain.decisions import Decision, Denied, decide
from oidc.protocol.client_assertion import ASSERTION, ONCE, SKEW, AssertionFacts, algorithms_of
from oidc.protocol.client_authentication import (
    CLIENT_AUTHENTICATION,
    METHODS,
    ClientAuthenticationFacts,
    Credentials,
    presented,
    presented_in_header,
)
from oidc.protocol.errors import CLIENT_AUTHENTICATION_FAILED
from oidc.protocol.jose import is_signed_by, keys_for
from oidc.protocol.parameters import Parameters
from oidc.provider.client_keys import keys_of
from oidc.provider.clients import is_secret_of
from oidc.provider.known_clients import find_client, kept_client
from oidc.provider.models import Client
from oidc.provider.refused import count_refused_client
from oidc.provider.seen_once import is_first_time


def authenticate(request: HttpRequest, parameters: Parameters, now: datetime) -> Client | Denied:
    """Return the client that proves who it is by a form and its header; see :func:`_authenticated`."""
    given = presented(request.headers.get("Authorization", ""), parameters)
    return _authenticated(request, given, parameters.get("client_id"), now)


def authenticate_by_header(request: HttpRequest, now: datetime) -> Client | Denied:
    """Return the client that proves who it is by its header alone, where the body is JSON."""
    return _authenticated(request, presented_in_header(request.headers.get("Authorization", "")), "", now)


def _authenticated(
    request: HttpRequest, credentials: tuple[Credentials, ...], form_client_id: str, now: datetime
) -> Client | Denied:
    """Decide by the table; a failure is counted by address (no stranger fills the journal).

    A record just read may grant; whatever it would refuse is decided on the record as it is now.
    """
    alone = credentials[0] if len(credentials) == 1 else None
    client = kept_client(alone.client_id) if alone and alone.secret else None
    verdict = _decide(credentials, form_client_id, client, now) if client else None
    if not verdict:
        client = find_client(alone.client_id) if alone and alone.method in METHODS else None
        verdict = _decide(credentials, form_client_id, client, now)
    if verdict and client and alone and alone.method == "private_key_jwt":
        verdict = _decide_assertion(alone, client, now)
    if isinstance(verdict, Denied) or client is None:
        denied = verdict if isinstance(verdict, Denied) else Denied(CLIENT_AUTHENTICATION_FAILED)
        count_refused_client(request, denied.reason, now)
        return denied
    return client


def _decide(
    credentials: tuple[Credentials, ...], form_client_id: str, client: Client | None, now: datetime
) -> Decision:
    """Decide by the table CLIENT_AUTHENTICATION."""
    alone = credentials[0] if len(credentials) == 1 else None
    matches = bool(alone and alone.secret and is_secret_of(client, alone.secret, now))
    return decide(CLIENT_AUTHENTICATION, ClientAuthenticationFacts(credentials, form_client_id, client, matches))


def _decide_assertion(given: Credentials, client: Client, now: datetime) -> Decision:
    """Decide by the tables ASSERTION and ONCE; the name of an assertion is noted when all else holds."""
    facts = AssertionFacts(
        assertion_type=given.assertion_type,
        assertion=given.assertion,
        client=client,
        signature_matches=_is_signed(given, client, now),
        issuer=settings.ISSUER,
        now=now,
    )
    verdict = decide(ASSERTION, facts)
    if isinstance(verdict, Denied):
        return verdict
    lives = (facts.given.seconds("exp") or 0.0) - now.timestamp() + SKEW
    first = is_first_time("assertion", client.client_id, facts.given.text("jti"), now, lives)
    return decide(ONCE, replace(facts, first_time=first))


def _is_signed(given: Credentials, client: Client, now: datetime) -> bool:
    """True when a key of the client signed the assertion, in an algorithm that it may use."""
    jwt, allowed = given.assertion, algorithms_of(client)
    if jwt is None or jwt.alg not in allowed:
        return False
    return any(is_signed_by(jwt, key, allowed) for key in keys_for(jwt, keys_of(client, jwt.kid, now)))
