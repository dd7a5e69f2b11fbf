"""Second journey: the same on paper, printed, signed by hand and photographed."""

from pathlib import Path

from mandats.registre.models import Document
from tests.browser.conseiller import Conseiller
from tests.browser.papers import text_of
from tests.browser.signing import photograph_signed


def test_on_paper(conseiller: Conseiller, tmp_path: Path) -> None:
    conseiller.signs_in()
    conseiller.prepares("Logement", duree="31 jours")
    conseiller.hands_the_screen_for_franceconnect("Odette Février")
    sheet = conseiller.prints_sheet_to_sign()
    assert "Odette FÉVRIER" in text_of(sheet)
    conseiller.hands_in(photograph_signed(sheet, tmp_path))
    mandat = conseiller.accepts()
    assert mandat.consentement == "papier"
    assert Document.objects.filter(mandat=mandat, kind="scan").exists()
    assert mandat.reference in text_of(conseiller.takes_mandat())
