"""Opens the two brouillons of a couple at the desk: one appointment, two mandats, two consents (DOMAIN §3.5).

The link lives while the appointment does: the mandats that come of it are strangers to each other, each revocable
alone.
"""

import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from mandats.domain.perimetre import Perimetre
from mandats.registre.models import Brouillon
from mandats.registre.services.brouillons import open_brouillon


@transaction.atomic
def open_couple(
    acteur: Acteur, asked: Perimetre, now: datetime, *, shown_for: UUID
) -> tuple[Brouillon, Brouillon] | Denied:
    """Start one brouillon for each of two persons, asking the same; each may be changed, or abandoned, alone."""
    couple = uuid.uuid4()
    first = open_brouillon(acteur, asked, now, shown_for=shown_for, couple=couple)
    if isinstance(first, Denied):
        return first
    # Not at the same moment: which of the two is the first person's is told by their order.
    second = open_brouillon(acteur, asked, now + timedelta(microseconds=1), shown_for=shown_for, couple=couple)
    return second if isinstance(second, Denied) else (first, second)
