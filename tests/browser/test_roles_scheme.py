"""Who answers for the scheme: a préfecture, the Banque des Territoires, a training body."""

import time
from datetime import date, timedelta

import pytest
from django.utils import timezone

from aidants.dispositif.formation.models import Certification, MembreOrganisme
from aidants.dispositif.models import Versement
from aidants.domain.dispositif.financement import instalments
from aidants.structures.models import Structure
from tests import builders
from tests.aidants.dispositif import scheme
from tests.aidants.training_desk import TrainingDesk
from tests.aidants.training_desk import organisme as training_body
from tests.browser.conftest import Visit
from tests.browser.officer import Officer, holder, siret_like
from tests.browser.visitor import KEYBOARD_BOTH
from tests.stack import LiveStack

KEYBOARD = pytest.mark.parametrize("way", [KEYBOARD_BOTH], indirect=True, ids=str)


@KEYBOARD
def test_prefecture(visit: Visit, stack: LiveStack) -> None:
    waiting = scheme.reviewed("", name="Communauté de communes du Haut-Verdon", departement="04", city="Colmars")
    prefecture = Officer(visit(), stack.sites.service, holder("prefecture", "Hélène", "Aubert", "04"))
    at = prefecture.at
    prefecture.signs_in("/accueil", "Bonjour")
    prefecture.opens("Candidatures du département", "Candidatures du département")
    at.follow(f"Donner un avis sur {waiting.name}")
    at.see(waiting.name)
    at.press("Enregistrer l’avis")
    at.see(waiting.name)
    at.read("Choisissez un avis")
    at.tick("Favorable")
    at.write("Observations", "Le territoire n’a aucun lieu d’accueil à moins de trente kilomètres.")
    prefecture.lets_factor_age()
    at.press("Enregistrer l’avis")
    at.see("Confirmez que c’est vous")
    prefecture.gives_code("Continuer")
    at.see("C’est confirmé")
    at.press("Envoyer")
    at.hear("Votre avis est enregistré")
    at.see("Candidatures du département")
    prefecture.opens("Tableau de bord", "Alpes-de-Haute-Provence")


@KEYBOARD
def test_operateur(visit: Visit, stack: LiveStack, place: Structure) -> None:
    who = builders.compte(given_name="Lina", family_name="Arnaud")
    begun = timezone.localdate() - timedelta(days=3)
    post = scheme.poste(place, scheme.quota(10_000, "2A"), departement="2A")
    made = scheme.contrat(place, who, post, starts_on=begun, ends_on=date(begun.year + 2, begun.month, 1))
    for one in instalments(made.granted, begun):
        Versement.objects.create(contrat=made, rank=one.rank, due_on=one.due_on, amount=one.amount)
    operateur = Officer(visit(), stack.sites.service, holder("operateur", "Karim", "Ollivier"))
    at = operateur.at
    operateur.signs_in("/accueil", "Bonjour")
    operateur.opens("Conventions et versements", "Conventions et versements")
    at.follow(f"Examiner la convention de {place.name}, Lina")
    at.see(place.name)
    operateur.gives_code("Signer la convention")
    at.hear("La convention est signée")
    at.see(place.name)
    operateur.gives_code("Noter comme payé")
    at.hear("noté comme payé")
    at.see(place.name)
    at.read("Payé le")
    operateur.opens("Budget", "Budget du dispositif")
    operateur.opens("Tableau de bord", "Tableau de bord national")
    at.follow("Carte et départements")
    at.see("Départements")


@KEYBOARD
def test_organisme(visit: Visit, stack: LiveStack, place: Structure) -> None:
    body = training_body("Greta du Champsaur", siret_like(time.monotonic_ns()))
    agent = holder("organisme", "Marc", "Allard")
    MembreOrganisme.objects.create(organisme=body, compte=agent, started_at=timezone.now())
    learner = builders.compte(given_name="Léa", family_name="Fontaine")
    desk = TrainingDesk(place, learner, body, agent)
    session = desk.session(city="Embrun")
    desk.inscribed(session)
    organisme = Officer(visit(), stack.sites.service, agent)
    at, today = organisme.at, timezone.localdate()
    organisme.signs_in("/accueil", "Bonjour")
    organisme.opens("Sessions et présences", "Sessions de formation")
    at.follow("Présences : Embrun")
    at.see("Embrun")
    at.tick("Léa Fontaine")
    at.press("Enregistrer les présences")
    at.hear("Les présences sont enregistrées")
    at.see("Embrun")
    _opens_a_session(organisme, today + timedelta(days=20))
    graduate = builders.compte(given_name="Jeanne", family_name="Morel")
    desk.inscribed(session, graduate)
    desk.trained(graduate)
    organisme.opens("Certification", "Résultats de la certification")
    at.write("Adresse électronique", graduate.email)
    at.tick("Certification obtenue")
    at.write_day("Jour du résultat", today)
    at.press("Enregistrer le résultat")
    at.hear("Le résultat est enregistré")
    at.see("Résultats de la certification")
    assert Certification.objects.get(compte=graduate).obtained


def _opens_a_session(organisme: Officer, day: date) -> None:
    at = organisme.at
    at.follow("Toutes les sessions")
    at.follow("Ouvrir une session")
    at.see("Ouvrir une session")
    at.press("Ouvrir la session")
    at.see("Ouvrir une session")
    at.read("Saisissez")
    at.choose("Pour qui", "Aidants, en une journée")
    at.write("Code postal", "05000")
    at.write("Commune", "Gap")
    at.write_day("Premier jour", day)
    at.write_day("Dernier jour", day)
    at.write("Places", "12")
    at.press("Ouvrir la session")
    at.hear("La session est ouverte aux inscriptions")
    at.see("Gap")
