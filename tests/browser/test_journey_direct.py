"""Fourth journey: an administration connected directly sees who acts, for whom, under which mandat, and verifies it."""

from tests.browser.allocations import Allocations
from tests.browser.conseiller import Conseiller
from tests.browser.usager import Agent, Dossier


def test_administration_sees_who_acts_for_whom(conseiller: Conseiller, allocations: Allocations) -> None:
    mandat = conseiller.has_concluded("logement", usager="martin-sophie")

    allocations.open_for_aidants()
    conseiller.types_credentials()
    conseiller.picks("Sophie Martin", "Logement", allocations.name)

    allocations.shows_dossier_of("Sophie Martin")
    allocations.visitor.read("Un aidant agit pour cette personne, avec un mandat")
    allocations.visitor.read(conseiller.place.name)
    allocations.visitor.read(mandat.reference)
    assert "Le mandat tient toujours" in allocations.asks_whether_mandat_stands()

    allocations.signs_out()


def test_agents_verify_with_the_codes_of_the_volet(
    conseiller: Conseiller, allocations: Allocations, agent: Agent
) -> None:
    volet = conseiller.has_handed_over(conseiller.has_concluded("logement", usager="martin-sophie"))

    told = allocations.verifies(volet, family_name="Martin", birthdate="1980-04-02", demarche="Logement")
    assert "couvre" in told

    dossier = Dossier("MARTIN", ("02", "04", "1980"))
    assert "couvre" in agent.verifies(volet, volet.verification, dossier, "Logement")
    assert agent.takes_receipt().startswith(b"%PDF")
    assert "ne couvre pas" in agent.verifies(volet, volet.verification, dossier, "Justice")
