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
from mandats.domain import errors, events
from mandats.domain.fins import EndFacts, Told, end_told, may_end
from mandats.domain.motifs import OF_THE_STRUCTURE, MotifDeFin
from mandats.registre.models import Autorisation, Mandat
from mandats.registre.services.reach import locked_mandat_to_stop, tell, tell_refusal, who_of
from mandats.registre.services.told import tell_end, tell_part_ended, tell_structure_of_end


def _refuse(reason: ErrorCode, acteur: Acteur, mandat: Mandat | None, way: str, now: datetime) -> Denied:
    return tell_refusal(events.MANDAT_REVOKE_REFUSED, reason, mandat, acteur, now, way=way)


@transaction.atomic
def revoke_mandat(
    mandat_id: UUID,
    acteur: Acteur,
    *,
    way: str,
    now: datetime,
    motif: MotifDeFin = MotifDeFin.REVOCATION,
    reason: str = "",
) -> Decision:
    """End the whole mandat.

    ``way``    how it was asked (``page_usager``, ``aidant``…), see :mod:`mandats.domain.fins`
    ``reason`` a code kept inside the journal: the kind of proof of a death, why a structure renounces
    """
    mandat = locked_mandat_to_stop(mandat_id, acteur)
    if mandat is None:
        return _refuse(errors.AUTORISATION_UNKNOWN, acteur, None, way, now)
    allowed = may_end(EndFacts(motif, who_of(acteur), way))
    if isinstance(allowed, Denied):
        return _refuse(allowed.reason, acteur, mandat, way, now)
    if mandat.ended_at is not None or mandat.expires_at <= now:
        return _refuse(errors.ALREADY_ENDED, acteur, mandat, way, now)
    Autorisation.objects.filter(mandat=mandat, ended_at__isnull=True).update(ended_at=now, motif=motif)
    _end(mandat, motif, now)
    facts = {"reason": reason} if reason else {}
    tell(events.MANDAT_REVOKE, mandat, acteur, now, motif=motif.value, way=way, **facts)
    _tell(mandat, motif, acteur, now)
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
    mandat = locked_mandat_to_stop(row.mandat_id, acteur) if row else None
    if row is None or mandat is None:
        return _refuse(errors.AUTORISATION_UNKNOWN, acteur, None, way, now)
    allowed = may_end(EndFacts(motif, who_of(acteur), way))
    if isinstance(allowed, Denied):
        return _refuse(allowed.reason, acteur, mandat, way, now)
    standing = Autorisation.objects.filter(mandat=mandat, ended_at__isnull=True)
    if mandat.expires_at <= now or not standing.filter(pk=row.id).update(ended_at=now, motif=motif):
        return _refuse(errors.ALREADY_ENDED, acteur, mandat, way, now)
    tell(events.AUTORISATION_REVOKE, mandat, acteur, now, motif=motif.value, way=way, demarche=row.demarche)
    if not standing.exists():
        _end(mandat, motif, now)
        _tell(mandat, motif, acteur, now)
    elif end_told(motif, who_of(acteur)) is not Told.NOT:
        tell_part_ended(row, mandat, now)
    return GRANTED


def _end(mandat: Mandat, motif: MotifDeFin, now: datetime) -> None:
    """Write the end of a mandat.  Its codes live on: a verifier must learn that it was revoked."""
    mandat.ended_at, mandat.motif = now, motif
    mandat.save(update_fields=("ended_at", "motif"))


def _tell(mandat: Mandat, motif: MotifDeFin, acteur: Acteur, now: datetime) -> None:
    """Tell the usager unless they did it, and the structure unless one of its own did (C. civ. 2004, 2007).

    The letters of a structure that is no more are the accueil's.
    """
    how, usager = end_told(motif, who_of(acteur)), mandat.usager
    if how is not Told.NOT:
        alone = motif in OF_THE_STRUCTURE and not (usager.email or usager.sms_number)
        tell_end(mandat, now, by_letter=alone or how is Told.BY_LETTER)
    if acteur.structure_id is None:
        tell_structure_of_end(mandat, now)
