"""Reaches a mandat for writing, and tells the journal what was done to it."""

from datetime import datetime
from uuid import UUID

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
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


def tell_refusal(
    event: Event, reason: ErrorCode, mandat: Mandat | None, acteur: Acteur, now: datetime, **facts: object
) -> Denied:
    """Journal that an act was refused and return the refusal; ``mandat`` is ``None`` where nothing was reached."""
    subject, structure = (mandat.id, mandat.structure_id) if mandat else (None, None)
    record(event, acteur=acteur, at=now, subject=subject, structure=structure, reason=reason.code, facts=facts)
    return Denied(reason)
