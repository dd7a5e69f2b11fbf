"""FranceConnect fails, or somebody errs on the way: nothing is lost, and what happened is said plainly."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Request, Route

from tests.browser.conftest import Visit
from tests.browser.conseiller import Conseiller
from tests.browser.visitor import DESK, Visitor
from tests.stack import LiveStack

pytestmark = pytest.mark.parametrize("way", [DESK], ids=str)
# What the simulated FranceConnect answers to the choice of a person is the way back to the service.
_CHOSEN = "**/interaction/*/identite"


class Outages:
    """Makes the simulated FranceConnect fail."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def begin(self, mode: str, endpoint: str) -> None:
        requests.post(f"{self.origin}/_panne", json={"mode": mode, "endpoint": endpoint}, timeout=5).raise_for_status()

    def end(self) -> None:
        requests.delete(f"{self.origin}/_etat", timeout=5).raise_for_status()


@pytest.fixture
def outages(stack: LiveStack) -> Iterator[Outages]:
    made = Outages(stack.sites.franceconnect)
    yield made
    made.end()


def _begins(conseiller: Conseiller) -> None:
    conseiller.signs_in()
    conseiller.prepares("Logement", "Justice", duree="182 jours", formalite="demande d’APL")


def _everything_is_there(visitor: Visitor) -> None:
    visitor.see("Identité de la personne")
    for text in ("Logement", "demande d’APL", "Justice", "182 jours"):
        assert text in visitor.page.locator("aside").inner_text()


def _signs_in_as_sophie(visitor: Visitor) -> None:
    visitor.press("S’identifier avec FranceConnect")
    visitor.see("Choisissez un compte")
    visitor.press("Sophie Martin")


@pytest.mark.parametrize(("mode", "endpoint"), [("down_503", "token"), ("drop", "userinfo")])
def test_franceconnect_falls_after_the_usager_signed_in(
    conseiller: Conseiller, outages: Outages, mode: str, endpoint: str
) -> None:
    at = conseiller.visitor
    _begins(conseiller)
    outages.begin(mode, endpoint)
    _signs_in_as_sophie(at)
    at.hear("FranceConnect ne répond pas pour le moment. Rien n’est perdu")
    _everything_is_there(at)
    outages.end()
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")


def test_franceconnect_is_slow(conseiller: Conseiller, outages: Outages) -> None:
    at = conseiller.visitor
    _begins(conseiller)
    outages.begin("slow", "userinfo")
    _signs_in_as_sophie(at)
    at.page.wait_for_url("**/identite", timeout=15_000)
    at.hear("FranceConnect ne répond pas pour le moment. Rien n’est perdu")
    _everything_is_there(at)


def test_franceconnect_is_down_and_never_comes_back(conseiller: Conseiller, outages: Outages) -> None:
    at = conseiller.visitor
    _begins(conseiller)
    outages.begin("down_503", "authorize")
    at.press("S’identifier avec FranceConnect")
    at.page.get_by_text("Service indisponible").wait_for()
    at.open(f"{conseiller.sites.service}/accueil")
    at.see("Bonjour")
    at.read("À reprendre")
    at.follow("Reprendre")
    _everything_is_there(at)
    outages.end()
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")


def test_usager_goes_back_without_signing_in(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    _begins(conseiller)
    at.press("S’identifier avec FranceConnect")
    at.see("Choisissez un compte")
    at.follow("Revenir sur")
    at.hear("Rien n’est perdu")
    _everything_is_there(at)


def test_lost_state(conseiller: Conseiller, outages: Outages) -> None:
    at = conseiller.visitor
    _begins(conseiller)
    outages.begin("wrong_state", "authorize")
    _signs_in_as_sophie(at)
    at.see("La connexion à FranceConnect n’a pas abouti")
    at.read("Rien n’est perdu")
    at.follow("Retour à l’accueil")
    at.follow("Reprendre")
    _everything_is_there(at)


def test_replayed_return(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    visited: list[str] = []

    def remember(request: Request) -> None:
        visited.append(request.url)

    at.page.on("request", remember)
    _begins(conseiller)
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    at.open(next(url for url in visited if "/franceconnect/retour?" in url))
    at.see("La connexion à FranceConnect n’a pas abouti")
    at.read("Ce retour de FranceConnect a déjà servi. Rien n’a été changé")
    at.follow("Reprendre le brouillon")
    at.read("Sophie Martin")
    _everything_is_there(at)


def test_return_in_another_browser(conseiller: Conseiller, visit: Visit) -> None:
    at, elsewhere = conseiller.visitor, visit()
    returns: list[str] = []

    def divert(route: Route) -> None:
        returns.append(route.fetch(max_redirects=0).headers["location"])
        route.abort()

    _begins(conseiller)
    at.page.route(_CHOSEN, divert)
    with at.page.expect_event("requestfailed"):
        _signs_in_as_sophie(at)
    at.page.unroute(_CHOSEN)

    elsewhere.open(returns[0])
    elsewhere.see("La connexion à FranceConnect n’a pas abouti")
    elsewhere.read("commencée dans un autre navigateur")
    elsewhere.read_nowhere("Sophie")

    at.open(f"{conseiller.sites.service}/accueil")
    at.see("Bonjour")
    at.follow("Reprendre")
    _everything_is_there(at)
    at.read_nowhere("Sophie Martin")
    at.press("S’identifier avec FranceConnect")
    at.see("Identité de la personne")
    at.read("Sophie Martin")
