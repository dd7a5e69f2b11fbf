"""Each role finds its pages from its home page, and each door that it finds opens."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from aidants.comptes.models import Compte, Fonction
from aidants.domain.roles import NATIONAL_ROLES, Role
from aidants.structures.models import Affectation
from mandats.pages.doors import DOORS, SPACES, doors_of, spaces_of
from tests import builders

pytestmark = pytest.mark.django_db


def _holder(role: Role) -> Compte:
    who = builders.compte()
    if role is Role.REFERENT:
        Affectation.objects.create(
            compte=who, structure=builders.structure(), is_referent=True, started_at=builders.NOW
        )
    else:
        Fonction.objects.create(compte=who, role=role.value)
    return who


def _home(browser: Client) -> str:
    return browser.get("/accueil").content.decode()


@pytest.mark.parametrize("role", SPACES)
def test_every_door_shown_opens_and_no_other_is_shown(role: Role) -> None:
    browser = builders.signed_in(_holder(role))
    home = _home(browser)
    assert SPACES[role] in home
    for door in doors_of([role]):
        address = reverse(door.route)
        assert f'href="{address}"' in home
        assert browser.get(address).status_code == 200, door.route
    assert home.count("Ouvrir<span") == len(doors_of([role]))
    bar = home.split('id="navigation"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', bar)[1:] == [reverse(one.route) for one in doors_of([role]) if one.menu]


def test_every_national_role_has_its_space() -> None:
    assert set(SPACES) == {*NATIONAL_ROLES, Role.REFERENT}
    assert all(door.roles <= set(SPACES) for door in DOORS)


def test_who_holds_two_roles_finds_both_spaces_and_each_door_once() -> None:
    spaces = spaces_of(["administrateur", "instructeur"])
    assert [space.title for space in spaces] == [SPACES[Role.INSTRUCTEUR], SPACES[Role.ADMINISTRATEUR]]
    shown = [door.route for space in spaces for door in space.doors]
    assert len(shown) == len(set(shown))


def test_an_aidant_who_also_works_for_the_state_finds_both_at_home() -> None:
    who = builders.aidant(builders.structure())
    Fonction.objects.create(compte=who, role="instructeur")
    home = _home(builders.signed_in(who))
    assert "Nouveau mandat" in home
    assert SPACES[Role.INSTRUCTEUR] in home


def test_nobody_in_particular_finds_none() -> None:
    assert doors_of([]) == []
    assert spaces_of([]) == []
