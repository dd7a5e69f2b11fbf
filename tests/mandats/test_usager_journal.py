"""The usager reads the whole journal of their mandat: who opened it, who verified it, what it was used for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Fonction
from aidants.journal.models import Entree, Leaf
from aidants.journal.sequence import integrate
from mandats.domain.codes import grouped
from mandats.registre.models import Mandat
from mandats.registre.services.consult import consult_mandat
from mandats.registre.services.volet import CodesVolet, renew_codes
from mandats.verification.lookups import verify
from mandats.verification.questions import Asker, Question
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> flow.Desk:
    return flow.desk()


@pytest.fixture
def codes(at: flow.Desk) -> CodesVolet:
    made = renew_codes(at.mandat.id, builders.acteur(at.aidant, at.place), timezone.now())
    assert isinstance(made, CodesVolet)
    return made


@pytest.fixture
def inside(at: flow.Desk, codes: CodesVolet) -> Client:
    client = Client()
    typed = {
        "reference": at.mandat.reference,
        "code": grouped(codes.revocation),
        "day": "24",
        "month": "8",
        "year": "1962",
    }
    assert client.post("/usager", typed).status_code == 302
    return client


def page(client: Client, mandat: Mandat, query: str = "") -> str:
    answer = client.get(f"/usager/mandats/{mandat.id}/journal{query}")
    assert answer.status_code == 200
    return answer.content.decode().split("<main")[1].split("</main>")[0]


def test_everything_from_the_first_brouillon_to_this_reading(at: flow.Desk, codes: CodesVolet, inside: Client) -> None:
    now = timezone.now()
    consult_mandat(at.mandat, builders.acteur(at.aidant, at.place), now)
    question = Question("logement", at.mandat.reference, codes.verification, "DUBOIS", "1962-08-24")
    verify(question, Asker("CAF de Paris", "page", "192.0.2.1"), now)
    flow.userinfo(flow.tokens_of(at, flow.site())["access_token"])
    inside.get(f"/usager/mandats/{at.mandat.id}/document")
    integrate(now)
    text = page(inside, at.mandat)
    for told in (
        f"Votre accord, recueilli par {at.aidant.full_name}</strong>, {at.place.name}.", "Mandat conclu",
        f"Vos codes ont été imprimés par {at.aidant.full_name}", "Dossier consulté",
        f"Préparation du mandat, commencée par {at.aidant.full_name}",
        "CAF de Paris (nom écrit par la personne qui a vérifié)", "Oui, le mandat couvre cette démarche",
        "Identité transmise à un site",
        "<strong>Vous avez ouvert votre page</strong>.</li>",
            "Allocations de démonstration", at.aidant.full_name, at.place.name,
    ):  # fmt: skip
        assert told in text, told
    number = Leaf.objects.get(entree__event="mandat:sign").number
    assert f"n°&nbsp;{number}</span>" in text
    assert "Journal consulté" in page(inside, at.mandat), "this reading stands in the next one"


def test_an_instructeur_who_searched_for_the_mandat_is_told(at: flow.Desk, inside: Client) -> None:
    who = builders.compte(given_name="Inès", family_name="Roy")
    Fonction.objects.create(compte=who, role="instructeur")
    builders.signed_in(who).get("/journal/recherche", {"reference": at.mandat.reference})
    assert "Inès Roy" in page(inside, at.mandat)
    assert "a lu le journal de ce mandat" in inside.get(f"/usager/mandats/{at.mandat.id}").content.decode()


def test_another_s_journal_is_unknown(at: flow.Desk, inside: Client) -> None:
    other = builders.mandat(at.aidant, at.place, now=timezone.now())
    assert inside.get(f"/usager/mandats/{other.id}/journal").status_code == 404
    assert Client().get(f"/usager/mandats/{at.mandat.id}/journal").status_code == 302


def test_the_structure_does_not_learn_that_it_was_read(at: flow.Desk, inside: Client) -> None:
    page(inside, at.mandat)
    entry = Entree.objects.get(event="journal:consult")
    assert (entry.structure_id, entry.subject_id, entry.acteur_kind) == (None, at.mandat.usager_id, "usager")


def test_a_long_journal_has_pages(at: flow.Desk, inside: Client) -> None:
    for minute in range(60):
        consult_mandat(at.mandat, builders.acteur(at.aidant, at.place), timezone.now() + timedelta(minutes=minute))
    first = page(inside, at.mandat)
    assert first.count("Dossier consulté") == 50
    older = first.split('rel="next" href="')[1].split('"')[0]
    assert page(inside, at.mandat, older).count("Dossier consulté") == 10
    assert "Mandat conclu" in page(inside, at.mandat, older)
    assert "<li>" in page(inside, at.mandat, "?avant=rien")


def test_costs(at: flow.Desk, inside: Client, query_count: Callable[[int], Any]) -> None:
    page(inside, at.mandat)
    with query_count(10):
        page(inside, at.mandat)
