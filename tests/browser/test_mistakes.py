"""What people mistype is told where they can correct it, on pages as accessible as the others."""

import pytest

from tests.browser.conseiller import Conseiller
from tests.browser.usager import Agent, Usager
from tests.browser.visitor import DESK, NARROW

pytestmark = pytest.mark.parametrize("way", [DESK, NARROW], ids=str)


def test_conseiller_mistakes(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    at.open(f"{conseiller.sites.service}/connexion")
    at.write("Adresse électronique", conseiller.compte.email)
    at.write("Mot de passe", "ce n’est pas le bon")
    at.write("Code à 6 chiffres", "000000")
    at.press("Se connecter")
    at.page.locator("#errors").wait_for()
    at.see("Connexion")

    conseiller.signs_in()
    at.follow("Nouveau mandat")
    at.press("Continuer")
    at.read("Choisissez au moins une démarche")
    at.see("Démarches et durée")
    at.tick("Logement")
    at.tick("1 jour")
    at.press("Continuer")
    conseiller.hands_the_silent_card()
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    conseiller.shows_where_to_draw()
    at.press("Je signe")
    at.read("L’accord n’a pas été enregistré")
    at.see("Lecture et accord")


def test_usager_changes_their_mind(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    conseiller.signs_in()
    conseiller.prepares("Logement", duree="31 jours")
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    at.actor.press(at.page.locator(".think").get_by_role("link", name="Je veux réfléchir"))
    at.see("Ne pas signer maintenant")
    at.press("Tout effacer")
    at.hear("Rien n’a été signé")
    at.see("Bonjour")
    at.read_nowhere("Sophie Martin")


def test_usager_and_agent_mistakes(sophie: Usager, agent: Agent) -> None:
    sophie.visitor.open(f"{sophie.sites.service}/usager")
    sophie.visitor.write("Référence du mandat", "GAP7-K3XW-9C")
    sophie.visitor.press("Ouvrir ma page")
    sophie.visitor.read("Cette référence comporte une erreur")
    sophie.visitor.see("Voir ou arrêter mon mandat")

    agent.visitor.open(f"{agent.sites.service}/verifier")
    agent.visitor.press("Vérifier")
    agent.visitor.read("Écrivez le nom de votre organisme")
    agent.visitor.see("Vérifier un mandat")
    agent.visitor.open(f"{agent.sites.service}/v")
    agent.visitor.read("Le code QR n’a pas été lu")
    agent.visitor.see("Code QR d’un mandat")
