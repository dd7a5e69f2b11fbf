"""What is kept and why is told before anything is asked: at the desk, on the usager's page, to anybody."""

import pytest
from django.test import Client
from django.utils import timezone

from tests import builders

pytestmark = pytest.mark.django_db


def test_anybody_reads_the_notice_without_a_query(query_count: object) -> None:
    with query_count(0):  # type: ignore[operator]
        page = Client().get("/vos-donnees")
    told = page.content.decode()
    for word in ("responsable", "6 ans", "CNIL", "Arrêter le mandat", "RGPD 6.1.e", "FranceConnect"):
        assert word in told


def test_it_is_linked_where_data_are_asked() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    browser = builders.signed_in(who)
    brouillon = builders.brouillon(who, place, now=timezone.now())
    for path in ("/mandats/nouveau", f"/mandats/brouillons/{brouillon.id}/identite"):
        assert 'href="/vos-donnees" target="_blank"' in browser.get(path).content.decode(), path
    assert 'href="/vos-donnees"' in Client().get("/usager").content.decode()
