"""Suspends a mandat, and resumes it by the usager's act only (DOMAIN §3.4).

The one suspension that somebody else lifts is for want of the signed sheet (§3.5): the sheet lifts it.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision, Denied
from mandats.domain import errors, events
from mandats.domain.fins import EXEMPLAIRE, Told, may_suspend, suspension_told
from mandats.registre.models import Mandat
from mandats.registre.services.reach import locked_mandat_to_stop, tell, tell_refusal, who_of
from mandats.registre.services.told import tell_resumption, tell_suspension


@transaction.atomic
def suspend_mandat(mandat_id: UUID, acteur: Acteur, *, way: str, now: datetime) -> Decision:
    """Stop every use of a mandat for the time being; ``way`` says how it was asked.

    What somebody asks comes before what a missing sheet does: the sheet then lifts nothing any more.
    """
    refused, mandat = events.MANDAT_SUSPEND_REFUSED, locked_mandat_to_stop(mandat_id, acteur)
    if mandat is None:
        return tell_refusal(refused, errors.AUTORISATION_UNKNOWN, None, acteur, now, way=way)
    allowed = may_suspend(who_of(acteur))
    if isinstance(allowed, Denied):
        return tell_refusal(refused, allowed.reason, mandat, acteur, now, way=way)
    for_want_of_a_sheet = mandat.suspension_way == EXEMPLAIRE and way != EXEMPLAIRE
    stopped = mandat.suspended_at is not None and not for_want_of_a_sheet
    if mandat.ended_at or stopped or mandat.expires_at <= now:
        return tell_refusal(refused, errors.ALREADY_ENDED, mandat, acteur, now, way=way)
    mandat.suspended_at, mandat.suspension_way = mandat.suspended_at or now, way
    mandat.save(update_fields=("suspended_at", "suspension_way"))
    _tell(mandat, tell(events.MANDAT_SUSPEND, mandat, acteur, now, way=way), acteur, now)
    return GRANTED


def _tell(mandat: Mandat, entry: int, acteur: Acteur, now: datetime) -> None:
    """Tell the usager, by the letter too when their identity was weak."""
    how = suspension_told(who_of(acteur))
    if how is Told.BY_LETTER:
        tell_suspension(mandat, entry, now, by_letter=True)
    if how is Told.BY_THEIR_CHANNEL or (how is Told.BY_LETTER and (mandat.usager.email or mandat.usager.sms_number)):
        tell_suspension(mandat, entry, now)


@transaction.atomic
def resume_mandat(mandat_id: UUID, acteur: Acteur, *, way: str, now: datetime) -> Decision:
    """Let uses begin again: only the usager may, or the signed sheet (``way`` ``exemplaire``) what it alone stopped."""
    refused, mandat = events.MANDAT_RESUME_REFUSED, locked_mandat_to_stop(mandat_id, acteur)
    by_sheet = mandat is not None and way == mandat.suspension_way == EXEMPLAIRE
    if mandat is None or not (acteur.kind is Kind.USAGER or by_sheet):
        return tell_refusal(refused, errors.AUTORISATION_UNKNOWN, mandat, acteur, now, way=way)
    if mandat.ended_at or not mandat.suspended_at or mandat.expires_at <= now:
        return tell_refusal(refused, errors.ALREADY_ENDED, mandat, acteur, now, way=way)
    if mandat.suspension_way == EXEMPLAIRE and not by_sheet:
        return tell_refusal(refused, errors.SUSPENDED_FOR_SCAN, mandat, acteur, now, way=way)
    mandat.suspended_at, mandat.suspension_way = None, ""
    mandat.save(update_fields=("suspended_at", "suspension_way"))
    tell_resumption(mandat, tell(events.MANDAT_RESUME, mandat, acteur, now, way=way), now)
    return GRANTED
