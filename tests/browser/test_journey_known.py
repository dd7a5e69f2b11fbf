"""Whom the structure knows already: the same person, a contact that two share or that changed, a record found again."""

import re
from uuid import uuid4

import pytest
from django.utils import timezone

from aidants.domain.telephone import to_e164
from aidants.structures.models import Affectation, Structure
from tests import builders
from tests.browser.conftest import Visit
from tests.browser.conseiller import Conseiller, Paper
from tests.browser.officer import Officer
from tests.browser.personne import letter
from tests.browser.signing import draws_and_signs
from tests.browser.telephone import Telephone
from tests.browser.visitor import DESK, NARROW
from tests.stack import LiveStack

pytestmark = pytest.mark.parametrize("way", [DESK, NARROW], ids=str)
SHARED = "Partager votre adresse électronique ?"


def _person() -> Paper:
    """Return a document of somebody that no other test knows."""
    name = "".join(chr(ord("A") + digit % 26) for digit in uuid4().bytes[:8])
    return Paper(f"MARCHAND-{name}", "Yvette Louise", ("3", "5", "1946"), "Gap (Hautes-Alpes)")


def _number() -> str:
    return f"+3363998{uuid4().int % 9000 + 1000:04d}"


def _landline() -> str:
    return f"04925{uuid4().int % 90000 + 10000}"


def test_the_same_person_shares_a_contact_and_answers_by_text_message(
    conseiller: Conseiller, visit: Visit, stack: LiveStack
) -> None:
    at, person, number, landline = conseiller.visitor, _person(), _number(), _landline()
    holder = builders.aidant(builders.structure("Ailleurs", siret="99999930300013"), f"{uuid4().hex}@ccas-ailleurs.fr")
    conseiller.signs_in()
    conseiller.prepares("Logement", duree="31 jours")
    conseiller.sees_document(person)
    conseiller.shows_where_to_draw()
    draws_and_signs(at)
    first = conseiller.accepts()
    assert (first.identity, first.consent_method) == ("piece_vue", "dessin")

    conseiller.prepares("Social", duree="31 jours")
    conseiller.recopies_document(person)
    _both_agree(conseiller, stack, holder.email)
    at.write("Adresse électronique de la personne", holder.email)
    at.write("Téléphone de la personne", landline)
    at.press("Continuer")
    at.see("Est-ce bien la même personne")
    at.press("Oui, c’est encore moi")
    at.see("Même personne")
    at.press("Continuer")
    at.see("Même personne")
    at.tick("Oui :")
    at.press("Continuer")
    at.see("Lecture et accord")
    at.read("Un téléphone fixe ne reçoit pas de SMS")
    _asks_by_sms(conseiller, landline, number)
    own = Telephone(visit(), stack.sites, number)
    own.receives("Donnez-vous ce mandat")
    own.answers("oui")
    second = conseiller.accepts()
    assert (second.identity, second.consentement, second.usager_id) == ("piece_vue", "sms", first.usager_id)


def _both_agree(conseiller: Conseiller, stack: LiveStack, address: str) -> None:
    """Type an address that somebody holds, and the code that they received and gave."""
    at = conseiller.visitor
    at.see("Comment joindre la personne")
    at.write("Adresse électronique de la personne", address)
    at.press("Continuer")
    at.see("Comment joindre la personne")
    at.follow("Demander l’accord de l’autre")
    at.see("Contact partagé")
    at.press("Envoyer le code d’accord")
    at.read("Le code est parti")
    at.see("Contact partagé")
    code = re.findall(r"code (\d{6})", letter(at, stack.emails_folder, address, SHARED))[0]
    at.write("Code reçu", code)
    at.press("Ils sont d’accord")
    at.hear("Les deux sont d’accord")


def _asks_by_sms(conseiller: Conseiller, landline: str, number: str) -> None:
    """Try the landline, then ask the mobile."""
    at = conseiller.visitor
    at.follow("Répondre par SMS, à distance")
    at.see("Accord par SMS")
    at.write("Téléphone de la personne", landline)
    at.tick("J’ai appelé ce numéro")
    at.press("Envoyer le résumé et la demande")
    at.read("il ne reçoit pas de SMS")
    at.see("Accord par SMS")
    at.write("Téléphone de la personne", number)
    at.press("Envoyer le résumé et la demande")
    at.see("En attente de la réponse")


