"""The whole scheme, hat after hat, from a structure's application to its first mandat, its use and its report.

Nobody waits for a season: the contract that is registered began two months and a half ago, and so did the session.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.dispositif.models import Contrat, MiseEnRelation
from mandats.pilotage.par_departement import count_mandats
from tests import builders
from tests.browser import activity, recruiting, training
from tests.browser.allocations import Allocations
from tests.browser.conftest import Visit
from tests.browser.conseiller import Conseiller
from tests.browser.newcomer import chooses_password, keeps_codes, opens
from tests.browser.personne import Authenticator
from tests.browser.recruiting import FIRST_DAY, holder, signs_in
from tests.browser.signing import draws_and_signs
from tests.browser.usager import Usager
from tests.browser.visitor import NARROW, Visitor
from tests.stack import LiveStack

_UNTRAINED, _UNCERTIFIED = "Votre formation n’est pas finie", "Il vous manque la certification PIX"


@dataclass
class Scheme:
    """The people of the story: their windows, what they are called, where they write."""

    visit: Callable[[], Visitor]
    stack: LiveStack
    name: str
    agnes: str
    lina: str

    @property
    def service(self) -> str:
        """The service's origin."""
        return self.stack.sites.service

    def national(self, role: str, departement: str = "") -> Visitor:
        """Return the window of somebody who holds a national role."""
        return signs_in(self.visit, self.stack, holder(role, departement))

    def invited(self, address: str, family_name: str) -> Visitor:
        """Return the window of somebody who has just followed their invitation."""
        newcomer = self.visit()
        Authenticator(newcomer)
        opens(newcomer, self.stack, address, family_name)
        return newcomer


@pytest.fixture
def scheme(visit: Visit, stack: LiveStack) -> Scheme:
    """Name the structure and its people for this run alone."""
    stamp = time.monotonic_ns()
    return Scheme(
        visit, stack, f"Ville d’essai {stamp}", f"agnes.{stamp}@ville.example", f"lina.{stamp}@vivier.example"
    )


def _is_retained(scheme: Scheme) -> None:
    """The structure applies, the préfecture gives its opinion, the committee retains one post."""
    applicant = scheme.visit()
    recruiting.applies(applicant, scheme.stack, scheme.agnes, scheme.name)
    at = scheme.national("prefecture", "04")
    at.open(f"{scheme.service}/prefecture")
    at.see("Candidatures du département")
    at.follow(f"Donner un avis sur {scheme.name}")
    at.see(scheme.name)
    at.tick("Favorable")
    at.press("Enregistrer l’avis")
    at.hear("Votre avis est enregistré")
    at.see("Candidatures du département")
    recruiting.decides(scheme.national("instructeur"), scheme.stack, scheme.name)
    applicant.open(f"{scheme.service}/candidature/dossier")
    applicant.see("Votre candidature")
    applicant.read("1 poste")


def _declares(scheme: Scheme) -> Visitor:
    """The contact follows the invitation, and makes the five declarations of the structure."""
    at = scheme.invited(scheme.agnes, "Meyer")
    at.press("Créer ma clé d’accès")
    keeps_codes(at)
    at.open(f"{scheme.service}/postes")
    at.see("Postes de conseiller")
    at.follow("Faire les cinq déclarations")
    at.see("Habilitation de la structure")
    at.press("Déclarer")
    at.read("Cochez les cinq déclarations")
    at.see("Habilitation de la structure")
    for words in ("La structure accepte", "Elle sait que", "Elle a informé", "Ses aidants", "Aucun de ses aidants"):
        at.tick(words)
    at.press("Déclarer")
    at.hear("Votre structure est habilitée")
    at.see("Habilitation de la structure")
    return at


def _signs_convention(scheme: Scheme) -> None:
    contrat = Contrat.objects.get(compte__email=scheme.lina)
    assert MiseEnRelation.objects.get(contrats=contrat).state == "finalisee"
    who = holder("operateur")
    at = signs_in(scheme.visit, scheme.stack, who)
    at.open(f"{scheme.service}/conventions/{contrat.id}")
    at.see(scheme.name)
    at.write("Code à 6 chiffres", builders.totp_code(who))
    at.press("Signer la convention")
    at.hear("La convention est signée")
    at.open(f"{scheme.service}/budget")
    at.see("Budget du dispositif")
    at.read("245 M€")


