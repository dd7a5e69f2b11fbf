"""Whom an aidant finds: those they served lately, any other by birth name and birth date; nothing of elsewhere."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.journal.models import Entree
from mandats.domain.durees import local_date
from mandats.registre.models import Mandat
from mandats.registre.services.uses import declare_utilisation
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text

BORN = {"day": "24", "month": "8", "year": "1962"}


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk()


def _by_colleague(desk: Desk, **person: str) -> Mandat:
    colleague = builders.aidant(desk.place)
    return builders.mandat(colleague, desk.place, builders.identite(**person), now=timezone.now(), duree="J365")


def test_the_list_shows_whom_the_aidant_served_within_90_days(desk: Desk) -> None:
    now = timezone.now()
    lately, before = desk.mandat(duree="J365"), desk.mandat(duree="J365")
    for mandat, days in ((lately, 89), (before, 91)):
        then = now - timedelta(days=days)
        Mandat.objects.filter(pk=mandat.pk).update(consented_at=then, accepted_at=then)
    colleagues, used = _by_colleague(desk), _by_colleague(desk)
    row = used.autorisations.get()
    told = {"channel": "telephone", "body": "CAF", "description": "appel", "used_on": local_date(now, "Europe/Paris")}
    assert declare_utilisation(row.id, desk.acteur, now=now, **told)  # type: ignore[arg-type]
    page = text(desk.client.get("/mandats"))
    assert [one.reference in page for one in (lately, before, colleagues, used)] == [True, False, False, True]
    home = text(desk.client.get("/accueil"))
    assert colleagues.reference not in home
    found = text(desk.client.get(f"/mandats?q={colleagues.reference}"))
    assert colleagues.reference in found


def test_any_other_usager_is_found_by_birth_name_and_birth_date_both_whole(desk: Desk) -> None:
    mandat = _by_colleague(desk, family_name="Lefèvre-Müller")
    elsewhere = pages_desk.desk("Ailleurs")
    theirs = elsewhere.mandat(builders.identite(family_name="Lefèvre-Müller"))
    for name, born, found in (
        ("LEFEVRE MULLER", BORN, True),
        ("Lefèvre", BORN, False),
        ("Lefèvre-Müller", BORN | {"day": "25"}, False),
        ("Lefèvre-Müller Angela", BORN, False),
    ):
        page = text(desk.client.post("/mandats/recherche", {"family_name": name, **born}))
        assert (mandat.reference in page) is found, name
        assert theirs.reference not in page
    assert Entree.objects.filter(event="usager:find").count() == 4
    assert b"LEFEVRE" not in b"".join(bytes(one.body) for one in Entree.objects.all())
    assert desk.client.get("/mandats/recherche?family_name=x").status_code == 200
    assert desk.client.post("/mandats/recherche", {"family_name": ""}).status_code == 422


@pytest.mark.writes("usager:find")
def test_a_presumed_birth_date_is_found_as_it_is(desk: Desk) -> None:
    mandat = _by_colleague(desk, family_name="Diallo", birthdate="1962-00-00")
    page = text(desk.client.post("/mandats/recherche", {"family_name": "diallo", "year": "1962"}))
    assert mandat.reference in page


def test_each_opening_is_journaled(desk: Desk) -> None:
    mandat = _by_colleague(desk)
    desk.client.get(f"/mandats/{mandat.id}")
    entry = Entree.objects.get(subject_id=mandat.id, event="mandat:consult")
    assert entry.acteur_id == desk.who.id


@pytest.mark.parametrize(("days", "seen"), [(364, True), (366, False)])
def test_ended_mandats_stay_visible_for_365_days(desk: Desk, days: int, seen: bool) -> None:
    mandat = desk.mandat(duree="J1")
    ended = timezone.now() - timedelta(days=days)
    start = ended - timedelta(days=2)
    Mandat.objects.filter(pk=mandat.pk).update(consented_at=start, accepted_at=start, expires_at=ended)
    assert (desk.client.get(f"/mandats/{mandat.id}").status_code == 200) is seen
    found = text(desk.client.post("/mandats/recherche", {"family_name": "Dubois", **BORN}))
    assert (mandat.reference in found) is seen
    assert (f"/mandats/{mandat.id}" in text(desk.client.get(f"/mandats?q={mandat.reference}"))) is seen
