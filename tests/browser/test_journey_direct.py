"""Fourth journey: an administration connected directly sees who acts, for whom, under which mandat."""

from tests.browser.allocations import Allocations
from tests.browser.conseiller import Conseiller


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
