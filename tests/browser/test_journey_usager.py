"""Fifth journey: the usager sees what was done in their name, stops it, and it stops everywhere from that second."""

from tests.browser.allocations import Allocations
from tests.browser.conseiller import Conseiller
from tests.browser.usager import Agent, Usager


def test_usager_stops_and_everybody_learns_it(
    conseiller: Conseiller, allocations: Allocations, sophie: Usager, agent: Agent
) -> None:
    volet = conseiller.has_handed_over(conseiller.has_concluded("logement", "famille", usager="martin-sophie"))
    allocations.open_for_aidants()
    conseiller.types_credentials()
    conseiller.picks("Sophie Martin", "Logement", allocations.name)
    allocations.shows_dossier_of("Sophie Martin")
    assert "couvre" in agent.verifies(volet, volet.verification, sophie.dossier, "Logement")

    sophie.opens_their_page(volet)
    sophie.visitor.read("Allocations de démonstration")
    sophie.visitor.read("CAF de Gap")
    sophie.stops_everything()
    sophie.closes()

    allocations.learns_that_it_is_over()
    assert "a pris fin" in agent.verifies(volet, volet.verification, sophie.dossier, "Logement")
    allocations.open_for_aidants()
    conseiller.visitor.see("Pour qui agissez-vous")
    conseiller.visitor.read("Aucun mandat utilisable")
    conseiller.visitor.press("Retourner sur")
    allocations.refuses()


def test_usager_enters_by_franceconnect(conseiller: Conseiller, sophie: Usager, agent: Agent) -> None:
    volet = conseiller.has_handed_over(conseiller.has_concluded("logement", usager="martin-sophie"))

    sophie.opens_their_page_by_franceconnect(conseiller.place.name)
    fresh = sophie.makes_new_verification_code()

    assert "Aucun mandat" in agent.verifies(volet, volet.verification, sophie.dossier, "Logement")
    assert "couvre" in agent.verifies(volet, fresh, sophie.dossier, "Logement")
    sophie.closes()
