"""A post given back by its structure: it returns to the quota that it was taken from."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.dispositif.models import Poste
from aidants.dispositif.vivier import is_poste_free
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import errors, events
from aidants.journal.record import record


@transaction.atomic
def give_back(poste_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Give a post back.  Denied while somebody is recruited on it; of this and a recruitment at once, one passes.

    The trigger that counts the quota's posts follows.
    """
    poste = Poste.objects.select_for_update(no_key=True).get(pk=poste_id)
    if not is_poste_free(poste):
        reason = errors.POSTE_TAKEN
        record(events.POSTE_GIVE_BACK_REFUSED, acteur=acteur, at=now, subject=poste_id, reason=reason.code)
        return Denied(reason)
    poste.withdrawn_at = now
    poste.save(update_fields=("withdrawn_at",))
    facts = {"departement": poste.departement}
    structure = poste.structure_id
    record(events.POSTE_GIVE_BACK, acteur=acteur, at=now, subject=poste_id, structure=structure, facts=facts)
    return GRANTED
