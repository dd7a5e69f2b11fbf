"""What validating a dossier makes, in one transaction: structure, habilitation, invitations of its people."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.activite import events
from aidants.domain.activite.dossier import KINDS, Etat
from aidants.domain.decisions import Decision, Denied
from aidants.habilitation.dossiers import Decided, move, refusal_of, refuse_decision
from aidants.habilitation.models import Dossier
from aidants.habilitation.structures import habilitate_new
from aidants.journal.record import record
from aidants.structures.invitations import Invite, invite_for_service
from aidants.structures.models import Structure

_COLUMNS = ("name", "siret", "street", "postcode", "city", "insee_code", "telephone", "time_zone")


@transaction.atomic
def validate_dossier(dossier_id: UUID, acteur: Acteur, now: datetime) -> Structure | Decision:
    """Validate: the structure exists, is habilitated, and its referent and aidants are invited.

    They still owe training, certification and the terms: the right follows by rule.
    """
    dossier = Dossier.objects.select_for_update().get(pk=dossier_id)
    invited = _invited(dossier)
    ineligible = (one.may_come.reason for one in invited if isinstance(one.may_come, Denied))
    reason = refusal_of(dossier, Decided(Etat.VALIDEE)) or next(ineligible, None)
    if reason is not None:
        return refuse_decision(dossier, Etat.VALIDEE, reason, acteur, now)
    fields = {name: str(getattr(dossier, name)) for name in _COLUMNS}
    kind = KINDS.get(dossier.kind, "")
    structure = habilitate_new({**fields, "kind": kind, "email": dossier.email}, acteur, now)
    for one in invited:
        invite_for_service(structure, one, acteur, now)
    dossier.structure = structure
    move(dossier, Etat.VALIDEE, now)
    facts = {"etat": Etat.VALIDEE.value, "aidants": sum(one.is_aidant for one in invited)}
    record(events.DOSSIER_DECIDE, acteur=acteur, at=now, subject=dossier.id, structure=structure.id, facts=facts)
    return structure


def _invited(dossier: Dossier) -> list[Invite]:
    """Return the referent, who may also be an aidant, and the aidants; one invitation an address."""
    people = {
        row.email.lower(): Invite(
            row.email, row.given_name, row.family_name, row.profession, is_aidant=True, statut=row.statut
        )
        for row in dossier.aidants.order_by("family_name", "given_name", "id")
    }
    address = dossier.referent_email.lower()
    twin = people.get(address)
    people[address] = Invite(
        address,
        dossier.referent_given_name,
        dossier.referent_family_name,
        dossier.referent_profession,
        is_aidant=dossier.referent_is_aidant or twin is not None,
        is_referent=True,
        statut=twin.statut if twin else dossier.referent_statut,
    )
    return list(people.values())
