"""What a mandat is limited to, who may not give one, two persons at one desk, renewing, changing structure."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deploy.demo.data.mandats import demo_identite
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.texts import acte_in
from tests import builders
from tests.browser.conseiller import Conseiller
from tests.browser.signing import draws_and_signs
from tests.browser.visitor import DESK, NARROW

pytestmark = pytest.mark.parametrize("way", [DESK, NARROW], ids=str)


def _signs_and_concludes(conseiller: Conseiller) -> Mandat:
    conseiller.shows_where_to_draw()
    draws_and_signs(conseiller.visitor)
    return conseiller.accepts()


def test_last_day_reserved_acts_and_formalities(conseiller: Conseiller) -> None:
    at, last = conseiller.visitor, timezone.localdate() + timedelta(days=40)
    conseiller.signs_in()
    at.follow("Nouveau mandat")
    at.see("Démarches et durée")
    at.tick("Logement")
    at.unfold("Préciser : Logement")
    at.tick("demande d’APL")
    at.actor.write(at.page.locator("#autre_logement"), "dossier DALO ; aide au déménagement")
    at.tick("Un dernier jour choisi")
    at.press("Continuer")
    at.read("Indiquez le dernier jour")
    at.see("Démarches et durée")
    at.page.locator("#id_last_day").fill(last.isoformat())
    at.tick("Pour une seule utilisation")
    at.unfold("Actes réservés")
    at.tick("Faire un paiement")
    at.press("Continuer")
    conseiller.hands_the_silent_card()
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    at.read("faire un paiement")
    at.read("aide au déménagement")
    mandat = _signs_and_concludes(conseiller)
    acte = acte_in(mandat.acte)
    assert (acte.last_day, acte.single_use, acte.reserved_acts) == (last, True, ("paiement",))
    assert acte.demarches[0].formalites == ("demande d’APL", "dossier DALO", "aide au déménagement")
    _declares_a_payment(conseiller)
    mandat.refresh_from_db()
    assert mandat.motif == "usage_unique"
    assert sorted(mandat.avis.values_list("kind", flat=True)) == ["acte_reserve", "utilisation"]


def _declares_a_payment(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    at.follow("Déclarer une utilisation")
    at.see("Déclarer une utilisation")
    at.tick("Par téléphone")
    at.tick("À sa place")
    at.write("Organisme contacté", "CAF des Hautes-Alpes")
    at.write("Ce qui a été fait", "Paiement du loyer")
    at.tick("Faire un paiement")
    at.press("Relire avant de déclarer")
    at.see("Est-ce bien cela")
    at.read("Faire un paiement")
    at.press("Confirmer")
    at.hear("Utilisation déclarée")


def test_the_silent_card_answers_for_nobody_in_particular(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    conseiller.signs_in()
    at.follow("Nouveau mandat")
    at.tick("Logement")
    at.tick("31 jours")
    at.press("Continuer")
    at.see("Carte à lire en silence")
    at.press("Une phrase parle de moi")
    at.see("Quand un mandat n’est pas possible")
    at.read("article 2003")
    at.read_nowhere("Logement")
    assert not Brouillon.objects.filter(structure=conseiller.place).exists()


def test_a_couple_at_the_desk(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    conseiller.signs_in()
    at.follow("Nouveau mandat")
    at.see("Démarches et durée")
    at.tick("Social")
    at.tick("182 jours")
    at.tick("Préparer deux mandats")
    at.press("Continuer")
    at.see("Carte à lire en silence")
    at.read("première personne")
    conseiller.hands_the_silent_card()
    conseiller.hands_the_screen_for_franceconnect("Yvonne Chauvet")
    hers = _signs_and_concludes(conseiller)
    at.follow("Continuer avec l’autre personne")
    at.read("deuxième personne")
    conseiller.hands_the_silent_card()
    at.press("S’identifier avec FranceConnect")
    at.see("Choisissez un compte")
    at.press("Yvonne Chauvet")
    at.hear("s’est déjà identifiée pour l’autre mandat du couple")
    at.see("Identité de la personne")
    conseiller.hands_the_screen_for_franceconnect("Robert Chevalier")
    his = _signs_and_concludes(conseiller)
    assert his.usager_id != hers.usager_id
    conseiller.stops_mandat()
    hers.refresh_from_db()
    assert hers.ended_at is None


def test_renewing_with_the_person_or_not_at_all(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    old = conseiller.has_concluded("logement", "famille", usager="martin-sophie")
    conseiller.signs_in()
    conseiller.finds(old.reference, "Sophie Martin")
    at.follow("Renouveler")
    at.see("Renouveler le mandat")
    at.tick("Non, elle n’est pas là")
    at.press("Continuer avec la personne")
    at.see("Renouvellement impossible sans la personne")
    at.follow("Retour au mandat")
    at.follow("Renouveler")
    at.tick("Oui, elle est là")
    at.press("Continuer avec la personne")
    at.read("Répondez pour cette démarche")
    at.see("Renouveler le mandat")
    for code, level in (("famille", "seule"), ("logement", "aide")):
        at.actor.tick(at.page.locator(f'input[name="autonomie_{code}"][value="{level}"]'))
    at.press("Continuer avec la personne")
    conseiller.hands_the_silent_card()
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    at.read(old.reference)
    new = _signs_and_concludes(conseiller)
    old.refresh_from_db()
    assert (new.renews_id, old.autonomy) == (old.id, {"famille": "seule", "logement": "aide"})
    assert list(new.autorisations.values_list("demarche", flat=True)) == ["logement"]


def test_changing_structure_cites_the_mandat_left(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    elsewhere = builders.structure("Médiathèque voisine", siret="99999930300013")
    who = builders.aidant(elsewhere)
    old = builders.mandat(who, elsewhere, demo_identite("martin-sophie"), now=timezone.now(), duree="J31")
    conseiller.signs_in()
    conseiller.prepares("Social", duree="31 jours")
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    at.read_nowhere(old.reference)
    at.follow("La personne change de structure")
    at.see("Changer de structure")
    at.write("Référence de l’ancien mandat", old.reference[:-1] + "0")
    at.press("Citer ce mandat")
    at.read("Cette référence comporte une erreur")
    at.see("Changer de structure")
    at.write("Référence de l’ancien mandat", old.reference)
    at.press("Citer ce mandat")
    at.hear("L’ancien mandat est cité")
    at.see("Lecture et accord")
    at.read(f"prend la suite du mandat {old.reference}")
    new = _signs_and_concludes(conseiller)
    assert new.cites_id == old.id
    for _ in range(100):
        old.refresh_from_db()
        if old.ended_at:
            break
        at.page.wait_for_timeout(100)
    assert old.motif == "remplacement"
