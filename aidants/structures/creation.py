"""Making a structure.  Whether it may act is its habilitation's matter."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.events import STRUCTURE_CREATE
from aidants.journal.record import record
from aidants.structures.models import Structure


def create_structure(fields: Mapping[str, str], acteur: Acteur, now: datetime) -> Structure:
    """Create a structure from checked ``fields`` (the columns of its table)."""
    with transaction.atomic():
        made = Structure.objects.create(**fields, created_at=now)
        record(STRUCTURE_CREATE, acteur=acteur, at=now, subject=made.id, structure=made.id)
    return made
