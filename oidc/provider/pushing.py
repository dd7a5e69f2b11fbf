"""Requests pushed before the browser comes (RFC 9126): deposited by the client's server, found by their name."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings

from aidants.domain.decisions import Denied, decide
from aidants.domain.vault import keyed_digest
from oidc.protocol.authorize import KNOWN, AuthorizeFacts, Way
from oidc.protocol.claims import own_acr
from oidc.protocol.parameters import Parameters
from oidc.protocol.pushed import ASKED, DEPOSIT, OF_THE_CALLER, PREFIX, SECONDS, PushFacts
from oidc.provider.models import Client, PushedRequest
from oidc.provider.own_tokens import hint_subject

_KEPT = frozenset(KNOWN) - OF_THE_CALLER - {"client_id", "request_uri"}


def deposit(parameters: Parameters, client: Client, jkt: str, now: datetime) -> str | Denied:
    """Keep a request for a minute and return its ``request_uri``; decided by the tables DEPOSIT and ASKED.

    A proof that came with it binds the code to its key, as ``dpop_jkt`` would (RFC 9449 §10.1).
    """
    facts = AuthorizeFacts(
        parameters=parameters,
        client=client,
        signed_in_at=None,
        now=now,
        own_acr=own_acr(settings.ISSUER, is_franceconnect=client.is_franceconnect),
        way=Way.PUSHED,
        hint_subject=hint_subject(parameters.get("id_token_hint"), client, now),
    )
    for verdict in (decide(DEPOSIT, PushFacts(facts, jkt)), decide(ASKED, facts)):
        if isinstance(verdict, Denied):
            return verdict
    kept = {name: value for name, value in parameters.values.items() if name in _KEPT}
    name = secrets.token_urlsafe(32)
    PushedRequest.objects.create(
        digest=_digest(name),
        client=client,
        parameters=kept | ({"dpop_jkt": jkt} if jkt else {}),
        created_at=now,
        expires_at=now + timedelta(seconds=SECONDS),
    )
    return PREFIX + name


def pushed_named(request_uri: str, client: Client, now: datetime) -> PushedRequest | None:
    """Return the request of that name: the client's own, of the last minute, not answered yet (§4)."""
    name = request_uri.removeprefix(PREFIX)
    rows = PushedRequest.objects.filter(digest=_digest(name), client=client, expires_at__gt=now, used_at__isnull=True)
    return rows.first()


def as_parameters(pushed: PushedRequest, client: Client) -> Parameters:
    """Return what was deposited, as the browser would have brought it; what it brings beside is ignored (§4)."""
    return Parameters({**pushed.parameters, "client_id": client.client_id})


def _digest(name: str) -> str:
    return keyed_digest(settings.DIGEST_KEY, "oidc_pushed_request", name.encode("utf-8", "replace").decode())
