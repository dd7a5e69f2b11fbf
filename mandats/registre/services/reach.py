"""Reaches a mandat for writing, and tells the journal what was done to it."""

from datetime import datetime
from uuid import UUID

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.events import Event
from aidants.journal.record import record
from mandats.registre.models import Mandat


def locked_mandat(mandat_id: UUID, acteur: Acteur) -> Mandat | None:
    """Return the mandat under a row lock; a person of a structure reaches only that structure's."""
    rows = Mandat.objects.select_for_update().filter(pk=mandat_id)
    if acteur.kind is Kind.COMPTE:
        rows = rows.filter(structure=acteur.structure_id)
    return rows.first()


def tell(event: Event, mandat: Mandat, acteur: Acteur, now: datetime, **facts: object) -> None:
    """Journal an act about a mandat, under the structure whose mandat it is."""
    record(event, acteur=acteur, at=now, subject=mandat.id, structure=mandat.structure_id, facts=facts)
