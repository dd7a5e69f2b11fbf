"""Ends mandats and autorisations (C. civ. 2003, 2004).

The mandat's row is locked first, so that two revocations have one winner and a
use under way sees either before or after, never half.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.domain.motifs import MotifDeFin
from mandats.registre.models import Autorisation, Mandat
from mandats.registre.services.reach import locked_mandat, tell


def _refuse(reason: ErrorCode, acteur: Acteur, mandat_id: UUID | None, way: str, now: datetime) -> Denied:
    event, facts = events.MANDAT_REVOKE_REFUSED, {"way": way}
    record(event, acteur=acteur, at=now, subject=mandat_id, reason=reason.code, facts=facts)
    return Denied(reason)


@transaction.atomic
def revoke_mandat(
    mandat_id: UUID,
    acteur: Acteur,
    *,
    way: str,
    now: datetime,
    motif: MotifDeFin = MotifDeFin.REVOCATION,
) -> Decision:
    """End the whole mandat.  ``way`` says how it was asked (``page_usager``, ``aidant``…)."""
    mandat = locked_mandat(mandat_id, acteur)
    if mandat is None:
        return _refuse(errors.AUTORISATION_UNKNOWN, acteur, None, way, now)
    if mandat.ended_at is not None or mandat.expires_at <= now:
        return _refuse(errors.ALREADY_ENDED, acteur, mandat_id, way, now)
    Autorisation.objects.filter(mandat=mandat, ended_at__isnull=True).update(ended_at=now, motif=motif)
    _end(mandat, motif, now)
    tell(events.MANDAT_REVOKE, mandat, acteur, now, motif=motif.value, way=way)
    return GRANTED


@transaction.atomic
def revoke_autorisation(
    autorisation_id: UUID,
    acteur: Acteur,
    *,
    way: str,
    now: datetime,
    motif: MotifDeFin = MotifDeFin.REVOCATION,
) -> Decision:
    """End one demarche; the mandat ends with its last one."""
    row = Autorisation.objects.filter(pk=autorisation_id).first()
    mandat = locked_mandat(row.mandat_id, acteur) if row else None
    if row is None or mandat is None:
        return _refuse(errors.AUTORISATION_UNKNOWN, acteur, None, way, now)
    standing = Autorisation.objects.filter(mandat=mandat, ended_at__isnull=True)
    if mandat.expires_at <= now or not standing.filter(pk=row.id).update(ended_at=now, motif=motif):
        return _refuse(errors.ALREADY_ENDED, acteur, mandat.id, way, now)
    tell(events.AUTORISATION_REVOKE, mandat, acteur, now, motif=motif.value, way=way, demarche=row.demarche)
    if not standing.exists():
        _end(mandat, motif, now)
    return GRANTED


def _end(mandat: Mandat, motif: MotifDeFin, now: datetime) -> None:
    """Write the end of a mandat.  Its codes live on: a verifier must learn that it was revoked."""
    mandat.ended_at, mandat.motif = now, motif
    mandat.save(update_fields=("ended_at", "motif"))
