"""A structure that the scheme retained is habilitated by its referent's five declarations, without a dossier.

The committee has vouched for the structure; what a dossier adds to that is what the structure declares (DOMAIN §5).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.dispositif.models import Poste
from aidants.domain.acteur import Acteur
from aidants.domain.activite import errors, events
from aidants.domain.activite.dossier import DECLARATIONS
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.habilitation.models import HabilitationStructure
from aidants.journal.record import record
from aidants.structures.models import Structure


def may_declare(structure_id: UUID) -> bool:
    """Tell whether a structure has a post of the scheme, and no habilitation was ever decided for it.

    One that lost its habilitation does not give it back to itself.
    """
    has_post = Poste.objects.filter(structure=structure_id, withdrawn_at__isnull=True).exists()
    return has_post and not HabilitationStructure.objects.filter(structure=structure_id).exists()


@transaction.atomic
def declare_structure(structure_id: UUID, declarations: Collection[str], acteur: Acteur, now: datetime) -> Decision:
    """Habilitate a structure of the scheme on its five declarations (keys of ``DECLARATIONS``), all of them."""
    Structure.objects.select_for_update(no_key=True).only("id").get(pk=structure_id)
    reason = None
    if not may_declare(structure_id):
        reason = errors.NOT_TO_DECLARE
    elif not set(DECLARATIONS) <= set(declarations):
        reason = errors.DECLARATIONS_MISSING
    if reason is not None:
        event = events.STRUCTURE_DECLARE_REFUSED
        record(event, acteur=acteur, at=now, subject=structure_id, structure=structure_id, reason=reason.code)
        return Denied(reason)
    HabilitationStructure.objects.create(structure_id=structure_id, validee_at=now)
    facts = {"declarations": len(DECLARATIONS)}
    event = events.STRUCTURE_DECLARE
    record(event, acteur=acteur, at=now, subject=structure_id, structure=structure_id, facts=facts)
    return GRANTED
