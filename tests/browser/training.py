"""What is done between a contract and the right to conclude mandats: bodies, sessions, attendance, results, terms.

Each act ends on the page that follows, seen and inspected.
"""

import re
from datetime import date, timedelta

from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.dispositif.formation.models import Inscription, MembreOrganisme, Presence
from aidants.domain.activite.formation import FIGURES, Cadre, Moment
from tests.browser.papers import text_of
from tests.browser.visitor import Visitor

BODY = "Greta des Préalpes et des Hautes Vallées de la Durance"
OWED = FIGURES.owed(Cadre.CONSEILLER)


def approves_body(at: Visitor, service: str, agent: Compte) -> None:
    """Approve a body, as the ANCT, and attach its agent."""
    at.open(f"{service}/organismes")
    at.see("Organismes de formation")
    for label, typed in (("Nom de l’organisme", BODY), ("SIRET", "999 999 700 00012"), ("Commune", "Digne-les-Bains")):
        at.write(label, typed)
    at.press("Agréer")
    at.see("Organismes de formation")
    at.read("SIRET n’existe pas")
    at.write("SIRET", "999 999 700 00019")
    at.choose("Département", "04 Alpes-de-Haute-Provence")
    at.press("Agréer")
    at.see(BODY)
    at.write("Adresse électronique", agent.email)
    at.press("Rattacher cette personne")
    at.hear("marque désormais les formations")
    at.see(BODY)


def opens_session(at: Visitor, service: str, first: date) -> None:
    """Open a session that ends today, as the body."""
    at.open(f"{service}/organisme")
    at.see("Sessions de formation")
    at.read("Aucune session")
    at.follow("Ouvrir une session")
    at.see("Ouvrir une session")
    at.choose("Pour qui", "Conseillers numériques")
    at.write("Code postal", "04000")
    at.write("Commune", "digne les bains")
    at.field("Premier jour").fill(first.isoformat())
    at.field("Dernier jour").fill((first + timedelta(days=120)).isoformat())
    at.write("Places", "1")
    at.press("Ouvrir la session")
    at.hear("ouverte aux inscriptions")
    at.see("Digne-les-Bains")
    at.read("Personne n’est inscrit")


def takes_a_place(at: Visitor, service: str) -> None:
    """Take the place of the session of one's own commune, as the conseiller."""
    at.open(f"{service}/formation")
    at.see("Ma formation")
    at.read("0 heure sur 350")
    at.read("dans votre commune")
    at.press("M’inscrire à Digne-les-Bains")
    at.hear("Vous êtes inscrit")
    at.see("Ma formation")
    at.read(BODY)


def marks_attendance(at: Visitor, address: str, first: date, last: date) -> None:
    """Mark on the screen the last of the half-days that are owed; the others stand in the register already."""
    place = Inscription.objects.get(compte__email=address, ended_at__isnull=True)
    agent = MembreOrganisme.objects.get(organisme=place.session.organisme, ended_at__isnull=True).compte
    days = (first + timedelta(days=gap) for gap in range((last - first).days))
    half_days = [(day, moment.value) for day in days if day.weekday() < 5 for moment in Moment]
    marked = {"inscription": place, "present": True, "marked_by": agent, "marked_at": timezone.now()}
    Presence.objects.bulk_create(Presence(day=day, moment=moment, **marked) for day, moment in half_days[: OWED - 1])
    at.page.reload()
    at.see("Digne-les-Bains")
    at.read("pas encore marqué")
    at.press("Enregistrer les présences")
    at.hear("Les présences sont enregistrées")
    at.see("Digne-les-Bains")
    at.read(f"{OWED} demi-journées")


def enters_result(at: Visitor, service: str, address: str, today: date) -> None:
    """Enter, as the body, that somebody obtained the certification; a day to come is refused first."""
    at.open(f"{service}/organisme/resultats")
    at.see("Résultats de la certification")
    for day, told in ((today + timedelta(days=1), "à venir"), (today, "Le droit de la personne suit")):
        at.write("Adresse électronique", address)
        at.tick("Certification obtenue")
        at.field("Jour du résultat").fill(day.isoformat())
        at.press("Enregistrer le résultat")
        at.see("Résultats de la certification")
        assert told in at.page.locator("body").inner_text()


def takes_certificate(at: Visitor, service: str) -> None:
    """Print one's own certificate, with its six skills."""
    at.open(f"{service}/formation")
    at.see("Ma formation")
    at.read("350 heures sur 350")
    text = re.sub(r"\s+", " ", text_of(at.take(at.link("Mon certificat"))))
    assert "350 heures" in text
    assert "Conclure des mandats" in text
    assert BODY in text


def lacks(at: Visitor, service: str, count: int, told: str) -> None:
    """Read on one's own screen how many conditions are missing, and who can act."""
    at.open(f"{service}/mon-droit")
    at.see("Mon droit de conclure des mandats")
    assert at.page.get_by_text("manque", exact=True).count() == count
    at.read(told)


def is_refused_a_mandat(at: Visitor, service: str, told: str) -> None:
    """Try all the same, from the address: the server answers why not."""
    at.open(f"{service}/mandats/nouveau")
    at.see("Démarches et durée")
    at.tick("Logement")
    at.tick("31 jours")
    at.press("Continuer")
    at.read(told)
    at.see("Démarches et durée")


def accepts_terms(at: Visitor) -> None:
    """Read the terms of use and accept them."""
    at.follow("Mes engagements d’aidant")
    at.see("Mes engagements d’aidant")
    at.press("J’accepte ces conditions")
    at.hear("Vous avez accepté")
    at.see("Mes engagements d’aidant")
