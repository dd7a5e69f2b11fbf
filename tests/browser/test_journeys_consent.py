"""Who one is and how one agrees, in front of Chromium: what the screen and paper journeys do not make already."""

import json
import subprocess
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import pytest
from django.utils import timezone

from aidants.comptes.inactivity import deactivate
from aidants.domain.acteur import SYSTEME
from aidants.envois.models import Envoi
from mandats.registre.models import Mandat
from tests.browser.conftest import Visit
from tests.browser.conseiller import Conseiller, Paper
from tests.browser.signing import code_in, read_message, signs_with_code
from tests.browser.telephone import Telephone
from tests.browser.visitor import NARROW, Visitor
from tests.machine import program
from tests.stack import LiveStack

NAME = "Odette Février"


def types_document(conseiller: Conseiller) -> None:
    """Recopy what the document says."""
    at = conseiller.visitor
    at.follow("Montrer une pièce d’identité")
    at.see("Pièce d’identité vue")
    at.press("Continuer")
    at.see("Pièce d’identité vue")
    at.tick("Carte nationale d’identité")
    at.write("Nom de naissance", "FÉVRIER")
    at.write("Prénoms", "Odette Marie Jacqueline Bernadette de la Fontaine-Saint-Hilaire")
    at.tick("Femme")
    at.write("Mois", "10")
    at.write("Année", "1944")
    at.write("Lieu de naissance", "Gap (Hautes-Alpes)")
    at.tick("J’ai vu l’original")
    at.press("Continuer")
    at.see("Comment joindre la personne")


def _letters() -> str:
    return "".join(chr(ord("A") + digit % 26) for digit in uuid4().bytes[:8])


def reads_aloud(at: Visitor) -> None:
    """Turn the parts to the last one, and say that all was read."""
    at.follow("Lire le texte à voix haute")
    at.see("Lecture à voix haute")
    for _ in range(30):
        if not at.page.get_by_role("link", name="Lu, partie suivante").count():
            break
        before = at.page.url
        at.follow("Lu, partie suivante")
        at.page.wait_for_function("before => location.href !== before", arg=before)
        at.page.wait_for_load_state()
    at.see("Lecture à voix haute")
    at.press("J’ai lu tout le texte")
    at.hear("inscrite au journal")


def _all_delivered() -> None:
    """Wait for the operator to say that the messages of the last minutes arrived: its reports come when they come."""
    until = monotonic() + 30
    while Envoi.objects.filter(channel="sms", report__in=("", "en_route"), sent_at__isnull=False).exists():
        if monotonic() > until:
            return  # the test says which one
        sleep(0.2)


