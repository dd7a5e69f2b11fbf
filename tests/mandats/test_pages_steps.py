"""The first two steps of a new mandat, over HTTP: every error keeps every field, every brouillon is resumed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from aidants.journal.models import Entree
from mandats.pages.conseiller import access
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.sign import sign_mandat
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import UNKNOWN, Desk, text

QueryCount = Callable[[int], AbstractContextManager[Any]]
CHOICE = {
    "demarches": ["logement", "social"],
    "formalites_logement": ["demande d’APL"],
    "autre_logement": "dossier DALO",
    "duree": "J31",
}


def choice(desk: Desk, **changes: Any) -> dict[str, Any]:
    """Return what the first step posts for the structure that its page named."""
    return CHOICE | {"structure": str(desk.place.id)} | changes


@pytest.fixture
def desk(db: None) -> Desk:
    return pages_desk.desk()


@pytest.mark.writes("brouillon:open")
def test_first_step_opens_a_brouillon_and_leads_to_the_identity(desk: Desk) -> None:
    answer = desk.client.post("/mandats/nouveau", choice(desk))
    brouillon = Brouillon.objects.get()
    assert answer["Location"] == f"/mandats/brouillons/{brouillon.id}/carte"
    assert brouillon.demarches == [
        {"code": "social", "formalites": []},
        {"code": "logement", "formalites": ["demande d’APL", "dossier DALO"]},
    ]
    assert (brouillon.duree, brouillon.structure, brouillon.aidant) == ("J31", desk.place, desk.who)


def test_first_step_shows_ten_themes_five_durations_and_the_last_days(desk: Desk, query_count: QueryCount) -> None:
    with query_count(4):
        page = text(desk.client.get("/mandats/nouveau"))
    assert page.count('name="demarches"') == 10
    assert page.count('name="duree"') == 5
    assert "Un dossier de surendettement doit être signé" in page
    assert page.count("inclus, si le mandat est conclu aujourd’hui") == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"demarches": []}, "Choisissez au moins une démarche."),
        ({"duree": ""}, "Choisissez une durée."),
        ({"autre_justice": "plainte"}, "Cochez aussi «\u00a0Justice\u00a0»"),
    ],
)
def test_an_error_keeps_every_field(desk: Desk, change: dict[str, Any], message: str) -> None:
    answer = desk.client.post("/mandats/nouveau", choice(desk, **change))
    page = text(answer)
    assert answer.status_code == 422
    assert message in page
    assert 'value="dossier DALO"' in page
    assert 'value="demande d’APL" id="f_logement_1" checked' in page
    assert ('id="theme_social" aria-describedby="examples_social" checked' in page) == bool(
        (CHOICE | change)["demarches"]
    )
    assert not Brouillon.objects.exists()


def test_a_theme_that_the_structure_does_not_offer_is_neither_shown_nor_taken(db: None) -> None:
    desk = pages_desk.desk(demarches=["logement"])
    assert text(desk.client.get("/mandats/nouveau")).count('name="demarches"') == 1
    assert desk.client.post("/mandats/nouveau", choice(desk)).status_code == 422
    assert not Brouillon.objects.exists()


def test_a_structure_that_houses_the_usager_offers_31_days_at_most(db: None) -> None:
    desk = pages_desk.desk(houses_or_bills=True)
    page = text(desk.client.get("/mandats/nouveau"))
    assert 'value="J31"' in page
    assert 'value="J182"' not in page
    assert desk.client.post("/mandats/nouveau", choice(desk, duree="J365")).status_code == 422


def test_last_days_are_counted_where_the_structure_is(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    desk = pages_desk.desk(time_zone="Pacific/Noumea")
    evening_in_paris = datetime.now(UTC).replace(hour=18, minute=30)
    clock = SimpleNamespace(now=lambda: evening_in_paris)
    monkeypatch.setattr("mandats.pages.conseiller.steps.timezone", clock)
    from datetime import timedelta

    from mandats.domain.durees import french_date

    tomorrow_there = evening_in_paris.date() + timedelta(days=1)
    assert f"jusqu’au {french_date(tomorrow_there + timedelta(days=1))} inclus" in text(
        desk.client.get("/mandats/nouveau")
    )


def test_identity_offers_franceconnect_then_shows_the_name_and_the_way_out(desk: Desk, query_count: QueryCount) -> None:
    nobody, somebody = desk.brouillon(), desk.identified(builders.identite(birthdate="1962-00-00"))
    with query_count(5):
        before = text(desk.client.get(f"/mandats/brouillons/{nobody.id}/identite"))
    assert "FranceConnect</span>" in before
    assert "Ce n’est pas moi" not in before
    after = text(desk.client.get(f"/mandats/brouillons/{somebody.id}/identite"))
    assert "Angela Claire Louise DUBOIS" in after
    assert "1962 (jour et mois inconnus)" in after
    assert "Ce n’est pas moi" in after


@pytest.mark.writes("brouillon:not_me")
def test_not_me_forgets_the_name_and_keeps_the_rest(desk: Desk) -> None:
    brouillon = desk.identified()
    answer = desk.client.post(f"/mandats/brouillons/{brouillon.id}/ce-nest-pas-moi")
    assert answer["Location"] == f"/mandats/brouillons/{brouillon.id}/identite"
    brouillon.refresh_from_db()
    assert identity_of(brouillon) is None
    assert brouillon.demarches
    assert "DUBOIS" not in text(desk.client.get(answer["Location"]))
    assert desk.client.get(f"/mandats/brouillons/{brouillon.id}/ce-nest-pas-moi").status_code == 405


def test_changing_what_is_asked_undoes_the_consent_and_says_so(desk: Desk) -> None:
    brouillon = desk.consented()
    address = f"/mandats/brouillons/{brouillon.id}/demarches"
    page = text(desk.client.get(address))
    assert "redonner son accord" in page
    assert 'id="theme_logement" aria-describedby="examples_logement" checked' in page
    answer = desk.client.post(address, choice(desk))
    assert answer["Location"] == f"/mandats/brouillons/{brouillon.id}/recapitulatif"
    brouillon.refresh_from_db()
    assert brouillon.consented_at is None
    assert 'value="dossier DALO"' in text(desk.client.get(address))


@pytest.mark.writes("brouillon:abandon")
def test_abandon_asks_once_then_leaves_no_trace(desk: Desk) -> None:
    brouillon = desk.consented()
    address = f"/mandats/brouillons/{brouillon.id}/abandon"
    assert "Rien n’a été signé" in text(desk.client.get(address))
    assert Brouillon.objects.filter(pk=brouillon.id).exists()
    assert desk.client.post(address)["Location"] == "/accueil"
    assert not Brouillon.objects.filter(pk=brouillon.id).exists()
    assert Entree.objects.filter(event="brouillon:abandon", subject_id=brouillon.id).count() == 1
    gone = desk.client.get(address)
    assert gone.status_code == 404
    assert "Ce brouillon n’existe plus" in text(gone)


def test_abandon_when_another_screen_signed_at_that_moment_leads_to_the_mandat(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    brouillon = desk.consented()
    builders.keys()
    found = access.brouillon_of

    def found_then_signed_elsewhere(structure_id: UUID, brouillon_id: UUID) -> Brouillon | None:
        row = found(structure_id, brouillon_id)
        sign_mandat(brouillon_id, desk.acteur, timezone.now())
        return row

    monkeypatch.setattr(access, "brouillon_of", found_then_signed_elsewhere)
    answer = desk.client.post(f"/mandats/brouillons/{brouillon.id}/abandon", follow=True)
    assert answer.redirect_chain[-1][0] == f"/mandats/{Mandat.objects.get().id}"
    assert "il a été signé ou abandonné sur un autre écran" in text(answer)
    assert "Rien n’a été signé" not in text(answer)


PAGES = ("carte", "ancien-mandat", "identite", "demarches", "recapitulatif", "acceptation", "abandon")
ACTS = (
    "encore-moi",
    "autres-structures",
    "ancien-mandat",
    "ancien-mandat/oublier",
    "demarches",
    "carte",
    "ce-nest-pas-moi",
    "accord/signature",
    "accord/envoi-du-code",
    "accord/code",
    "accord/exemplaire",
    "accord/papier",
    "acceptation",
    "abandon",
)


@pytest.mark.parametrize("foreign", [True, False])
def test_a_foreign_brouillon_answers_like_an_unknown_one(desk: Desk, foreign: bool) -> None:
    brouillon = desk.consented()
    before = Brouillon.objects.values().get()
    other = pages_desk.desk("Ailleurs")
    wanted = brouillon.id if foreign else UNKNOWN
    statuses = {other.client.get(f"/mandats/brouillons/{wanted}/{page}").status_code for page in PAGES}
    statuses |= {other.client.post(f"/mandats/brouillons/{wanted}/{act}", CHOICE).status_code for act in ACTS}
    assert statuses == {404}
    assert Brouillon.objects.values().get() == before


def test_a_brouillon_signed_in_another_tab_leads_to_its_mandat(desk: Desk) -> None:
    builders.keys()
    brouillon = desk.consented()
    mandat = sign_mandat(brouillon.id, desk.acteur, timezone.now())
    for page in PAGES:
        answer = desk.client.get(f"/mandats/brouillons/{brouillon.id}/{page}")
        assert answer["Location"] == f"/mandats/{getattr(mandat, 'id', None)}"
