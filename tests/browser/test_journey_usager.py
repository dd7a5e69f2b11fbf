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
    asked = {"family_name": "Martin", "born": sophie.born, "demarche": "Logement"}
    assert "couvre" in agent.verifies(volet, volet.verification, **asked)

    sophie.opens_their_page(volet)
    sophie.visitor.read("Allocations de démonstration")
    sophie.visitor.read("CAF de Gap")
    sophie.stops_everything()
    sophie.closes()

    assert "ne tient plus" in allocations.asks_whether_mandat_stands()
    assert "a pris fin" in agent.verifies(volet, volet.verification, **asked)
    allocations.open_for_aidants()
    conseiller.visitor.see("Pour qui agissez-vous")
    conseiller.visitor.read("Aucun mandat utilisable")
    conseiller.visitor.follow("Retourner sur")
    allocations.refuses()


def test_usager_enters_by_franceconnect(conseiller: Conseiller, sophie: Usager, agent: Agent) -> None:
    volet = conseiller.has_handed_over(conseiller.has_concluded("logement", usager="martin-sophie"))

    sophie.opens_their_page_by_franceconnect(conseiller.place.name)
    fresh = sophie.makes_new_verification_code()

    asked = {"family_name": "Martin", "born": sophie.born, "demarche": "Logement"}
    assert "Aucun mandat" in agent.verifies(volet, volet.verification, **asked)
    assert "couvre" in agent.verifies(volet, fresh, **asked)
    sophie.closes()
