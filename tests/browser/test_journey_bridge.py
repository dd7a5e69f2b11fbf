"""Third journey: a site that knows nothing of us receives the usager's identity, through FranceConnect."""

from aidants.journal.record import entries_about
from tests.browser.allocations import Allocations
from tests.browser.conseiller import Conseiller


def test_aidant_opens_a_site_for_the_usager(conseiller: Conseiller, allocations: Allocations) -> None:
    mandat = conseiller.has_concluded("logement", "famille", usager="presume-annee")

    allocations.open_by_franceconnect()
    allocations.leaves_for_aidants_connect()
    conseiller.types_credentials()
    conseiller.picks("Aïssatou Diallo", "Logement", "FranceConnect")

    allocations.shows_dossier_of("Aïssatou Diallo")
    allocations.visitor.read("00/00/1962")
    allocations.signs_out()

    conseiller.signs_in_again()
    conseiller.finds("Diallo", "Aïssatou Diallo")
    conseiller.visitor.read("FranceConnect (simulé)")
    assert "utilisation:bridge" in {entry.event for entry in entries_about(mandat.id)}
