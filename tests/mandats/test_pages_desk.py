"""The desk and the list: what is found, twenty a page, and nothing of another structure."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.utils import timezone

from aidants.habilitation.models import HabilitationAidant
from aidants.structures.models import Affectation
from mandats.registre.models import Mandat
from mandats.registre.services.revoke import revoke_mandat
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text

QueryCount = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def desk(db: None) -> Desk:
    return pages_desk.desk()


def test_home_leads_who_is_signed_in_to_the_desk(desk: Desk) -> None:
    assert desk.client.get("/")["Location"] == "/accueil"


def test_desk_of_a_new_structure_says_where_to_start(desk: Desk, query_count: QueryCount) -> None:
    with query_count(10):
        page = text(desk.client.get("/accueil"))
    assert "/mandats/nouveau" in page
    assert "Aucun mandat pour l’instant" in page


def test_desk_shows_brouillons_where_they_stopped_and_the_latest_mandats(desk: Desk, query_count: QueryCount) -> None:
    nobody, person, ready = desk.brouillon(), desk.identified(), desk.consented()
    mandat = desk.mandat()
    with query_count(11):
        page = text(desk.client.get("/accueil"))
    assert f"/mandats/brouillons/{nobody.id}/identite" in page
    assert f"/mandats/brouillons/{person.id}/recapitulatif" in page
    assert f"/mandats/brouillons/{ready.id}/acceptation" in page
    assert mandat.reference in page


def test_desk_says_which_right_is_missing(desk: Desk) -> None:
    HabilitationAidant.objects.update(ended_at=timezone.now())
    assert "Votre habilitation d’aidant n’est pas en vigueur" in text(desk.client.get("/accueil"))


def test_a_referent_who_is_no_aidant_sees_no_usager(desk: Desk) -> None:
    mandat = desk.mandat()
    referent = builders.compte()
    Affectation.objects.create(compte=referent, structure=desk.place, is_referent=True, started_at=timezone.now())
    client = builders.signed_in(referent)
    page = text(client.get("/accueil"))
    assert "Votre rôle\u00a0: référent" in page
    assert mandat.usager.family_name not in page
    for address in ("/mandats", "/mandats/nouveau", f"/mandats/{mandat.id}", f"/mandats/{mandat.id}/document"):
        assert client.get(address).status_code == 403


def test_an_account_without_structure_is_told_so(db: None) -> None:
    client = builders.signed_in(builders.compte())
    assert "rattaché à aucune structure" in text(client.get("/accueil"))
    assert client.get("/mandats").status_code == 404


def test_list_finds_by_name_by_reference_and_by_state(desk: Desk) -> None:
    dupont = desk.mandat(builders.identite(family_name="D’Été-Dupont", given_name="Zoé"))
    leroy = desk.mandat(builders.identite(family_name="Leroy", given_name="Anne"))
    revoke_mandat(leroy.id, desk.acteur, way="aidant", now=timezone.now())
    searches = {
        "q=d+ete": {dupont},
        "q=ZOE": {dupont},
        f"q={leroy.reference.lower()}": {leroy},
        "q=ero": set(),
        "etat=actif": {dupont},
        "etat=termine": {leroy},
        "etat=nonsense": {dupont, leroy},
        "q=leroy&etat=actif": set(),
    }
    for query, expected in searches.items():
        page = text(desk.client.post("/mandats", dict(parse_qsl(query))))
        assert {one for one in (dupont, leroy) if one.reference in page} == expected, query


def test_list_gives_twenty_a_page_by_the_same_queries(desk: Desk, query_count: QueryCount) -> None:
    for minutes in range(21):
        builders.mandat(desk.who, desk.place, now=timezone.now() - timedelta(minutes=minutes))
    with query_count(7):
        first = text(desk.client.get("/mandats"))
    references = list(Mandat.objects.order_by("-accepted_at").values_list("reference", flat=True))
    assert [reference in first for reference in references] == [True] * 20 + [False]
    second = text(desk.client.get("/mandats?page=2"))
    assert references[20] in second
    assert references[0] not in second
    assert references[20] in text(desk.client.get("/mandats?page=999"))


@pytest.mark.writes("consentement:give")
def test_a_name_is_searched_in_no_address(desk: Desk) -> None:
    mandat = desk.mandat(builders.identite(family_name="Martin"))
    other = desk.mandat(builders.identite(family_name="Durand"))
    page = text(desk.client.get("/mandats?q=durand"))
    assert mandat.reference in page
    assert other.reference in page
    assert 'method="post" action="/mandats" role="search"' in page


def test_list_says_when_nothing_matches(desk: Desk) -> None:
    assert "Vous n’avez reçu personne depuis 90 jours" in text(desk.client.get("/mandats"))
    assert "Aucun mandat ne correspond" in text(desk.client.post("/mandats", {"q": "personne"}))


def test_what_is_typed_in_the_search_is_escaped(desk: Desk) -> None:
    page = text(desk.client.post("/mandats", {"q": '"><script>alert(1)</script>'}))
    assert "<script>alert(1)" not in page


def test_another_structure_finds_nothing(desk: Desk) -> None:
    mandat, brouillon = desk.mandat(), desk.identified()
    other = pages_desk.desk("Ailleurs")
    pages = [other.client.get(address) for address in ("/accueil", "/mandats", f"/mandats?q={mandat.reference}")]
    pages.append(other.client.post("/mandats", {"q": "dubois"}))
    for page in map(text, pages):
        assert f"/mandats/{mandat.id}" not in page
        assert str(brouillon.id) not in page


def test_pages_are_kept_in_no_cache_and_need_a_session(desk: Desk) -> None:
    assert desk.client.get("/mandats")["Cache-Control"] == "no-store"
    assert Client().get("/mandats")["Location"].startswith("/connexion")
