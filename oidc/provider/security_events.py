"""Tells the administrations that know a mandat that it ended, stopped or stands again (PROTOCOLS §3, « Being told »).

Who knows it: the clients through which it was used, or who verified it with their credentials.  Written by a follower
of the journal, in its numbers' order; brought by the queue for seven days.  Nothing waits for it: whoever asks is
answered at that second.
"""

import logging
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.vault import seal, unseal
from aidants.journal.follow import Follower, Integrated
from aidants.journal.record import record
from mandats.domain import events
from mandats.registre.models import Mandat, Utilisation, Verification
from oidc import keys
from oidc.protocol.events import RECEIVER_SET, SECURITY_EVENT_NOT_TOLD, SECURITY_EVENT_TOLD
from oidc.protocol.security_event import MEDIA_TYPE, RETRIES, TYPE, event_claims, is_accepted, refusal
from oidc.provider.delivering import attempt, forgotten
from oidc.provider.fetching import Unreachable, call
from oidc.provider.models import Client, EventReceiver, SecurityEvent

_operations = logging.getLogger(__name__)


def set_receiver(client: Client, url: str, authorization: str, now: datetime, acteur: Acteur = SYSTEME) -> None:
    """Keep where a client is told of events; ``authorization`` is the header's value that its endpoint asks for.

    An empty ``url`` ends the telling, also of what waits to be told.
    """
    with transaction.atomic():
        if url:
            sealed = seal(authorization.encode(), settings.VAULT_KEYS) if authorization else None
            kept = {"url": url, "authorization_sealed": sealed, "created_at": now}
            EventReceiver.objects.update_or_create(client=client, defaults=kept)
        else:
            EventReceiver.objects.filter(client=client).delete()
            waiting = SecurityEvent.objects.filter(client=client, delivered_at__isnull=True, abandoned_at__isnull=True)
            waiting.update(abandoned_at=now)
        record(RECEIVER_SET, acteur=acteur, at=now, subject=client.id, facts={"told": bool(url)})


def _receivers_knowing(mandat_id: UUID) -> QuerySet[EventReceiver]:
    """Return the receivers of the clients that know a mandat."""
    used = Utilisation.objects.filter(client_id=OuterRef("client"), mandat=mandat_id)
    verified = Verification.objects.filter(client_id=OuterRef("client"), mandat=mandat_id)
    known = EventReceiver.objects.filter(Q(Exists(used)) | Q(Exists(verified)), client__suspended_at__isnull=True)
    return known.order_by("client_id")


def _announce(kind: str, entry: Integrated, now: datetime) -> None:
    """Write one event a receiver, and queue it."""
    mandat = Mandat.objects.only("reference").filter(pk=entry.subject_id).first() if entry.subject_id else None
    if mandat is None:
        return
    demarche = entry.facts.get("demarche")
    written = [
        SecurityEvent(
            client_id=receiver.client_id,
            kind=kind,
            reference=mandat.reference,
            demarches=[demarche] if demarche else [],
            at=entry.at,
            created_at=now,
        )
        for receiver in _receivers_knowing(mandat.id)
    ]
    for row in SecurityEvent.objects.bulk_create(written):
        transaction.on_commit(partial(push.enqueue, str(row.id)))


_ended = partial(_announce, "mandat-ended")

SECURITY_EVENTS: Final = Follower(
    "oidc-security-events",
    {
        events.MANDAT_REVOKE: _ended,
        events.MANDAT_END: _ended,
        events.MANDAT_REPLACE_ELSEWHERE: _ended,
        events.AUTORISATION_REVOKE: _ended,
        events.AUTORISATION_REPLACE: _ended,
        events.MANDAT_SUSPEND: partial(_announce, "mandat-suspended"),
        events.MANDAT_RESUME: partial(_announce, "mandat-resumed"),
    },
)


@task()
def push(event_id: str, tried: int | None = None) -> None:
    """Bring one event to its receiver; on failure come back later, for seven days.  ``tried``: times until now."""
    now = timezone.now()
    rows = SecurityEvent.objects.select_related("client")
    attempt(
        rows,
        event_id,
        tried,
        now,
        bring=partial(_is_taken, now=now),
        retries=RETRIES,
        close=partial(_journal, now),
        again=partial(_queue, event_id),
    )


def _queue(event_id: str, tried: int, later: datetime) -> None:
    push.using(run_after=later).enqueue(event_id, tried)


def _journal(now: datetime, row: SecurityEvent, attempts: int, taken: bool) -> None:
    event = SECURITY_EVENT_TOLD if taken else SECURITY_EVENT_NOT_TOLD
    facts = {"event": str(row.id), "kind": row.kind, "attempts": attempts}
    record(event, acteur=SYSTEME, at=now, subject=row.client_id, facts=facts)


def token_of(row: SecurityEvent, now: datetime) -> str:
    """Return the signed token: at each try the same claims, which the receiver knows again by ``jti`` (RFC 8935 §2).

    ``now`` chooses the key: one that was put away since the first try is published no more.
    """
    claims = event_claims(
        issuer=settings.ISSUER,
        client_id=row.client.client_id,
        jti=str(row.id),
        iat=int(row.created_at.timestamp()),
        kind=row.kind,
        reference=row.reference,
        demarches=row.demarches,
        at=int(row.at.timestamp()),
    )
    return keys.sign(claims, keys.public_alg(row.client.id_token_alg), secret=None, now=now, typ=TYPE)


def _is_taken(row: SecurityEvent, *, now: datetime) -> bool:
    """Post the token (RFC 8935 §2.1).  A client that is suspended is told nothing until it is no more."""
    receiver = EventReceiver.objects.filter(client=row.client_id).first()
    if receiver is None or row.client.is_suspended:
        return False
    headers = {"Content-Type": MEDIA_TYPE, "Accept": "application/json"}
    if receiver.authorization_sealed:
        headers["Authorization"] = unseal(bytes(receiver.authorization_sealed), settings.VAULT_KEYS).decode()
    try:
        body = token_of(row, now).encode()
        answer = call(receiver.url, method="POST", body=body, headers=headers, local=bool(settings.DEMO))
    except Unreachable as error:
        _operations.warning("event for client %s: %s", row.client.client_id, error)
        return False
    if not is_accepted(answer.status):
        _operations.warning("event for client %s: %s", row.client.client_id, refusal(answer.status, answer.body))
    return is_accepted(answer.status)


def push_forgotten(now: datetime) -> None:
    """Queue again what no worker will try."""
    for event_id, tried in forgotten(SecurityEvent.objects.all(), now):
        push.enqueue(event_id, tried)
