"""The whole line in one story: concluded on paper or on the screen, used on the bridge, stopped, refused everywhere."""

from pathlib import Path

import pytest

from tests.browser.allocations import Allocations
from tests.browser.conseiller import Conseiller
from tests.browser.signing import draws_and_signs, photograph_signed
from tests.browser.usager import Agent, Usager
from tests.browser.visitor import DESK


def _signs_on_screen(conseiller: Conseiller) -> None:
    conseiller.shows_where_to_draw()
    draws_and_signs(conseiller.visitor)


def _signs_on_paper(conseiller: Conseiller, folder: Path) -> None:
    conseiller.hands_in(photograph_signed(conseiller.prints_sheet_to_sign(), folder))


@pytest.mark.parametrize("way", [DESK], ids=str)
@pytest.mark.parametrize("consentement", ["ecran", "papier"])
def test_from_the_sign_in_page_to_the_administration_and_back(
    conseiller: Conseiller,
    allocations: Allocations,
    sophie: Usager,
    agent: Agent,
    tmp_path: Path,
    consentement: str,
) -> None:
    conseiller.signs_in()
    conseiller.prepares("Logement", duree="365 jours")
    conseiller.hands_the_screen_for_franceconnect("Sophie Martin")
    if consentement == "ecran":
        _signs_on_screen(conseiller)
    else:
        _signs_on_paper(conseiller, tmp_path)
    mandat = conseiller.accepts()
    volet = conseiller.prints_volet()

    allocations.open_by_franceconnect()
    allocations.leaves_for_aidants_connect()
    conseiller.picks("Sophie Martin", "Logement", "FranceConnect")
    allocations.shows_dossier_of("Sophie Martin")
    allocations.signs_out()
    conseiller.signs_in_again()
    conseiller.finds(mandat.reference, "Sophie Martin")
    conseiller.visitor.read("FranceConnect (simulé)")
    conseiller.visitor.read("avec la personne")

    sophie.opens_their_page(volet)
    sophie.visitor.read("FranceConnect (simulé)")
    sophie.stops_everything()

    assert "a pris fin" in agent.verifies(volet, volet.verification, sophie.dossier, "Logement")
    conseiller.goes_to_desk()
    conseiller.visitor.read("Arrêté")
    allocations.open_by_franceconnect()
    allocations.leaves_for_aidants_connect()
    conseiller.visitor.see("Pour qui agissez-vous")
    conseiller.visitor.read("Aucun mandat utilisable")
