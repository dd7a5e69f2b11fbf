"""Acting for one structure or another: only one's own, and every switch is journaled."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.dispositif.activite.models import CompteRendu
from aidants.habilitation.models import HabilitationAidant
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Structure
from tests import builders
from tests.builders import NOW


@pytest.fixture
def places(db: None) -> tuple[Compte, Structure, Structure]:
    first, second = builders.structure("CCAS de Gap"), builders.structure("Médiathèque de Gap")
    who = builders.aidant(first)
    place = Affectation.objects.create(compte=who, structure=second, is_aidant=True, started_at=NOW + timedelta(days=1))
    HabilitationAidant.objects.create(affectation=place, validee_at=NOW)
    return who, first, second


def bar(client: Client) -> str:
    """Return the part of a page that says who acts for whom."""
    return client.get("/structures").content.decode().split("</header>")[0]


@pytest.mark.reaches("POST aidants:structures")
def test_the_first_place_is_acted_for_until_another_is_chosen(places: tuple[Compte, Structure, Structure]) -> None:
    who, first, second = places
    client = builders.signed_in(who)
    assert first.name in bar(client)
    assert "Changer" in bar(client)
    assert client.post("/structures", {"structure": str(second.id)})["Location"] == "/"
    assert second.name in bar(client)
    entry = Entree.objects.get(event="structure:switch")
    assert (entry.subject_id, entry.structure_id) == (who.id, second.id)


@pytest.mark.parametrize(
    "typed", [pytest.param("foreign", marks=pytest.mark.writes("structure:switch_refused")), "not-a-uuid", ""]
)
def test_a_structure_of_others_is_as_unknown_as_none(places: tuple[Compte, Structure, Structure], typed: str) -> None:
    who, first, _ = places
    client = builders.signed_in(who)
    wanted = str(builders.structure("Ailleurs").id) if typed == "foreign" else typed
    assert client.post("/structures", {"structure": wanted}).status_code == 404
    refused = Entree.objects.filter(event="structure:switch_refused")
    assert [(row.subject_id, row.structure_id) for row in refused] == ([(who.id, None)] if typed == "foreign" else [])
    assert first.name in bar(client)


REPORT = {
    "kind": "individuel", "channel": "bureau", "people": "1", "minutes": "30", "manner": "avec", "outcome": "fait",
    "themes": ["courriel"],
}  # fmt: skip
SOMEBODY = {
    "given_name": "Zoé", "family_name": "Petit", "email": "zoe@example.org", "profession": "Agente", "roles": ["aidant"]
}  # fmt: skip


@pytest.mark.parametrize(
    ("page", "given"),
    [
        ("/activite", REPORT),
        ("/equipe/invitation", SOMEBODY),
        ("/structure/demarches", {"demarches": ["logement"]}),
        ("/structure/annuaire", {}),
        ("/kits", {}),
    ],
)
def test_a_form_opened_for_one_structure_does_nothing_for_another(
    places: tuple[Compte, Structure, Structure], page: str, given: dict[str, object]
) -> None:
    who, first, second = places
    Affectation.objects.filter(compte=who).update(is_referent=True)
    client = builders.signed_in(who)
    opened_for = f'name="opened_for" value="{first.id}"'
    assert opened_for in client.get(page).content.decode()
    client.post("/structures", {"structure": str(second.id)})
    before = list(Entree.objects.order_by("id").values_list("event", flat=True))
    typed = given | {"day": f"{timezone.localdate()}", "code": builders.totp_code(who), "opened_for": str(first.id)}
    answer = client.post(page, typed)
    assert answer["Location"] == page
    assert list(Entree.objects.order_by("id").values_list("event", flat=True)) == [*before, "acces:no_effect"]
    assert not CompteRendu.objects.exists()
    assert "ouverte pour une autre structure" in client.get(page).content.decode()


@pytest.mark.writes("structure:switch")
def test_an_ended_place_is_left_at_once(places: tuple[Compte, Structure, Structure]) -> None:
    who, first, second = places
    client = builders.signed_in(who)
    client.post("/structures", {"structure": str(second.id)})
    Affectation.objects.filter(structure=second).update(ended_at=NOW + timedelta(days=2))
    assert first.name in bar(client)
    assert "Changer" not in bar(client)


def test_who_has_one_place_sees_no_switch(db: None) -> None:
    client = builders.signed_in(builders.aidant(builders.structure()))
    assert "Changer" not in bar(client)