def test_madame_whose_document_was_seen_agrees_before_a_witness(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    conseiller.signs_in()
    conseiller.prepares("Logement", duree="31 jours")
    types_document(conseiller)
    at.write("Adresse électronique de la personne", "aucun@aucun.fr")
    at.press("Continuer")
    at.see("Comment joindre la personne")
    at.read("semble inventé")
    at.write("Adresse électronique de la personne", f"{uuid4().hex}@famille-fevrier.fr")
    at.press("Continuer")
    at.see("Lecture et accord")
    at.follow("Dire mon accord devant un témoin")
    at.see("Accord devant un témoin")
    reads_aloud(at)
    at.see("Accord devant un témoin")
    at.tick("La personne : on m’a lu")
    at.write("Prénom et nom du témoin", "Lucie Berthelot")
    at.write("En quelle qualité", "sa voisine")
    at.tick("Le témoin : j’ai entendu")
    at.press("Je signe")
    mandat = conseiller.accepts()
    at.read("vérifiée sur pièce")
    assert (mandat.identity, mandat.consent_method, mandat.usager.birthdate) == ("piece_vue", "temoin", "1944-10-00")


def _code_of_the_picture(at: Visitor, folder: Path) -> str:
    """Read the QR code of the desk's screen as a telephone does."""
    picture = folder / "screen.png"
    at.page.locator(".phone__qr").screenshot(path=picture)
    read = subprocess.run(
        [program("zbarimg"), "--quiet", "--raw", str(picture)], capture_output=True, text=True, check=True
    )
    return read.stdout.strip()


def test_on_their_own_telephone_then_by_text_message(
    conseiller: Conseiller, visit: Visit, stack: LiveStack, tmp_path: Path
) -> None:
    at = conseiller.visitor
    conseiller.signs_in()
    conseiller.prepares("Logement", duree="31 jours")
    at.press("FranceConnect sur son téléphone")
    at.see("FranceConnect sur le téléphone de la personne")
    number = at.page.locator(".phone__number").inner_text()
    address = _code_of_the_picture(at, tmp_path)
    assert address.startswith(f"{conseiller.sites.service}/telephone#")
    telephone = visit()
    telephone.open(address)
    telephone.see("Quel nombre voyez-vous")
    telephone.read(conseiller.place.name)
    assert "#" not in telephone.page.url
    telephone.press(number)
    telephone.see("Choisissez un compte")
    telephone.press("Odette Février")
    telephone.see("C’est fait")
    at.see("Identité de la personne")
    at.read(NAME)
    at.follow("Oui, c’est moi")
    at.see("Lecture et accord")
    at.follow("Répondre par SMS, à distance")
    at.see("Accord par SMS")
    at.write("Téléphone de la personne", "06 39 98 00 63")
    at.tick("J’ai appelé ce numéro")
    at.press("Envoyer le résumé et la demande")
    at.see("En attente de la réponse")
    own = Telephone(telephone, stack.sites, "33639980063")
    own.receives("Donnez-vous ce mandat")
    own.answers("peut-être")
    at.read("Réponses non comprises")
    _all_delivered()
    own.answers("Oui !")
    mandat = conseiller.accepts()
    assert (mandat.identity, mandat.consentement) == ("franceconnect", "sms")
    told = json.loads(bytes(mandat.documents.get(kind="echange").content))
    assert told["demande"]["accuse"] == "delivre"


@pytest.mark.parametrize("way", [NARROW], indirect=True, ids=str)
def test_a_page_that_waits_leaves_once_its_aidant_may_act_no_more(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    conseiller.signs_in()
    conseiller.prepares("Logement", duree="31 jours")
    at.press("FranceConnect sur son téléphone")
    at.see("FranceConnect sur le téléphone de la personne")
    deactivate(conseiller.compte, "vol", SYSTEME, timezone.now())
    at.see("Connexion")
    at.read_nowhere("téléphone de la personne")


def test_a_signed_sheet_declared_kept_then_brought(conseiller: Conseiller, tmp_path: Path) -> None:
    at = conseiller.visitor
    conseiller.signs_in()
    conseiller.prepares("Logement", duree="31 jours")
    conseiller.hands_the_screen_for_franceconnect("Odette Février")
    sheet = conseiller.prints_sheet_to_sign()
    at.follow("Déclarer l’exemplaire signé conservé")
    at.see("Exemplaire signé conservé")
    at.tick("Je garde l’exemplaire signé")
    at.press("Déclarer")
    mandat = conseiller.accepts()
    at.follow("Ajouter la feuille signée")
    at.see("Ajouter la feuille signée")
    file = tmp_path / "signed.pdf"
    file.write_bytes(sheet)
    at.hand_over("Feuille signée", file)
    at.press("Envoyer la feuille signée")
    at.hear("La feuille signée est ajoutée")
    assert Mandat.objects.get(pk=mandat.pk).scan_due_at is None
    at.follow("Modifier les contacts")
    at.see("Contacts de la personne")


def _begins_for_a_couple(conseiller: Conseiller) -> None:
    at = conseiller.visitor
    at.follow("Nouveau mandat")
    at.see("Démarches et durée")
    at.tick("Logement")
    at.tick("31 jours")
    at.tick("Préparer deux mandats")
    at.press("Continuer")
    at.see("Carte à lire en silence")
    conseiller.hands_the_silent_card()


def _both_tick(at: Visitor) -> None:
    """Agree to share a contact: one forgets their box first."""
    at.follow("Demander l’accord de l’autre")
    at.see("Contact partagé")
    at.tick("Yvonne")
    at.press("Nous sommes d’accord")
    at.read("n’a pas coché")
    at.see("Contact partagé")
    at.tick("Roberte")
    at.press("Nous sommes d’accord")
    at.hear("Les deux sont d’accord")
    at.press("Continuer")
    at.see("Lecture et accord")


@pytest.mark.parametrize("way", [NARROW], ids=str)
def test_a_couple_whose_documents_were_seen_shares_its_landline(conseiller: Conseiller, stack: LiveStack) -> None:
    at, landline, name = conseiller.visitor, f"04925{uuid4().int % 90000 + 10000}", f"CHAUVET-{_letters()}"
    conseiller.signs_in()
    _begins_for_a_couple(conseiller)
    conseiller.recopies_document(Paper(name, "Yvonne", ("3", "5", "1946"), "Gap (Hautes-Alpes)"))
    at.see("Comment joindre la personne")
    at.write("Téléphone de la personne", landline)
    at.press("Continuer")
    at.see("Lecture et accord")
    conseiller.has_a_code_sent_to("06 39 98 10 21")
    signs_with_code(at, code_in(read_message(stack.sms_folder, "+33639981021")))
    hers = conseiller.accepts()
    assert (hers.identity, hers.consent_method) == ("piece_vue", "code")

    at.follow("Continuer avec l’autre personne")
    conseiller.hands_the_silent_card()
    conseiller.recopies_document(Paper(name, "Roberte", ("", "", "1944"), "Gap (Hautes-Alpes)"))
    at.see("Comment joindre la personne")
    at.write("Téléphone de la personne", landline)
    at.press("Continuer")
    at.read("que si tous deux sont d’accord")
    at.see("Comment joindre la personne")
    _both_tick(at)
    conseiller.prints_sheet_to_sign()
    at.follow("Déclarer l’exemplaire signé conservé")
    at.see("Exemplaire signé conservé")
    at.tick("Je garde l’exemplaire signé")
    at.press("Déclarer")
    his = conseiller.accepts()
    assert (his.identity, his.consent_method) == ("piece_vue", "declaration")
    assert his.usager.telephone == hers.usager.telephone != ""
