"""Madame D., 78, a landline, no e-mail: calls made for her, her letter, a lost volet, and a call that stops all."""

from pathlib import Path

import pytest

from mandats.registre.models import Usager
from tests.browser.accueil import Accueil
from tests.browser.conseiller import Conseiller
from tests.browser.signing import photograph_signed
from tests.browser.usager import Dossier
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
    usager = Usager.objects.get(pk=mandat.usager_id)
    at = conseiller.visitor

    # Two calls are made for her: each becomes a line to hand over.
    conseiller.signs_in()
    conseiller.finds(mandat.reference, usager.full_name)
    conseiller.declares("Social - Santé", body="Département des Hautes-Alpes", description="Où en est l’APA ?")
    conseiller.declares("Famille - Scolarité", body="CAF des Hautes-Alpes", description="Attestation demandée")

    # Her letter holds both; it is handed over, and waits no more.
    at.follow("À remettre")
    at.see("À remettre")
    at.read("2 lignes")
    letter = words_of(at.take(at.link(f"Imprimer la lettre de {usager.full_name}")))
    assert "Département des Hautes-Alpes" in letter
    assert "CAF des Hautes-Alpes" in letter
    at.press(f"Remis en main propre : {usager.full_name}")
    at.hear("2 lignes")
    at.read("Rien à remettre")

    # Her account of uses, as a letter; her volet is lost, another one is printed.
    conseiller.goes_to_desk()
    conseiller.finds(mandat.reference, usager.full_name)
    at.follow("Relevé")
    at.see("Relevé de")
    at.read("2 utilisations déclarées")
    releve = words_of(at.take(at.button("Imprimer la lettre")))
    assert "Aux bons soins de" in releve
    at.follow(f"Mandat {mandat.reference}")
    at.see(usager.full_name)
    first = conseiller.prints_volet()
    second = conseiller.prints_volet()
    assert first.revocation != second.revocation

    # She telephones: the mandat stops at once, and a letter leaves from the accueil.
    day, month, year = usager.birthdate.split("-")[::-1]
    dossier = Dossier(usager.family_name, (day, month, year))
    accueil.signs_in()
    accueil.finds(dossier.family_name, dossier.born, "gap")
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
