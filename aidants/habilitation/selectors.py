"""Questions about habilitations."""

from uuid import UUID

from django.db.models import Exists, OuterRef

from aidants.domain.decisions import Decision
from aidants.habilitation.models import HabilitationAidant, HabilitationStructure
from aidants.habilitation.rules import ActingFacts, may_act
from aidants.structures.models import Affectation

_NOBODY = ActingFacts(False, False, False, False)


def acting_facts(compte_id: UUID, structure_id: UUID) -> ActingFacts:
    """Return the facts of one person in one structure, by one query."""
    standing_structure = HabilitationStructure.objects.filter(structure=OuterRef("structure"), ended_at__isnull=True)
    standing_aidant = HabilitationAidant.objects.filter(affectation=OuterRef("pk"), ended_at__isnull=True)
    row = (
        Affectation.objects.filter(compte=compte_id, structure=structure_id, ended_at__isnull=True)
        .annotate(structure_ok=Exists(standing_structure), aidant_ok=Exists(standing_aidant))
        .values_list("compte__is_active", "is_aidant", "structure_ok", "aidant_ok")
        .first()
    )
    return ActingFacts(*row) if row else _NOBODY


def may_act_for(compte_id: UUID, structure_id: UUID) -> Decision:
    """Return whether this person may conclude and use mandats for this structure now."""
    return may_act(acting_facts(compte_id, structure_id))
