"""Who answers for a structure: a team at a glance, comings and goings, figures, a journal; never an usager."""

import re
import time

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from aidants.comptes.inactivity import deactivate
from aidants.comptes.models import Compte
from aidants.domain.acteur import SYSTEME
from aidants.structures.models import Affectation, Structure
from aidants.structures.places import ask_to_join
from tests import builders
from tests.browser.conftest import Visit
from tests.browser.officer import Officer
from tests.browser.personne import letter
from tests.browser.visitor import KEYBOARD_BOTH
from tests.stack import LiveStack


def _team(place: Structure) -> tuple[Compte, Compte]:
    """Make a team: an aidant who acts, one who leaves, one who was long absent, and somebody who asks to come."""
    nadia = builders.aidant(place, given_name="Nadia", family_name="Benali", profession="Conseillère numérique")
    builders.aidant(place, given_name="Thomas", family_name="Giraud", profession="Agent d’accueil")
    absent = builders.aidant(place, given_name="Awa", family_name="Diop", profession="Agente")
    deactivate(absent, "absence", SYSTEME, timezone.now())
    elsewhere = builders.structure("Médiathèque des Deux-Vallées", siret="99999930300013")
    hugo = builders.aidant(elsewhere, given_name="Hugo", family_name="Marchetti", profession="Conseiller numérique")
    ask_to_join(place, hugo, builders.acteur(hugo, elsewhere), timezone.now())
    person = builders.identite(family_name="LE QUÉRÉ", given_name="Marie-Ange", email="", telephone="")
    for demarche in ("logement", "social"):
        mandat = builders.mandat(nadia, place, person, now=timezone.now(), demarches=(demarche,))
    builders.utilisation(mandat)
    return nadia, hugo


def _welcomes_and_lets_go(referent: Officer) -> None:
    at = referent.at
    at.follow("Équipe")
    at.see("L’équipe")
    at.read("n’a qu’un référent")
    at.follow("Accueillir Hugo Marchetti")
    at.see("Accueillir dans l’équipe")
    at.choose("Statut dans la structure", "Salarié")
    referent.gives_code("Accueillir")
    at.hear("La personne est dans l’équipe")
    at.follow("Nom et rôles de Hugo Marchetti")
    at.see("Nom et rôles dans l’équipe")
    at.tick("Référent")
    at.press("Enregistrer")
    at.see("Nom et rôles dans l’équipe")
    at.read("Saisissez le code")
    referent.gives_code("Enregistrer")
    at.see("L’équipe")
    at.read_nowhere("n’a qu’un référent")
    at.follow("Nom et rôles de Thomas Giraud")
    at.see("Nom et rôles dans l’équipe")
    at.untick("Aidant")
    referent.gives_code("Enregistrer")
    at.see("L’équipe")
    at.hear("Thomas Giraud")
    at.follow("Rouvrir le compte de Awa Diop")
    at.see("Rouvrir un compte")
    referent.gives_code("Rouvrir le compte")
    at.hear("est rouvert")
    at.see("L’équipe")


def _invites(referent: Officer, newcomer: str) -> None:
    at = referent.at
    at.follow("Inviter quelqu’un")
    at.see("Inviter quelqu’un")
    for label, typed in (("Prénom", "Zoé"), ("Nom", "Petit"), ("Adresse électronique", newcomer)):
        at.write(label, typed)
    at.write("Fonction", "Médiatrice")
    at.choose("Statut dans la structure", "Salarié")
    referent.gives_code("Envoyer l’invitation")
    at.hear("L’invitation est partie")
    at.see("L’équipe")
    at.follow(f"Renvoyer l’invitation de {newcomer}")
    at.see("Renvoyer l’invitation")
    referent.gives_code("Renvoyer l’invitation")
    at.hear("L’ancienne ne sert plus")
    at.press(f"Annuler l’invitation de {newcomer}")
    at.hear("L’invitation est annulée")


