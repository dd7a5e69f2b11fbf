"""First journey: a conseiller and a usager who is present conclude a mandat on the screen, and live with it."""

from pathlib import Path

import pytest
from django.utils import timezone

from mandats.registre.models import Mandat
from mandats.registre.selectors import state_of
from tests.browser.conftest import Visit
from tests.browser.conseiller import Conseiller
from tests.browser.papers import qr_text
from tests.browser.signing import code_in, draws_and_signs, read_message, signs_with_code
from tests.browser.visitor import DESK, KEYBOARD_ZOOMED, NARROW, Visitor
from tests.stack import LiveStack


def _used_stopped_and_over(conseiller: Conseiller, mandat: Mandat, name: str) -> None:
    conseiller.goes_to_desk()
    conseiller.finds(mandat.reference, name)
    conseiller.declares("Logement", body="CAF des Hautes-Alpes", description="Où en est le dossier ?")
    conseiller.visitor.see(name)
    conseiller.visitor.read("CAF des Hautes-Alpes")
    conseiller.stops_demarche("Famille")
    conseiller.visitor.read("Arrêtée")
    assert state_of(mandat, timezone.now()) == "actif"
    conseiller.stops_mandat()
    conseiller.visitor.see(name)
    mandat.refresh_from_db()
    assert state_of(mandat, timezone.now()) == "termine"


def _telephone_reads(mandat_pdf: bytes, conseiller: Conseiller, visitor: Visitor, folder: Path) -> None:
    address = qr_text(mandat_pdf, folder)
    assert address.startswith(f"{conseiller.sites.service}/v#")
    visitor.open(address)
    visitor.read("Signature exacte, révocation non vérifiée")
    visitor.see("Code QR d’un mandat")


@pytest.mark.parametrize("way", [DESK, NARROW], ids=str)
def test_on_screen_with_a_drawn_signature(conseiller: Conseiller, visit: Visit, tmp_path: Path) -> None:
    conseiller.signs_in()
    conseiller.prepares("Logement", "Famille", duree="31 jours", formalite="demande d’APL")
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    conseiller.shows_where_to_draw()
    draws_and_signs(conseiller.visitor)
    mandat = conseiller.accepts()
    volet = conseiller.prints_volet()
    assert volet.reference == mandat.reference
    _telephone_reads(conseiller.takes_mandat(), conseiller, visit(), tmp_path)
    _used_stopped_and_over(conseiller, mandat, "Sophie Martin")


@pytest.mark.parametrize("way", [DESK, KEYBOARD_ZOOMED], ids=str)
def test_on_screen_with_a_code_on_their_own_telephone(conseiller: Conseiller, stack: LiveStack) -> None:
    conseiller.signs_in()
    conseiller.prepares("Logement", "Famille", duree="31 jours", formalite="demande d’APL")
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    conseiller.has_a_code_sent_to("06 39 98 10 20")
    signs_with_code(conseiller.visitor, code_in(read_message(stack.sms_folder, "+33639981020")))
    mandat = conseiller.accepts()
    volet = conseiller.prints_volet()
    assert volet.reference == mandat.reference
    _used_stopped_and_over(conseiller, mandat, "Sophie Martin")
