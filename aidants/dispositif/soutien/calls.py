"""The queue of the national line « solidarité numérique »: received, taken once only, called back, ended."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from aidants.dispositif.soutien.models import AppelSolidarite
from aidants.domain.acteur import Acteur
from aidants.domain.activite import activity_errors as errors
from aidants.domain.activite import activity_events as events
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.vault import seal, unseal
from aidants.journal.record import record

OUTCOMES = {
    "aide": "Aidée",
    "rendez_vous": "Rendez-vous donné",
    "injoignable": "Injoignable",
    "erreur": "Erreur d’appel",
}
FORGOTTEN = "oublie"
"""The outcome of a call that waited too long: no conseiller may choose it."""
GIVEN_BACK_AFTER = timedelta(hours=4)
"""A call taken and not called back returns to the queue: nobody waits for somebody who went home."""


@transaction.atomic
def queue_call(departement: str, telephone: str, theme: str, acteur: Acteur, now: datetime) -> AppelSolidarite:
    """Put a call in a department's queue; only its number is kept, sealed."""
    made = AppelSolidarite.objects.create(
        departement=departement,
        theme=theme,
        telephone_sealed=seal(telephone.encode(), settings.VAULT_KEYS),
        received_at=now,
        received_by_id=acteur.known_id,
    )
    record(events.CALL_QUEUE, acteur=acteur, at=now, subject=made.id, facts={"departement": departement})
    return made


@transaction.atomic
def take_call(call_id: UUID, departement: str, acteur: Acteur, now: datetime) -> Decision:
    """Take a waiting call of one's department; of two at once, one has it."""
    waiting = AppelSolidarite.objects.filter(pk=call_id, departement=departement, ended_at__isnull=True)
    if not waiting.filter(taken_at__isnull=True).update(taken_by=acteur.known_id, taken_at=now):
        reason = errors.CALL_TAKEN
        record(events.CALL_TAKE_REFUSED, acteur=acteur, at=now, subject=call_id, reason=reason.code)
        return Denied(reason)
    record(events.CALL_TAKE, acteur=acteur, at=now, subject=call_id, facts={"departement": departement})
    return GRANTED


def _mine(call_id: UUID, acteur: Acteur) -> QuerySet[AppelSolidarite]:
    return AppelSolidarite.objects.filter(pk=call_id, taken_by=acteur.known_id, ended_at__isnull=True)


def _moved(call_id: UUID, acteur: Acteur, now: datetime) -> Denied:
    reason = errors.CALL_MOVED
    record(events.CALL_MOVE_REFUSED, acteur=acteur, at=now, subject=call_id, reason=reason.code)
    return Denied(reason)


@transaction.atomic
def call_back(call_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Say that the person was called back."""
    if not _mine(call_id, acteur).filter(called_back_at__isnull=True).update(called_back_at=now):
        return _moved(call_id, acteur, now)
    record(events.CALL_BACK, acteur=acteur, at=now, subject=call_id)
    return GRANTED


@transaction.atomic
def end_call(call_id: UUID, outcome: str, acteur: Acteur, now: datetime) -> Decision:
    """End one's call: its number is forgotten."""
    ended = {"ended_at": now, "outcome": outcome, "telephone_sealed": b""}
    if outcome not in OUTCOMES or not _mine(call_id, acteur).update(**ended):
        return _moved(call_id, acteur, now)
    record(events.CALL_END, acteur=acteur, at=now, subject=call_id, facts={"outcome": outcome})
    return GRANTED


def waiting_calls(departement: str) -> QuerySet[AppelSolidarite]:
    """Return the calls that wait in a department, the oldest first."""
    rows = AppelSolidarite.objects.filter(departement=departement, ended_at__isnull=True, taken_at__isnull=True)
    return rows.order_by("received_at", "id")


def my_calls(compte_id: UUID) -> list[tuple[AppelSolidarite, str]]:
    """Return the calls that somebody took and has not ended, with their numbers."""
    rows = AppelSolidarite.objects.filter(taken_by=compte_id, ended_at__isnull=True).order_by("taken_at", "id")
    return [(row, unseal(bytes(row.telephone_sealed), settings.VAULT_KEYS).decode()) for row in rows]


def give_back_forgotten(now: datetime) -> int:
    """Return to the queue the calls that were taken and never called back."""
    late = AppelSolidarite.objects.filter(
        taken_at__lt=now - GIVEN_BACK_AFTER, called_back_at__isnull=True, ended_at__isnull=True
    )
    return late.update(taken_by=None, taken_at=None)
