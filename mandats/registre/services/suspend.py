"""Suspends a mandat, and resumes it by the usager's act only (DOMAIN §3.4)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision
from mandats.domain import errors, events
from mandats.registre.services.reach import locked_mandat, tell, tell_refusal


@transaction.atomic
def suspend_mandat(mandat_id: UUID, acteur: Acteur, *, way: str, now: datetime) -> Decision:
    """Stop every use of a mandat for the time being; ``way`` says how it was asked."""
    refused, mandat = events.MANDAT_SUSPEND_REFUSED, locked_mandat(mandat_id, acteur)
    if mandat is None:
        return tell_refusal(refused, errors.AUTORISATION_UNKNOWN, None, acteur, now, way=way)
    if mandat.ended_at or mandat.suspended_at or mandat.expires_at <= now:
        return tell_refusal(refused, errors.ALREADY_ENDED, mandat, acteur, now, way=way)
    mandat.suspended_at = now
    mandat.save(update_fields=("suspended_at",))
    tell(events.MANDAT_SUSPEND, mandat, acteur, now, way=way)
    return GRANTED


@transaction.atomic
def resume_mandat(mandat_id: UUID, acteur: Acteur, *, way: str, now: datetime) -> Decision:
    """Let uses begin again; only the usager may."""
    refused, mandat = events.MANDAT_RESUME_REFUSED, locked_mandat(mandat_id, acteur)
    if mandat is None or acteur.kind is not Kind.USAGER:
        return tell_refusal(refused, errors.AUTORISATION_UNKNOWN, mandat, acteur, now, way=way)
    if mandat.ended_at or not mandat.suspended_at:
        return tell_refusal(refused, errors.ALREADY_ENDED, mandat, acteur, now, way=way)
    mandat.suspended_at = None
    mandat.save(update_fields=("suspended_at",))
    tell(events.MANDAT_RESUME, mandat, acteur, now, way=way)
    return GRANTED
