"""Stops several mandats of one person: all of them on their own page, all of a number by « STOP »."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from mandats.domain.fins import ADMINISTRATEUR, SMS
from mandats.domain.motifs import MotifDeFin
from mandats.domain.references import normalise
from mandats.registre.models import Mandat
from mandats.registre.services.revoke import revoke_mandat
from mandats.registre.services.suspend import suspend_mandat


def acteur_usager(usager_id: UUID) -> Acteur:
    """Return the usager as who acts."""
    return Acteur(Kind.USAGER, usager_id, role="usager")


def standing_of(now: datetime, **whose: object) -> QuerySet[Mandat]:
    """Return the mandats that stand, suspended or not, of an ``usager`` or of a number (``usager__telephone``)."""
    rows = Mandat.objects.filter(ended_at__isnull=True, expires_at__gt=now, **whose)
    return rows.select_related("structure").order_by("accepted_at", "id")


@transaction.atomic
def revoke_all(usager_id: UUID, *, way: str, now: datetime) -> int:
    """End every mandat of an usager, in all structures; return how many ended."""
    rows = _held(_of(usager_id, now))
    return _count(revoke_mandat(row.id, acteur_usager(usager_id), way=way, now=now) for row in rows)


@transaction.atomic
def suspend_all(usager_id: UUID, *, way: str, now: datetime) -> int:
    """Suspend every mandat of an usager, in all structures; return how many were stopped."""
    running = _held(_of(usager_id, now).filter(suspended_at__isnull=True))
    return _count(suspend_mandat(row.id, acteur_usager(usager_id), way=way, now=now) for row in running)


@transaction.atomic
def end_all_by_proof(usager_id: UUID, acteur: Acteur, motif: MotifDeFin, proof: str, now: datetime) -> int:
    """End every mandat of a person who died, was placed under tutelle or is insolvent; return how many ended.

    ``proof`` is the kind of proof, kept in the journal; the paper itself is not.
    """
    rows = _held(_of(usager_id, now))
    return _count(revoke_mandat(row.id, acteur, way=ADMINISTRATEUR, now=now, motif=motif, reason=proof) for row in rows)


@transaction.atomic
def suspend_number(telephone: str, now: datetime) -> list[Mandat]:
    """Suspend every mandat of the persons with this number (« STOP »); return all of theirs that are stopped now."""
    rows = _held(standing_of(now, usager__telephone=telephone))
    for row in rows:
        if row.suspended_at is None:
            suspend_mandat(row.id, acteur_usager(row.usager_id), way=SMS, now=now)
    return rows


@transaction.atomic
def revoke_by_number(telephone: str, named: str, now: datetime) -> list[Mandat] | Mandat:
    """End the mandat of this number that was named, or the only one (« FIN »).

    Returns the mandat ended; a list when it must be asked which: all those of the number, or none.
    """
    rows, reference = list(standing_of(now, usager__telephone=telephone)), normalise(named)
    chosen = [row for row in rows if row.reference == reference] if named else rows
    if len(chosen) != 1:
        return rows
    ended = revoke_mandat(chosen[0].id, acteur_usager(chosen[0].usager_id), way=SMS, now=now)
    return rows if isinstance(ended, Denied) else chosen[0]


def _held(rows: QuerySet[Mandat]) -> list[Mandat]:
    """Lock mandats before the first of them is touched, in the order that every other act locks several in.

    Two acts on the same mandats then wait for each other, never in a ring.  Returned as ``standing_of`` orders them.
    """
    held = rows.select_for_update(of=("self",)).order_by("id")
    return sorted(held, key=lambda row: (row.accepted_at, row.id))


def _of(usager_id: UUID, now: datetime) -> QuerySet[Mandat]:
    return standing_of(now, usager=usager_id)


def _count(outcomes: Iterable[object]) -> int:
    return sum(1 for one in outcomes if not isinstance(one, Denied))