def _is_trained(scheme: Scheme, lina: Visitor, anct: Visitor) -> None:
    """A body is approved, opens a session; the conseiller takes a place, follows 350 hours, is certified."""
    today, agent = timezone.localdate(), holder("organisme")
    training.approves_body(anct, scheme.service, agent)
    body = signs_in(scheme.visit, scheme.stack, agent)
    training.opens_session(body, scheme.service, FIRST_DAY)
    training.lacks(lina, scheme.service, 3, "l’organisme de formation marque vos présences")
    training.is_refused_a_mandat(lina, scheme.service, _UNTRAINED)
    training.takes_a_place(lina, scheme.service)
    training.marks_attendance(body, scheme.lina, FIRST_DAY, today)
    training.lacks(lina, scheme.service, 2, "Votre organisme de formation saisit le résultat")
    training.enters_result(body, scheme.service, scheme.lina, today)
    training.takes_certificate(lina, scheme.service)
    training.lacks(lina, scheme.service, 1, "Vous seul")
    training.accepts_terms(lina)
    training.lacks(lina, scheme.service, 0, "Tout y est")


def _concludes_and_uses(scheme: Scheme, conseiller: Conseiller, sophie: Usager) -> None:
    """The usager gives the first mandat and reads it at home; it is used on the bridge, and reported by one touch."""
    at = conseiller.visitor
    conseiller.goes_to_desk()
    conseiller.prepares("Logement", duree="31 jours")
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    conseiller.shows_where_to_draw()
    draws_and_signs(at)
    mandat = conseiller.accepts()
    site = Allocations(at, scheme.stack.sites)
    site.open_by_franceconnect()
    site.leaves_for_aidants_connect()
    conseiller.picks("Sophie Martin", "Logement", "FranceConnect")
    site.shows_dossier_of("Sophie Martin")
    site.signs_out()
    conseiller.signs_in_again()
    conseiller.finds(mandat.reference, "Sophie Martin")
    activity.reports_the_use(at)
    sophie.opens_their_page_by_franceconnect(scheme.name)
    sophie.visitor.read("FranceConnect (simulé)")


def _loses_the_right(scheme: Scheme, conseiller: Conseiller, anct: Visitor, agent: Compte) -> None:
    """The ANCT withdraws the certificate: nothing is concluded any more, and the site finds nobody to act for."""
    anct.open(f"{scheme.service}/habilitations")
    anct.see("Droit d’une personne")
    anct.write("Adresse électronique", scheme.lina)
    anct.press("Chercher")
    anct.see("Lina")
    anct.read("Peut conclure des mandats")
    anct.follow("Retirer ce certificat")
    anct.see("Retirer un certificat")
    anct.write("Motif", "Résultat attribué par erreur")
    anct.write("Code à 6 chiffres", builders.totp_code(agent))
    anct.press("Retirer ce certificat")
    anct.hear("Le certificat est retiré")
    anct.see("Lina")
    training.is_refused_a_mandat(conseiller.visitor, scheme.service, _UNCERTIFIED)
    site = Allocations(conseiller.visitor, scheme.stack.sites)
    site.open_by_franceconnect()
    site.leaves_for_aidants_connect()
    conseiller.visitor.see("Pour qui agissez-vous")
    conseiller.visitor.read_nowhere("Sophie Martin")


@pytest.mark.parametrize("way", [NARROW], indirect=True, ids=str)
def test_from_the_application_to_the_first_mandat_and_its_report(
    scheme: Scheme, sophie: Usager, tmp_path: Path
) -> None:
    _is_retained(scheme)
    person = scheme.visit()
    recruiting.enters_the_pool(person, scheme.stack, scheme.lina, recruiting.cv(tmp_path))
    referent = _declares(scheme)
    recruiting.hires(referent, scheme.stack)
    person.open(f"{scheme.service}/vivier/profil")
    person.see("Votre profil")
    person.read("Contrat signé")
    _signs_convention(scheme)

    at = scheme.invited(scheme.lina, "de La Rochefoucauld-Montbéliard")
    at.unfold("Ou un mot de passe et une application")
    chooses_password(at, builders.PASSWORD)
    keeps_codes(at)
    agent = holder("instructeur")
    anct = signs_in(scheme.visit, scheme.stack, agent)
    _is_trained(scheme, at, anct)
    compte = Compte.objects.get(email=scheme.lina)
    lina = Conseiller(at, scheme.stack.sites, compte, compte.affectations.get().structure)
    _concludes_and_uses(scheme, lina, sophie)

    activity.queues_a_call(scheme.national("accueil"), scheme.service)
    activity.answers_the_call(at, scheme.service)
    activity.reads_figures(at, scheme.service)
    activity.orders_a_kit(referent, scheme.service)
    activity.sends_the_kit(anct, scheme.service, scheme.name)
    activity.receives_the_kit(referent, scheme.service)
    count_mandats(timezone.now())
    anct.open(f"{scheme.service}/pilotage/departements/04")
    anct.see("Alpes-de-Haute-Provence")
    assert anct.page.locator("dl.figures dd").all_inner_texts()[:3] == ["10", "1", "1"]
    _loses_the_right(scheme, lina, anct, agent)
