"""Django's admin reads, for the administrateur alone, and is no way round a rule."""

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.journal.models import Entree
from deploy.administration import SHOWN
from mandats.registre.models import Mandat
from tests import builders

pytestmark = pytest.mark.django_db
SECRETS = ("password", "sealed", "digest", "salt", "body", "seed", "usager", "frozen_text")
PATHS = [f"/gestion/{model._meta.app_label}/{model._meta.model_name}/" for model in SHOWN]


@pytest.fixture
def ines() -> Compte:
    made = builders.compte("ines@mandats.example")
    Fonction.objects.create(compte=made, role="administrateur")
    return made


@pytest.fixture
def mandat(ines: Compte) -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, now=timezone.now())


@pytest.mark.parametrize("path", PATHS)
def test_a_table_is_read_and_its_reading_journaled(ines: Compte, mandat: Mandat, path: str) -> None:
    desk = builders.signed_in(ines)
    page = desk.get(path)
    assert page.status_code == 200
    assert "DUBOIS" not in page.content.decode(), "no usager stands here"
    entry = Entree.objects.filter(event="journal:consult").latest("id")
    assert (entry.acteur_id, b"table:" in bytes(entry.body)) == (ines.id, True)
    model = next(model for model, one in zip(SHOWN, PATHS, strict=True) if one == path)
    row = desk.get(f"{path}{model._default_manager.order_by('pk')[0].pk}/change/")
    assert row.status_code == 200
    assert "DUBOIS" not in row.content.decode()
    assert 'type="submit"' not in row.content.decode().split("<main")[-1]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_changed_added_or_deleted(ines: Compte, mandat: Mandat, path: str) -> None:
    desk = builders.signed_in(ines)
    model = next(model for model, one in zip(SHOWN, PATHS, strict=True) if one == path)
    key, before = model._default_manager.order_by("pk")[0].pk, model._default_manager.count()
    for address in (path, f"{path}{key}/change/", f"{path}{key}/delete/", f"{path}add/"):
        answer = desk.post(address, {"action": "delete_selected", "_selected_action": [str(key)], "post": "yes"})
        assert answer.status_code in (404, 405), address
    assert model._default_manager.count() == before


@pytest.mark.parametrize("role", ["instructeur", "accueil", ""])
def test_another_role_finds_no_page_even_on_the_staff(role: str) -> None:
    who = builders.compte(is_staff=True)
    if role:
        Fonction.objects.create(compte=who, role=role)
    browser = builders.signed_in(who)
    for path in ("/gestion/", *PATHS, "/gestion/login/", "/gestion/password_change/"):
        assert browser.get(path).status_code == 404, path


def test_it_opens_behind_the_second_factor_alone(ines: Compte) -> None:
    halfway = Client()
    halfway.force_login(ines, backend="aidants.comptes.backend.ComptesBackend")
    for browser in (Client(), halfway):
        assert browser.get("/gestion/")["Location"].startswith("/connexion")
    Fonction.objects.update(ended_at=timezone.now())
    assert builders.signed_in(ines).get("/gestion/").status_code == 404, "the role is read at each request"


def test_no_secret_and_no_usager_is_in_a_column() -> None:
    shown = {column for columns in SHOWN.values() for column in columns}
    assert not [column for column in shown for word in SECRETS if word in column]
