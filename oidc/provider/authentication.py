"""Who calls the token and introspection endpoints: the client's own authentication, and the count of its failures."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from aidants.comptes.address import client_address
from aidants.domain.acteur import ANONYME
from aidants.domain.decisions import Denied, decide
from aidants.domain.vault import keyed_digest
from aidants.journal.record import count_refusal, record
from oidc.protocol.client_authentication import (
    CLIENT_AUTHENTICATION,
    METHODS,
    ClientAuthenticationFacts,
    presented,
)
from oidc.protocol.errors import CLIENT_AUTHENTICATION_FAILED
from oidc.protocol.events import CLIENT_REFUSED
from oidc.protocol.parameters import Parameters
from oidc.provider.clients import find_client, is_secret_of
from oidc.provider.models import Client


def authenticate(request: HttpRequest, parameters: Parameters, now: datetime) -> Client | Denied:
    """Return the client that proves who it is; a failure is counted by address (no stranger fills the journal)."""
    credentials = presented(request.headers.get("Authorization", ""), parameters)
    alone = credentials[0] if len(credentials) == 1 else None
    client = find_client(alone.client_id) if alone and alone.method in METHODS else None
    facts = ClientAuthenticationFacts(
        credentials=credentials,
        form_client_id=parameters.get("client_id"),
        client=client,
        secret_matches=bool(client and alone and is_secret_of(client, alone.secret)),
    )
    verdict = decide(CLIENT_AUTHENTICATION, facts)
    if isinstance(verdict, Denied) or client is None:
        denied = verdict if isinstance(verdict, Denied) else Denied(CLIENT_AUTHENTICATION_FAILED)
        _count(request, denied, now)
        return denied
    return client


def _count(request: HttpRequest, denied: Denied, now: datetime) -> None:
    bucket = keyed_digest(settings.DIGEST_KEY, "address", client_address(request))
    reason = denied.reason.code
    with transaction.atomic():
        if count_refusal(CLIENT_REFUSED, bucket=bucket, at=now, reason=reason) == 1:
            record(CLIENT_REFUSED, acteur=ANONYME, at=now, reason=reason, facts={"count": 1})
