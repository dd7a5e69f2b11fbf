"""Each role finds its pages from its home page, and each door that it finds opens."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.formation.models import Certification
from aidants.domain.activite.dossier import DECLARATIONS
from aidants.domain.roles import NATIONAL_ROLES, Role
from aidants.habilitation.models import HabilitationStructure
from aidants.structures.models import Affectation
from mandats.pages.doors import DOORS, SPACES, doors_of, spaces_of
from tests import builders
from tests.aidants.dispositif import scheme

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


def _menu(browser: Client, path: str) -> str:
    return browser.get(path).content.decode().split('id="navigation"')[1].split("</nav>")[0]


def test_the_menu_offers_no_mandat_to_who_would_be_refused_and_does_again_once_nothing_is_missing() -> None:
    who = builders.aidant(builders.structure())
    browser = builders.signed_in(who)
    assert "/mandats/nouveau" in _menu(browser, "/accueil")
    held = Certification.objects.filter(compte=who)
    held.update(withdrawn_at=timezone.now())
    for path in ("/accueil", "/mandats", "/a-remettre"):
        assert "/mandats/nouveau" not in browser.get(path).content.decode(), path
    held.update(withdrawn_at=None)
    assert "/mandats/nouveau" in _menu(browser, "/mon-droit")
    assert "/mandats/nouveau" in _menu(browser, "/mandats")


def test_what_is_missing_in_one_structure_hides_nothing_in_another() -> None:
    who = builders.aidant(builders.structure())
    other = builders.structure("CCAS voisin", siret="99999920500029")
    there = Affectation.objects.create(compte=who, structure=other, is_aidant=True, started_at=timezone.now())
    HabilitationStructure.objects.exclude(structure=other).update(ended_at=timezone.now())
    browser = builders.signed_in(who)
    assert "/mandats/nouveau" not in _menu(browser, "/accueil")
    browser.post("/structures", {"structure": there.structure_id})
    assert "/mandats/nouveau" in _menu(browser, "/mandats")


@pytest.mark.parametrize("is_aidant", [False, True], ids=["referent", "referent and aidant"])
def test_a_referent_finds_at_home_the_five_declarations_that_wait(is_aidant: bool) -> None:
    place, who = builders.structure(), builders.compte()
    given = {"is_referent": True, "is_aidant": is_aidant, "started_at": builders.NOW}
    Affectation.objects.create(compte=who, structure=place, **given)
    scheme.poste(place)
    browser = builders.signed_in(who)
    assert "Cinq déclarations vous attendent" not in _home(browser), "it was habilitated already"
    HabilitationStructure.objects.all().delete()
    home = _home(browser)
    assert "Cinq déclarations vous attendent" in home
    assert 'href="/structure/habilitation"' in home
    assert "Cinq déclarations" not in _home(builders.signed_in(builders.aidant(place))), (
        "they are the referent's to make"
    )
    every = {"declarations": list(DECLARATIONS)}
    assert browser.post("/structure/habilitation", every).status_code == 302
    assert "Cinq déclarations vous attendent" not in _home(browser)
