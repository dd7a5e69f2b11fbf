"""Telling sites that a connexion ended (OpenID Connect Back-Channel Logout 1.0): logged out, or its mandat over.

A notice is written in the transaction of the end and delivered by the queue; a site that does not answer is told again,
then given up, and both stand in the journal.  Nothing waits for it: the tokens are dead already.
"""

import logging
import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from aidants.domain.acteur import SYSTEME
from aidants.journal.record import record
from oidc import keys
from oidc.protocol.events import CONNEXION_NOT_TOLD, CONNEXION_TOLD
from oidc.protocol.logout_token import RETRIES, TYPE, logout_claims
from oidc.provider.delivering import attempt, forgotten
from oidc.provider.fetching import Unreachable, call
from oidc.provider.models import Connexion, LogoutNotice
from oidc.provider.wire import shared_secret

_operations = logging.getLogger(__name__)
_TOLD = (200, 204)
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def announce_end(connexions: Iterable[Connexion], now: datetime) -> None:
    """Have the sites of ended connexions told, those that want to be (§2.2).  Inside the transaction of the end."""
    wanted = [
        LogoutNotice(client_id=one.client_id, connexion_id=one.id, subject=one.subject, created_at=now)
        for one in connexions
        if one.redeemed_at is not None and one.client.backchannel_logout_uri
    ]
    LogoutNotice.objects.bulk_create(wanted, ignore_conflicts=True)
    for notice in wanted:
        transaction.on_commit(partial(deliver.enqueue, str(notice.id)))


@task()
def deliver(notice_id: str, tried: int | None = None) -> None:
    """Tell one site; on failure come back later (§2.8), until the last of ``RETRIES``.  ``tried``: times until now."""
    now = timezone.now()
    attempt(
        LogoutNotice.objects.select_related("client"),
        notice_id,
        tried,
        now,
        bring=partial(_is_told, now=now),
        retries=RETRIES,
        close=partial(_journal, now),
        again=partial(_again, notice_id),
    )


def _again(notice_id: str, tried: int, later: datetime) -> None:
    deliver.using(run_after=later).enqueue(notice_id, tried)


def _is_told(notice: LogoutNotice, *, now: datetime) -> bool:
    """Send the logout token (§2.5); told when the site answers 200, or 204 as some do (§2.8)."""
    client = notice.client
    claims = logout_claims(
        issuer=settings.ISSUER,
        client_id=client.client_id,
        subject=notice.subject,
        sid=str(notice.connexion_id),
        jti=secrets.token_urlsafe(16),
        iat=int(now.timestamp()),
    )
    secret = shared_secret(client.id_token_alg, client.secret_sealed)
    token = keys.sign(claims, client.id_token_alg, secret=secret, now=now, typ=TYPE)
    body = urlencode({"logout_token": token}).encode()
    try:
        answer = call(client.backchannel_logout_uri, method="POST", body=body, headers=_FORM, local=bool(settings.DEMO))
    except Unreachable as error:
        _operations.warning("logout of client %s: %s", client.client_id, error)
        return False
    return answer.status in _TOLD


def _journal(now: datetime, notice: LogoutNotice, attempts: int, told: bool) -> None:
    event = CONNEXION_TOLD if told else CONNEXION_NOT_TOLD
    facts = {"client": str(notice.client_id), "connexion": str(notice.connexion_id), "attempts": attempts}
    record(event, acteur=SYSTEME, at=now, subject=notice.client_id, facts=facts)


def deliver_forgotten(now: datetime) -> None:
    """Queue again what no worker will try."""
    for notice_id, tried in forgotten(LogoutNotice.objects.all(), now):
        deliver.enqueue(notice_id, tried)
