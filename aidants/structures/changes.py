"""Changing a structure: what new actes will say of it.  What was signed holds its own bytes and never follows."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from aidants.comptes.avis import Avis, tell
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.events import ROLE_GRANT, STRUCTURE_ABSORB, STRUCTURE_CHANGE
from aidants.domain.folding import fold
from aidants.domain.roles import Role
from aidants.journal.record import record
from aidants.structures.models import Affectation, Structure

_FOUND_AT_MOST = 1000


def structures_found(query: str) -> list[Structure]:
    """Return the structures whose name, SIRET or commune holds ``query``, by name, whatever accents or case."""
    wanted, digits = fold(query), "".join(query.split())
    rows = _with_people(Structure.objects.order_by("name", "id"))
    if not wanted:
        return list(rows[:_FOUND_AT_MOST])
    if digits.isdigit():
        return list(rows.filter(siret__startswith=digits)[:_FOUND_AT_MOST])
    return [one for one in rows if wanted in fold(f"{one.name} {one.city}")][:_FOUND_AT_MOST]


def _with_people(rows: QuerySet[Structure]) -> QuerySet[Structure]:
    standing = Q(affectations__ended_at__isnull=True, affectations__compte__is_active=True)
    referents = Count("affectations", filter=standing & Q(affectations__is_referent=True))
    return rows.annotate(referents=referents, people=Count("affectations", filter=standing))


@transaction.atomic
def change_structure(structure_id: UUID, fields: Mapping[str, str], acteur: Acteur, now: datetime) -> list[str]:
    """Write what differs of checked ``fields``; return their names, as the journal keeps them (never their values)."""
    row = Structure.objects.select_for_update().get(pk=structure_id)
    changed = sorted(name for name, value in fields.items() if getattr(row, name) != value)
    if changed:
        for name in changed:
            setattr(row, name, fields[name])
        row.updated_at = now
        row.save(update_fields=(*changed, "updated_at"))
        facts = {"fields": changed}
        record(STRUCTURE_CHANGE, acteur=acteur, at=now, subject=row.id, structure=row.id, facts=facts)
    return changed


def tell_team(structure: Structure, told: str, now: datetime) -> None:
    """Write to everybody who has a place in a structure what becomes of it: « Name » followed by ``told``.

    In the caller's transaction: nobody learns from a refusal, with a person at the desk, what an administrateur did.
    """
    team = Compte.objects.filter(affectations__structure=structure, affectations__ended_at__isnull=True, is_active=True)
    for compte in team.order_by("id"):
        tell(compte, Avis.STRUCTURE_CHANGE, now, structure=structure.name, told=told)


def welcome_team(absorbed: Structure, into: Structure, acteur: Acteur, now: datetime) -> int:
    """Give the team of a structure that ends places in the one that absorbs it; return how many are new there.

    In the caller's transaction.  Places in the structure that ends stay: its ended mandats are read from there.
    """
    there = Affectation.objects.filter(structure=into, compte=OuterRef("compte"), ended_at__isnull=True)
    team = Affectation.objects.filter(structure=absorbed, ended_at__isnull=True, compte__is_active=True)
    made = 0
    for place in team.annotate(known=Exists(there)).order_by("id"):
        held = {name: getattr(place, name) for name in ("is_aidant", "is_referent", "is_conseiller", "statut")}
        if not place.known:
            Affectation.objects.create(compte_id=place.compte_id, structure=into, started_at=now, **held)
            roles = [role for role in (Role.AIDANT, Role.REFERENT) if getattr(place, f"is_{role.value}")]
            facts = {"roles": [role.value for role in roles], "statut": place.statut}
            record(ROLE_GRANT, acteur=acteur, at=now, subject=place.compte_id, structure=into.id, facts=facts)
            made += 1
    # With those that it absorbed before: what is asked of a structure and of those merged into it reads one step.
    Structure.objects.filter(Q(pk=absorbed.pk) | Q(merged_into=absorbed)).update(merged_into=into)
    facts_of_all = {"from": str(absorbed.id), "count": made}
    record(STRUCTURE_ABSORB, acteur=acteur, at=now, subject=into.id, structure=into.id, facts=facts_of_all)
    return made
