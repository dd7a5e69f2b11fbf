"""A page reserved to a national role opens for who holds it now, and for nobody else."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from aidants.comptes.fonctions import fonction_of, fonctions_of, for_role
from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur
from aidants.domain.roles import Role
from tests import builders

pytestmark = pytest.mark.django_db


@for_role(Role.ACCUEIL, Role.ADMINISTRATEUR)
def page(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    return HttpResponse(f"{acteur.role} {acteur.id}")


def asked(who: Compte) -> HttpResponse:
    request = HttpRequest()
    request.user = who
    return page(request)


def test_who_holds_the_role_enters_as_it() -> None:
    who = builders.compte()
    Fonction.objects.create(compte=who, role="accueil")
    assert asked(who).content.decode() == f"accueil {who.id}"


@pytest.mark.parametrize("fields", [{}, {"role": "instructeur"}, {"role": "accueil", "ended_at": builders.NOW}])
def test_nobody_else_does(fields: dict[str, object]) -> None:
    who = builders.compte()
    if fields:
        Fonction.objects.create(compte=who, **fields)
    with pytest.raises(PermissionDenied):
        asked(who)


def test_a_deactivated_account_holds_nothing() -> None:
    who = builders.compte(is_active=False)
    Fonction.objects.create(compte=who, role="prefecture", departement="05")
    assert fonctions_of(who.id) == []
    assert fonction_of(who.id, Role.PREFECTURE) is None
