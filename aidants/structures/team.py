"""The team of a structure as its referents see it, and whom somebody may vouch for."""

from datetime import datetime
from uuid import UUID

from django.db.models import Max, QuerySet

from aidants.comptes.fonctions import fonction_of
from aidants.comptes.models import Compte
from aidants.domain.roles import Role
from aidants.journal.models import Entree
from aidants.structures.models import Affectation


def is_referent_of(compte_id: UUID, structure_id: UUID) -> bool:
    """Tell whether a person is a referent of a structure now."""
    places = Affectation.objects.filter(compte=compte_id, structure=structure_id, ended_at__isnull=True)
    return places.filter(is_referent=True, compte__is_active=True).exists()


def referents_of(structure_id: UUID) -> QuerySet[Compte]:
    """Return the accounts of a structure's referents who can come in, by number."""
    return Compte.objects.filter(
        affectations__structure=structure_id,
        affectations__is_referent=True,
        affectations__ended_at__isnull=True,
        is_active=True,
    ).order_by("id")


def team_of(structure_id: UUID) -> list[Affectation]:
    """Return the standing places of a structure, by family name."""
    places = Affectation.objects.filter(structure=structure_id, ended_at__isnull=True).select_related("compte")
    return list(places.order_by("compte__family_name", "compte__given_name", "id"))


def member_of(structure_id: UUID, compte_id: UUID) -> Affectation | None:
    """Return one person's standing place in a structure; a stranger is as unknown as nobody."""
    places = Affectation.objects.filter(structure=structure_id, compte=compte_id, ended_at__isnull=True)
    return places.select_related("compte", "structure").first()


def may_vouch(garant_id: UUID, compte: Compte) -> bool:
    """Tell whether ``garant_id`` may bring ``compte`` back: an instructeur, or a referent of theirs (DOMAIN §4)."""
    if garant_id == compte.id:
        return False
    if fonction_of(garant_id, Role.INSTRUCTEUR, Role.ADMINISTRATEUR):
        return True
    theirs = Affectation.objects.filter(compte=compte, ended_at__isnull=True).values("structure")
    mine = Affectation.objects.filter(compte=garant_id, ended_at__isnull=True, is_referent=True)
    return mine.filter(structure__in=theirs).exists()


def last_acts(structure_id: UUID) -> dict[UUID, datetime]:
    """Return when each member of a structure last did something for it, from the journal."""
    members = Affectation.objects.filter(structure=structure_id, ended_at__isnull=True).values("compte")
    rows = Entree.objects.filter(acteur_id__in=members, structure_id=structure_id).order_by()
    return dict(rows.values_list("acteur_id").annotate(last=Max("at")))
