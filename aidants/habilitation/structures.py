"""A structure put in service, deactivated for a while, and put back: what becomes of its right.

Deactivating ends no mandat: every use asks again, and is refused from that second; putting back undoes it.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import SIRET_TAKEN, STRUCTURE_STATE_GONE
from aidants.domain.events import HABILITATION_VALIDATE, STRUCTURE_REFUSED, STRUCTURE_RESUME, STRUCTURE_SUSPEND
from aidants.habilitation.models import HabilitationStructure
from aidants.journal.record import record
from aidants.structures.changes import tell_team
from aidants.structures.creation import create_structure
from aidants.structures.models import Structure

MOTIFS = {
    "demande": "À la demande de la structure",
    "sans_referent": "Plus aucun référent",
    "verification": "Le temps d’une vérification",
}
_WAITS = (
    "plus aucun mandat ne s’y conclut ni ne s’y utilise. Aucun n’a pris fin : tout reprend le jour où elle revient en "
    "service."
)
_IS_BACK = "est de nouveau en service : ses aidants y concluent et y utilisent des mandats comme avant."


@transaction.atomic
def open_structure(fields: Mapping[str, str], acteur: Acteur, now: datetime) -> Structure | Denied:
    """Create a structure from checked ``fields`` and habilitate it; one standing structure a SIRET."""
    standing = HabilitationStructure.objects.filter(structure__siret=fields["siret"], ended_at__isnull=True)
    if standing.exists():
        record(STRUCTURE_REFUSED, acteur=acteur, at=now, reason=SIRET_TAKEN.code)
        return Denied(SIRET_TAKEN)
    return habilitate_new(fields, acteur, now)


def habilitate_new(fields: Mapping[str, str], acteur: Acteur, now: datetime) -> Structure:
    """Habilitate the structure that ``fields`` describe, in the caller's transaction.

    One that the scheme made from the same SIRET and that nobody habilitated yet is taken, with its posts and its team.
    """
    rows = Structure.objects.filter(siret=fields["siret"], habilitations__isnull=True, merged_into__isnull=True)
    made = rows.order_by("created_at", "id").first() or create_structure(fields, acteur, now)
    HabilitationStructure.objects.create(structure=made, validee_at=now)
    record(HABILITATION_VALIDATE, acteur=acteur, at=now, subject=made.id, structure=made.id)
    return made


def right_of(structure_id: UUID) -> HabilitationStructure | None:
    """Return the right of a structure: the one that stands, or else the last one."""
    rows = HabilitationStructure.objects.filter(structure=structure_id)
    return rows.filter(ended_at__isnull=True).order_by("id").first() or rows.order_by("-ended_at").first()


def _state_gone(structure_id: UUID, acteur: Acteur, now: datetime) -> Denied:
    """Refuse, and journal, what somebody else has just done or undone."""
    record(STRUCTURE_REFUSED, acteur=acteur, at=now, subject=structure_id, reason=STRUCTURE_STATE_GONE.code)
    return Denied(STRUCTURE_STATE_GONE)


@transaction.atomic
def suspend_structure(structure_id: UUID, motif: str, acteur: Acteur, now: datetime) -> Decision:
    """Deactivate a structure; ``motif`` a key of :data:`MOTIFS`."""
    standing = HabilitationStructure.objects.filter(structure=structure_id, ended_at__isnull=True)
    if not standing.filter(suspended_at__isnull=True).update(suspended_at=now):
        return _state_gone(structure_id, acteur, now)
    facts = {"motif": motif}
    record(STRUCTURE_SUSPEND, acteur=acteur, at=now, subject=structure_id, structure=structure_id, facts=facts)
    tell_team(Structure.objects.get(pk=structure_id), f"est désactivée, {MOTIFS[motif].lower()} : {_WAITS}", now)
    return GRANTED


@transaction.atomic
def resume_structure(structure_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Put a deactivated structure back in service."""
    standing = HabilitationStructure.objects.filter(structure=structure_id, ended_at__isnull=True)
    if not standing.filter(suspended_at__isnull=False).update(suspended_at=None):
        return _state_gone(structure_id, acteur, now)
    record(STRUCTURE_RESUME, acteur=acteur, at=now, subject=structure_id, structure=structure_id)
    tell_team(Structure.objects.get(pk=structure_id), _IS_BACK, now)
    return GRANTED


def standing_with_siret(siret: str) -> Structure | None:
    """Return the structure in service that has this SIRET."""
    rows = Structure.objects.filter(
        siret=siret, habilitations__ended_at__isnull=True, habilitations__suspended_at__isnull=True
    )
    return rows.filter(habilitations__isnull=False).first()