def _helps(referent: Officer, stack: LiveStack, nadia: Compte) -> None:
    at = referent.at
    at.follow("A perdu son appareil : Nadia")
    at.see("Aider à revenir")
    at.tick("Elle est devant moi")
    referent.gives_code("Me porter garant")
    at.see("C’est parti")
    code = re.search(r"\d{4} \d{4}", letter(at, stack.emails_folder, nadia.email, "Votre code pour revenir"))
    assert code
    for hidden in (code.group(), code.group().replace(" ", "")):
        assert hidden not in at.page.content(), "the garant never sees the secret"
    at.follow("Terminer")
    at.see("L’équipe")


@pytest.mark.parametrize("way", [KEYBOARD_BOTH], indirect=True, ids=str)
def test_referent(visit: Visit, stack: LiveStack, place: Structure) -> None:
    nadia, hugo = _team(place)
    who = builders.compte(given_name="Sylvie", family_name="Faure")
    Affectation.objects.create(compte=who, structure=place, is_referent=True, started_at=builders.NOW)
    referent = Officer(visit(), stack.sites.service, who)
    at = referent.at
    referent.signs_in("/accueil", "Bonjour")
    _welcomes_and_lets_go(referent)
    _invites(referent, f"zoe.{time.monotonic_ns()}@mairie.example")
    _helps(referent, stack, nadia)
    at.follow("Notre structure dans les données ouvertes")
    at.see("Votre structure dans les données ouvertes")
    at.untick("Publier")
    at.press("Enregistrer")
    at.see("Votre structure dans les données ouvertes")
    at.follow("Chiffres")
    at.see("Chiffres")
    at.read("moins de 5")
    at.follow("Démarches")
    at.see("Démarches de votre structure")
    at.follow("Désaccords")
    at.see("Désaccords")
    at.follow("Alertes")
    at.see("Alertes")
    for door, heading in (
        ("Activité", "Activité de la structure"),
        ("Kits d’inclusion", "Kits"),
        ("Postes de conseiller", "Postes"),
    ):
        referent.opens(door, heading)
    at.follow("Journal")
    at.see("Journal de la structure")
    at.read("Mandat conclu")
    at.read_nowhere("LE QUÉRÉ")
    at.read_nowhere("Le Quéré")
    place.refresh_from_db()
    assert not place.is_listed
    assert Affectation.objects.get(structure=place, compte=hugo).is_referent
    assert not Affectation.objects.filter(structure=place, compte__given_name="Thomas", ended_at=None).exists()


@pytest.mark.parametrize("way", [KEYBOARD_BOTH], indirect=True, ids=str)
def test_the_menu_of_a_referent_who_is_an_aidant_folds(visit: Visit, stack: LiveStack, chromium: Browser) -> None:
    """One line on a telephone; a button opens it, « Échap » closes it; the same without any script."""
    place = builders.structure("Communauté d’agglomération du Grand Guillestrois et des Deux-Vallées")
    who = builders.aidant(place, given_name="Marie-Emmanuelle", family_name="de La Rochefoucauld-Montbéliard")
    Affectation.objects.filter(compte=who).update(is_referent=True)
    referent = Officer(visit(), stack.sites.service, who)
    at = referent.at
    referent.signs_in("/accueil", "Bonjour")
    menu, button = at.page.locator("#menu"), at.button("Menu")
    expect(menu).to_be_hidden()
    box = at.page.locator("#navigation").bounding_box()
    assert box, "the menu's line"
    assert box["height"] < 60
    at.press("Menu")
    expect(menu).to_be_visible()
    at.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    at.press("Menu")
    at.see("Bonjour")
    at.page.keyboard.press("Escape")
    at.follow("Équipe")
    at.see("L’équipe")
    bare = chromium.new_context(
        java_script_enabled=False, storage_state=at.window.storage_state(), viewport={"width": 360, "height": 800}
    )
    page = bare.new_page()
    page.goto(f"{stack.sites.service}/equipe")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Alertes").first.click()
    expect(page.locator("h1")).to_contain_text("Alertes")
    bare.close()
