"""Madame D., 78, a landline, no e-mail: calls made for her, her letter, a lost volet, and a call that stops all."""

from pathlib import Path

import pytest

from mandats.registre.models import Usager
from tests.browser.accueil import Accueil
from tests.browser.conseiller import Conseiller
from tests.browser.signing import photograph_signed
from tests.mandats.pdf_readers import words_of
from tests.stack import LiveStack


@pytest.fixture
def accueil(visit, stack: LiveStack) -> Accueil:
    return Accueil(visit(), stack.sites)


def test_madame_d_is_told_on_paper_and_stops_by_telephone(
    conseiller: Conseiller, accueil: Accueil, stack: LiveStack, tmp_path: Path
) -> None:
    mandat = conseiller.has_concluded("social", "famille", usager="madame-d")
    Usager.objects.filter(pk=mandat.usager_id).update(email="", telephone="")
    usager, at = Usager.objects.get(pk=mandat.usager_id), conseiller.visitor
    conseiller.signs_in()
    conseiller.finds(mandat.reference, usager.full_name)
    conseiller.declares("Social - Santé", body="Département des Hautes-Alpes", description="Où en est l’APA ?")
    conseiller.declares("Famille - Scolarité", body="CAF des Hautes-Alpes", description="Attestation demandée")
    _is_told(conseiller, usager.full_name)
    conseiller.goes_to_desk()
    conseiller.finds(mandat.reference, usager.full_name)
    _takes_account(conseiller, mandat.reference, usager.full_name)
    first, second = conseiller.prints_volet(), conseiller.prints_volet()
    assert first.revocation != second.revocation

    # She telephones: the mandat stops at once, and a letter leaves from the accueil.
    day, month, year = usager.birthdate.split("-")[::-1]
    accueil.signs_in()
    accueil.finds(usager.family_name, (day, month, year), "gap")
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


def _is_told(conseiller: Conseiller, name: str) -> None:
    """Her letter holds both calls; it is handed over, and waits no more."""
    at = conseiller.visitor
    at.follow("À remettre")
    at.see("À remettre")
    at.read("2 lignes")
    letter = words_of(at.take(at.link(f"Imprimer la lettre de {name}")))
    assert "Département des Hautes-Alpes" in letter
    assert "CAF des Hautes-Alpes" in letter
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
