"""Refusals of the protocol, counted: by kind, address and minute, the first of a minute journaled.

What the register refuses is journaled with its mandat (``mandats.registre.services.uses``); a refusal counted here
concerns no mandat: whoever sends it may send it again at will, and must not fill the journal.
"""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from aidants.comptes.address import client_network
from aidants.domain.errors import ErrorCode
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record_counted
from oidc.protocol.events import CALL_REFUSED, CLIENT_REFUSED, CONNEXION_ASK_REFUSED
from oidc.provider.models import Client


def count_refused_request(request: HttpRequest, client: Client | None, reason: ErrorCode, now: datetime) -> None:
    """Count an authorization request that was refused; ``client`` is the one that sent the browser, if it is known."""
    facts = {"client": str(client.id) if client else None}
    record_counted(CONNEXION_ASK_REFUSED, bucket=_bucket(request), at=now, reason=reason.code, facts=facts)


def count_refused_call(request: HttpRequest, reason: ErrorCode, now: datetime) -> None:
    """Count a call that an endpoint refused, by its path."""
    facts = {"endpoint": request.path}
    record_counted(CALL_REFUSED, bucket=_bucket(request), at=now, reason=reason.code, facts=facts)


def count_refused_client(request: HttpRequest, reason: ErrorCode, now: datetime) -> None:
    """Count a client that did not prove who it is, or that has no business at this endpoint."""
    record_counted(CLIENT_REFUSED, bucket=_bucket(request), at=now, reason=reason.code)


def _bucket(request: HttpRequest) -> str:
    return keyed_digest(settings.DIGEST_KEY, "address", client_network(request))
