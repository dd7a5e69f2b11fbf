"""Reaches a mandat for writing, and tells the journal what was done to it."""

from datetime import datetime
from uuid import UUID

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.events import Event
from aidants.journal.record import record
from mandats.domain.fins import NATIONWIDE, PARTENAIRE, SYSTEME, USAGER
from mandats.registre.models import Mandat


def locked_mandat(mandat_id: UUID, acteur: Acteur) -> Mandat | None:
    """Return the mandat under a row lock; a person of a structure reaches only that structure's."""
    rows = Mandat.objects.select_for_update().filter(pk=mandat_id)
    if acteur.kind is Kind.COMPTE:
        rows = rows.filter(structure=acteur.structure_id)
    return rows.first()


def locked_mandat_to_stop(mandat_id: UUID, acteur: Acteur) -> Mandat | None:
    """Return the mandat under a row lock, to stop it: an usager reaches their own, a national role every one.

    The role of an ``acteur`` without a structure was read from the database by ``for_role``.
    """
    if acteur.kind is Kind.USAGER:
        return Mandat.objects.select_for_update().filter(pk=mandat_id, usager=acteur.id).first()
    if acteur.kind is Kind.COMPTE and acteur.structure_id is None and acteur.role in NATIONWIDE:
        return Mandat.objects.select_for_update().filter(pk=mandat_id).first()
    return locked_mandat(mandat_id, acteur)


def who_of(acteur: Acteur) -> str:
    """Return who acts in the words of :mod:`mandats.domain.fins`: a role, ``usager`` or ``systeme``."""
    if acteur.kind is Kind.USAGER:
        return USAGER
    if acteur.kind is Kind.CLIENT and acteur.role == PARTENAIRE:
        return PARTENAIRE
    return acteur.role if acteur.kind is Kind.COMPTE else SYSTEME if acteur.kind is Kind.SYSTEME else ""


def tell(event: Event, mandat: Mandat, acteur: Acteur, now: datetime, **facts: object) -> int:
    """Journal an act about a mandat, under the structure whose mandat it is; return the entry's number."""
    return record(event, acteur=acteur, at=now, subject=mandat.id, structure=mandat.structure_id, facts=facts)


def tell_refusal(
    event: Event, reason: ErrorCode, mandat: Mandat | None, acteur: Acteur, now: datetime, **facts: object
) -> Denied:
    """Journal that an act was refused and return the refusal; ``mandat`` is ``None`` where nothing was reached."""
    subject, structure = (mandat.id, mandat.structure_id) if mandat else (None, None)
    record(event, acteur=acteur, at=now, subject=subject, structure=structure, reason=reason.code, facts=facts)
    return Denied(reason)