def _shares_the_landline_of(conseiller: Conseiller) -> None:
    """Type a number that somebody else has: ask them in writing, then they come with their volet."""
    at, landline, now = conseiller.visitor, _landline(), timezone.now()
    held = builders.mandat(
        conseiller.compte,
        conseiller.place,
        builders.identite(family_name="CHAPUIS", telephone=to_e164(landline)),
        now=now,
    )
    volet = conseiller.has_handed_over(held)
    at.write("Téléphone de la personne", landline)
    at.press("Enregistrer")
    at.read("que si tous deux sont d’accord")
    at.see("Contacts de la personne")
    at.follow("Demander l’accord de l’autre")
    at.see("Contact partagé")
    at.press("Lui demander par écrit")
    at.read("reçoit un code par écrit")
    at.see("Contact partagé")
    at.write("Référence de son mandat", volet.reference)
    at.write("Son code de révocation", volet.revocation)
    year, month, day = held.usager.birthdate.split("-")
    for label, text in (("Jour", day), ("Mois", month), ("Année", year)):
        at.write(label, text)
    at.press("Je suis d’accord pour partager")
    at.hear("Les deux sont d’accord")
    at.see("Contacts de la personne")


def test_a_contact_changed_is_undone_from_the_message(conseiller: Conseiller, visit: Visit, stack: LiveStack) -> None:
    at, old = conseiller.visitor, f"{uuid4().hex}@famille-marchand.fr"
    mandat = builders.mandat(
        conseiller.compte, conseiller.place, builders.identite(family_name="MARCHAND", email=old), now=timezone.now()
    )
    conseiller.signs_in()
    conseiller.finds(mandat.reference, mandat.usager.full_name)
    at.follow("Modifier les contacts")
    at.see("Contacts de la personne")
    at.write("Adresse électronique de la personne", f"{uuid4().hex}@famille-marchand.fr")
    _shares_the_landline_of(conseiller)
    at.press("Enregistrer")
    at.hear("Les contacts sont à jour")
    told = letter(at, stack.emails_folder, old, "L’adresse de vos mandats a changé")
    home = visit()
    home.open(f"{stack.sites.service}/contact")
    home.see("Annuler un changement de contact")
    home.press("Annuler le changement")
    home.read("Écrivez le code du message")
    home.see("Annuler un changement de contact")
    home.write("Code du message", re.findall(r"puis le code ([0-9A-Z-]{14})", told)[0])
    home.press("Annuler le changement")
    home.see("Le changement est annulé")
    mandat.usager.refresh_from_db()
    assert mandat.usager.email == old


def test_a_record_found_by_name_and_date_then_narrowed(
    conseiller: Conseiller, visit: Visit, stack: LiveStack, place: Structure
) -> None:
    at, colleague = conseiller.visitor, builders.aidant(place)
    mandat = builders.mandat(
        colleague, place, builders.identite(family_name="SAUVAGE"), now=timezone.now(), demarches=("logement", "social")
    )
    conseiller.signs_in()
    at.follow("Mandats")
    at.see("Mandats")
    at.follow("Retrouver une autre personne")
    at.see("Retrouver une personne")
    at.press("Rechercher")
    at.read("Écrivez")
    at.see("Retrouver une personne")
    for year, told in (("1963", "Aucun mandat trouvé"), ("1962", "1 mandat")):
        at.write("Nom de naissance", "Sauvage")
        for label, text in (("Jour", "24"), ("Mois", "8"), ("Année", year)):
            at.write(label, text)
        at.press("Rechercher")
        at.read(told)
        at.see("Retrouver une personne")
    at.follow(mandat.usager.full_name)
    at.see(mandat.usager.full_name)

    who = builders.compte(given_name="Marc", family_name="Aubert")
    Affectation.objects.create(compte=who, structure=place, is_referent=True, started_at=builders.NOW)
    referent = Officer(visit(), stack.sites.service, who)
    referent.signs_in("/structure/demarches", "Démarches de votre structure")
    referent.at.page.locator("label", has_text="Logement").click()
    referent.gives_code("Enregistrer")
    referent.at.hear("Les mandats déjà conclus suivent")
    referent.at.see("Démarches de votre structure")
    at.page.reload()
    at.see(mandat.usager.full_name)
    at.read("Votre structure ne propose plus cette démarche")
