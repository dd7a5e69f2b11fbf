"""Madame D., 78, a landline, no e-mail: her mandat on paper, calls made for her, her letter, a lost volet, her stop."""

from pathlib import Path

import pytest
from django.utils import timezone

from mandats.domain.codes import normalise
from mandats.registre.models import Document, Mandat
from mandats.registre.services.volet import check_code
from tests.browser.accueil import Accueil
from tests.browser.conseiller import Conseiller, Paper
from tests.browser.papers import Volet, text_of
from tests.browser.signing import photograph_signed
from tests.mandats.pdf_readers import words_of
from tests.stack import LiveStack

MADAME_D = Paper("DELAUNAY", "Jacqueline Marie Thérèse", ("12", "3", "1948"), "Orléans (Loiret)")


@pytest.fixture
def accueil(visit, stack: LiveStack) -> Accueil:
    return Accueil(visit(), stack.sites)


def test_madame_d_is_told_on_paper_and_stops_by_telephone(
    conseiller: Conseiller, accueil: Accueil, stack: LiveStack, tmp_path: Path
) -> None:
    at = conseiller.visitor
    conseiller.signs_in()
    mandat = _signs_on_paper(conseiller, tmp_path / "accord")
    usager = mandat.usager
    lost = conseiller.prints_volet()
    conseiller.declares("Social - Santé", body="Département du Loiret", description="Où en est l’APA ?")
    conseiller.declares("Famille - Scolarité", body="CAF du Loiret", description="Attestation demandée")
    _is_told(conseiller, usager.full_name)
    conseiller.goes_to_desk()
    conseiller.finds(mandat.reference, usager.full_name)
    _takes_account(conseiller, mandat.reference, usager.full_name)
    _loses_her_volet(conseiller, mandat, lost)

    # She telephones: the mandat stops at once, and a letter leaves from the accueil.
    accueil.signs_in()
    accueil.finds(MADAME_D.family_name, MADAME_D.born, "gap")
    accueil.visitor.read_nowhere("Social - Santé")
    accueil.suspends(mandat.reference)
    posted, form = accueil.prints_and_posts(usager.full_name)
    assert "est suspendu" in words_of(posted)
    at.page.reload()
    at.read("aucune utilisation n’est possible")

    # Her signed form comes by post: the mandat has ended, and the certificate is there.
    accueil.enters_form(mandat.reference, photograph_signed(form, tmp_path))
    at.page.reload()
    at.see(usager.full_name)
    assert mandat.reference in words_of(at.take(at.link("Attestation de fin")))


def _signs_on_paper(conseiller: Conseiller, folder: Path) -> Mandat:
    """She reads the card in silence, shows her identity card, and signs the sheet by hand; no contact is invented."""
    conseiller.prepares("Social - Santé", "Famille - Scolarité", duree="31 jours")
    conseiller.sees_document(MADAME_D)
    sheet = conseiller.prints_sheet_to_sign()
    assert "DELAUNAY" in text_of(sheet)
    folder.mkdir()
    conseiller.hands_in(photograph_signed(sheet, folder))
    mandat = conseiller.accepts()
    conseiller.visitor.read("vérifiée sur pièce")
    assert (mandat.identity, mandat.consentement) == ("piece_vue", "papier")
    assert (mandat.usager.email, mandat.usager.telephone) == ("", "")
    assert Document.objects.filter(mandat=mandat, kind="scan").exists()
    return mandat


def _loses_her_volet(conseiller: Conseiller, mandat: Mandat, lost: Volet) -> None:
    """A new sheet is printed: the codes of the lost one open nothing any more."""
    found = conseiller.prints_volet()
    codes = {kind: (getattr(lost, kind), getattr(found, kind)) for kind in ("revocation", "verification")}
    for kind, (before, after) in codes.items():
        now = timezone.now()
        assert not check_code(mandat.id, kind, normalise(before), now)
        assert check_code(mandat.id, kind, normalise(after), now)


def _is_told(conseiller: Conseiller, name: str) -> None:
    """Her letter holds both calls; it is handed over, and waits no more."""
    at = conseiller.visitor
    at.follow("À remettre")
    at.see("À remettre")
    at.read("2 lignes")
    letter = words_of(at.take(at.link(f"Imprimer la lettre de {name}")))
    assert "Département du Loiret" in letter
    assert "CAF du Loiret" in letter
    at.press(f"Remis en main propre : {name}")
    at.hear("2 lignes")
    at.read("Rien à remettre")


def _takes_account(conseiller: Conseiller, reference: str, name: str) -> None:
    """Her account of uses is a letter too; it goes in care of the structure, since she gave no address."""
    at = conseiller.visitor
    at.follow("Relevé")
    at.see("Relevé de")
    at.read("2 utilisations déclarées")
    assert "Aux bons soins de" in words_of(at.take(at.button("Imprimer la lettre")))
    at.follow(f"Mandat {reference}")
    at.see(name)
