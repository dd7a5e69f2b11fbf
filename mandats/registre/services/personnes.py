"""Who is the same person: an usager identified by a document may be one that the structure knows already.

Compared within the structure alone, and with weak identities alone: what a document seen at the desk says never
joins what FranceConnect vouched for.  The aidant is asked; nothing is joined silently.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision
from aidants.domain.folding import fold
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.domain.identite import Identite
from mandats.domain.pieces import same_person_key
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon, Usager
from mandats.registre.services.brouillons import locked, refuse

SAME, OTHER = "meme", "autre"


def same_persons(structure_id: UUID, identite: Identite) -> list[Usager]:
    """Return the usagers of the structure with this birth name, first names, birth date and place."""
    if identite.sub_digest:
        return []
    wanted = _key(identite)
    found = Usager.objects.filter(
        mandats__structure=structure_id,
        sub_digest__isnull=True,
        merged_into__isnull=True,
        erased_at__isnull=True,
        birthdate=identite.birthdate,
        folded_family_given=fold(f"{identite.family_name} {identite.given_name}"),
    )
    return [one for one in found.distinct().order_by("created_at", "id") if _key(one) == wanted]


def _key(person: Identite | Usager) -> tuple[str, str, str, str]:
    return same_person_key(person.family_name, person.given_name, person.birthdate, person.birthplace_label)


def waits_for_answer(brouillon: Brouillon) -> bool:
    """Tell whether « même personne ? » was not answered yet; a renewal says by itself whose it is."""
    if brouillon.identity != "piece_vue" or brouillon.same_answer or brouillon.renews_id:
        return False
    identite = identity_of(brouillon)
    return identite is not None and bool(same_persons(brouillon.structure_id, identite))


@transaction.atomic
def answer_same_person(brouillon_id: UUID, usager_id: UUID | None, acteur: Acteur, now: datetime) -> Decision:
    """Note which of the persons found it is; ``None``: another one."""
    brouillon = locked(brouillon_id, acteur)
    identite = identity_of(brouillon) if brouillon else None
    if brouillon is None or identite is None:
        return refuse(events.BROUILLON_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    found = {one.id for one in same_persons(brouillon.structure_id, identite)}
    if usager_id is not None and usager_id not in found:
        return refuse(events.BROUILLON_REFUSED, errors.SAME_PERSON_UNANSWERED, acteur, now, brouillon_id)
    brouillon.same_as_id, brouillon.same_answer = usager_id, SAME if usager_id else OTHER
    brouillon.updated_at = now
    brouillon.save(update_fields=("same_as", "same_answer", "updated_at"))
    facts = {"answer": brouillon.same_answer, "usager": str(usager_id) if usager_id else None}
    record(events.SAME_PERSON, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    return GRANTED
