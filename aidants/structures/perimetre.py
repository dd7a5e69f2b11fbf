"""Which demarches a structure offers, and whether it houses, employs, lends to or bills the people it helps.

Older mandats follow at once: every use asks again what the structure offers (DOMAIN §3.2).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.demarches import DEMARCHES
from aidants.domain.errors import DEMARCHES_REFUSED, NOT_A_REFERENT
from aidants.domain.events import STRUCTURE_PERIMETER, STRUCTURE_PERIMETER_REFUSED
from aidants.journal.record import record
from aidants.structures.models import Structure
from aidants.structures.team import is_referent_of


@transaction.atomic
def set_perimeter(
    structure_id: UUID, acteur: Acteur, *, demarches: Sequence[str], houses_or_bills: bool, now: datetime
) -> Decision:
    """Write what the structure offers from this second on; by one of its referents, after a fresh second factor.

    ``demarches``: codes among the ten, at least one; all ten are kept as no narrowing.
    """
    structure = Structure.objects.select_for_update().get(pk=structure_id)
    chosen = [code for code in DEMARCHES if code in set(demarches)]
    refused = None
    if not is_referent_of(acteur.known_id, structure_id):
        refused = NOT_A_REFERENT
    elif not chosen or not set(demarches) <= DEMARCHES.keys():
        refused = DEMARCHES_REFUSED
    if refused is not None:
        event, reason = STRUCTURE_PERIMETER_REFUSED, refused.code
        record(event, acteur=acteur, at=now, subject=structure_id, structure=structure_id, reason=reason)
        return Denied(refused)
    structure.demarches = [] if len(chosen) == len(DEMARCHES) else chosen
    structure.houses_or_bills = houses_or_bills
    structure.save(update_fields=("demarches", "houses_or_bills"))
    facts = {"demarches": chosen, "houses_or_bills": houses_or_bills}
    record(STRUCTURE_PERIMETER, acteur=acteur, at=now, subject=structure_id, structure=structure_id, facts=facts)
    return GRANTED
