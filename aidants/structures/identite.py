"""The name and the profession of a member of the team, corrected by a referent: new mandats carry them.

What was signed before keeps its bytes: an acte holds the name that its aidant had.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from aidants.comptes.avis import Avis, tell
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.events import IDENTITY_CORRECT
from aidants.journal.record import record
from aidants.structures.models import Affectation

CORRECTED = ("given_name", "family_name", "profession")


@transaction.atomic
def correct_identity(place: Affectation, typed: Mapping[str, str], acteur: Acteur, now: datetime) -> list[str]:
    """Write what differs of ``typed``, checked and named as in :data:`CORRECTED`; return the names of what changed.

    The journal keeps these names, never their values; the person is told.
    """
    compte = Compte.objects.select_for_update(no_key=True).get(pk=place.compte_id)
    changed = [name for name in CORRECTED if name in typed and getattr(compte, name) != typed[name]]
    if changed:
        for name in changed:
            setattr(compte, name, typed[name])
        compte.save(update_fields=changed)
        facts = {"fields": changed}
        record(IDENTITY_CORRECT, acteur=acteur, at=now, subject=compte.id, structure=place.structure_id, facts=facts)
        told = {"structure": place.structure.name, "profession": compte.profession}
        tell(compte, Avis.IDENTITE_CORRIGEE, now, **told)
    return changed
