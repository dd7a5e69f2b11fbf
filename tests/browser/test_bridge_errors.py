"""On the bridge: two tabs, a double click, the back button, a mandat stopped on the way."""

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Route

from mandats.registre.models import Mandat, Utilisation
from mandats.registre.services.revoke import revoke_mandat
from tests import builders
from tests.browser.allocations import Allocations
from tests.browser.conseiller import Conseiller
from tests.browser.visitor import DESK

pytestmark = pytest.mark.parametrize("way", [DESK], ids=str)


def _uses(mandat: Mandat) -> int:
    return Utilisation.objects.filter(autorisation__mandat=mandat).count()


def _stops(conseiller: Conseiller, mandat: Mandat) -> None:
    acteur = builders.acteur(conseiller.compte, conseiller.place)
    assert revoke_mandat(mandat.id, acteur, way="aidant", now=timezone.now())


def test_a_double_click_uses_the_mandat_once(conseiller: Conseiller, allocations: Allocations) -> None:
    mandat = conseiller.has_concluded("logement", usager="martin-sophie")
    allocations.open_for_aidants()
    conseiller.types_credentials()
    at = conseiller.visitor
    at.see("Pour qui agissez-vous")
    at.tick("Sophie Martin – Logement")
    at.button("Continuer vers").dblclick(no_wait_after=True)
    allocations.shows_dossier_of("Sophie Martin")
    assert _uses(mandat) == 1


def test_back_after_the_choice_changes_nothing(conseiller: Conseiller, allocations: Allocations) -> None:
    mandat = conseiller.has_concluded("logement", usager="martin-sophie")
    allocations.open_for_aidants()
    conseiller.types_credentials()
    at = conseiller.visitor
    at.see("Pour qui agissez-vous")
    choice = at.page.url
    conseiller.picks("Sophie Martin", "Logement", allocations.name)
    allocations.shows_dossier_of("Sophie Martin")
    at.open(choice)
    at.see("Vous avez déjà répondu")
    at.follow("Retourner sur")
    allocations.refuses()
    assert _uses(mandat) == 1


def test_two_tabs_each_with_their_own_person(conseiller: Conseiller, allocations: Allocations) -> None:
    sophie = conseiller.has_concluded("logement", usager="martin-sophie")
    nicolas = conseiller.has_concluded("logement", usager="martin-nicolas")
    allocations.open_for_aidants()
    conseiller.types_credentials()
    at = conseiller.visitor
    at.see("Pour qui agissez-vous")
    other = at.window.new_page()
    other.goto(f"{conseiller.sites.administration}/connexion/aidant")
    other.get_by_role("radio", name="Nicolas Martin – Logement").check(force=True)
    conseiller.picks("Sophie Martin", "Logement", allocations.name)
    allocations.shows_dossier_of("Sophie Martin")
    other.get_by_role("button", name="Continuer vers").click()
    other.get_by_role("heading", name="Dossier de Nicolas Martin").wait_for()
    assert (_uses(sophie), _uses(nicolas)) == (1, 1)


@pytest.mark.parametrize("ways_in", ["aidant", "franceconnect"])
def test_a_mandat_stopped_on_the_way_gives_nothing(
    conseiller: Conseiller, allocations: Allocations, ways_in: str
) -> None:
    mandat = conseiller.has_concluded("logement", usager="martin-sophie")
    at = conseiller.visitor

    def stop_then_go_on(route: Route) -> None:
        _stops(conseiller, mandat)
        connections["default"].close()  # this call stack's own, which nothing else would close
        route.continue_()

    if ways_in == "aidant":
        at.page.route("**/retour/aidant?*", stop_then_go_on)
        allocations.open_for_aidants()
        conseiller.types_credentials()
        conseiller.picks("Sophie Martin", "Logement", allocations.name)
        allocations.refuses()
    else:
        at.page.route("**/oidc-callback?*", stop_then_go_on)
        allocations.open_by_franceconnect()
        allocations.leaves_for_aidants_connect()
        conseiller.types_credentials()
        conseiller.picks("Sophie Martin", "Logement", "FranceConnect")
        at.see("La connexion n’a pas pu aboutir")
        at.read("Y020026")
    at.read_nowhere("Sophie")


def test_refusals_go_back_to_the_site(conseiller: Conseiller, allocations: Allocations) -> None:
    allocations.open_by_franceconnect()
    allocations.leaves_for_aidants_connect()
    conseiller.types_credentials()
    at = conseiller.visitor
    at.see("Pour qui agissez-vous")
    at.read("Aucun mandat utilisable")
    at.press("Retourner sur FranceConnect")
    at.see("La connexion n’a pas pu aboutir")
    at.read("access_denied")
