"""Corrects a use declared by mistake, by a counter-entry: nothing that was written is edited."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.registre.models import Autorisation, Correction, Utilisation
from mandats.registre.services.told import tell_correction


@transaction.atomic
def correct_utilisation(utilisation_id: UUID, acteur: Acteur, reason: str, now: datetime) -> Correction | Denied:
    """Mark a declared use of the structure as declared by mistake, once, with the reason that the usager will read."""
    use = (
        Utilisation.objects.select_for_update(of=("self",))
        .filter(pk=utilisation_id, mandat__structure=acteur.structure_id)
        .first()
    )
    if use is None:
        return _refuse(errors.AUTORISATION_UNKNOWN, None, acteur, now)
    if use.channel == "bridge" or not reason.strip() or Correction.objects.filter(utilisation=use).exists():
        return _refuse(errors.CORRECTION_REFUSED, use, acteur, now)
    made = Correction.objects.create(utilisation=use, aidant_id=acteur.known_id, reason=reason.strip(), created_at=now)
    facts = {"utilisation": str(use.id)}
    record(events.UTILISATION_CORRECT, acteur=acteur, at=now, subject=use.mandat_id, facts=facts)
    row = Autorisation.objects.select_related("mandat", "usager", "structure").get(pk=use.autorisation_id)
    tell_correction(made, use, row, Compte.objects.get(pk=acteur.known_id).full_name, now)
    return made


def _refuse(reason: ErrorCode, use: Utilisation | None, acteur: Acteur, now: datetime) -> Denied:
    subject, facts = (use.mandat_id, {"utilisation": str(use.id)}) if use else (None, {})
    event = events.UTILISATION_CORRECT_REFUSED
    record(event, acteur=acteur, at=now, subject=subject, reason=reason.code, facts=facts)
    return Denied(reason)
