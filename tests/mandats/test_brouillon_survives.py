"""A brouillon outlives what fails around it, is resumed by any aidant of its structure, and names nobody at rest."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon
from mandats.registre.services.brouillons import freeze
from mandats.registre.services.purge import purge_brouillons
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text

PERSON = builders.identite(
    given_name="Zoë Maëlys", family_name="Nuñez-Cœuret", birthdate="1990-08-25", email="zoe.nunez@example.org"
)


@pytest.fixture
def desk(db: None) -> Desk:
    return pages_desk.desk()


def _dump(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")
        return "\n".join(row[0] for row in cursor.fetchall())


def test_a_dump_of_the_brouillons_names_nobody(desk: Desk) -> None:
    brouillon = desk.identified(PERSON)
    freeze(brouillon.id, desk.acteur, timezone.now())
    dump = _dump("brouillon") + _dump("document") + _dump("journal_entree")
    clear = [PERSON.given_name, PERSON.family_name, PERSON.birthdate, PERSON.email, "25 août 1990"]
    for one in clear:
        assert one not in dump
        assert one.encode().hex() not in dump
        assert one.upper() not in dump
    brouillon.refresh_from_db()
    assert identity_of(brouillon) == PERSON
    assert "Zoë Maëlys NUÑEZ" in text(desk.client.get(f"/mandats/brouillons/{brouillon.id}/recapitulatif"))


def test_any_habilitated_aidant_of_the_structure_resumes_it_from_the_home_page(desk: Desk) -> None:
    brouillon = desk.identified(PERSON)
    desk.client.post("/deconnexion")
    assert desk.client.get(f"/mandats/brouillons/{brouillon.id}/recapitulatif").status_code == 302
    colleague = builders.signed_in(builders.aidant(desk.place))
    home = text(colleague.get("/accueil"))
    assert f"/mandats/brouillons/{brouillon.id}/recapitulatif" in home
    assert "Zoë Maëlys Nuñez-Cœuret" in home
    assert colleague.get(f"/mandats/brouillons/{brouillon.id}/recapitulatif").status_code == 200


@pytest.mark.parametrize(
    ("frozen", "age", "left"),
    [
        (False, timedelta(hours=23, minutes=59), True),
        pytest.param(False, timedelta(hours=24, minutes=1), False, marks=pytest.mark.writes("brouillon:purge")),
        (True, timedelta(days=14, hours=23), True),
        (True, timedelta(days=15, minutes=1), False),
    ],
)
def test_what_waits_is_purged_in_its_time(desk: Desk, frozen: bool, age: timedelta, left: bool) -> None:
    brouillon = desk.identified()
    if frozen:
        freeze(brouillon.id, desk.acteur, timezone.now())
    brouillon.refresh_from_db()
    purge_brouillons(brouillon.updated_at + age)
    assert Brouillon.objects.filter(pk=brouillon.pk).exists() is left


def test_what_was_typed_comes_back_after_the_second_factor(desk: Desk, settings: object) -> None:
    session = desk.client.session
    session["last_act_at"] = int((timezone.now() - timedelta(minutes=16)).timestamp())
    session.save()
    typed = {
        "structure": str(desk.place.id),
        "demarches": ["logement"],
        "autre_logement": "dossier DALO",
        "duree": "J182",
        "single_use": "on",
    }
    answer = desk.client.post("/mandats/nouveau", typed, headers={"Referer": "http://testserver/mandats/nouveau"})
    assert answer["Location"] == "/connexion/code?next=%2Fmandats%2Fnouveau"
    assert not Brouillon.objects.exists()
    back = desk.client.post(answer["Location"], {"code": desk.code(), "next": "/mandats/nouveau"})
    page = text(desk.client.get(back["Location"]))
    assert 'value="dossier DALO"' in page
    assert 'id="duree_J182" checked' in page
    assert "Votre saisie a été gardée" in page
    assert "dossier DALO" not in text(desk.client.get("/mandats/nouveau"))


def test_what_was_typed_is_kept_for_nobody_else(desk: Desk) -> None:
    stranger = Client()
    stranger.post("/mandats/nouveau", {"autre_logement": "dossier DALO"})
    assert "dossier DALO" not in str(dict(stranger.session))
