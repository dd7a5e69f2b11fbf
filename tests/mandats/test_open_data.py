"""The open data of structures: the published schema's columns and words, habilitated structures alone, no person."""

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.domain.activite.dossier import KINDS
from aidants.domain.folding import fold
from aidants.habilitation.annuaire import COLUMNS, TYPOLOGIES, set_listing
from aidants.habilitation.models import HabilitationStructure
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Structure
from tests import builders

pytestmark = pytest.mark.django_db
QueryCount = Callable[[int], AbstractContextManager[Any]]
JSON, CSV = "/donnees-ouvertes/structures.json", "/donnees-ouvertes/structures.csv"


def lines() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Client().get(CSV).content.decode())))


def test_a_place_in_the_schema_s_words(query_count: QueryCount) -> None:
    place = builders.structure(
        "Médiathèque <Jean>", kind="Médiathèque", telephone="+33499990001", email="contact@mediatheque.example",
        latitude=44.559, longitude=6.079,
    )  # fmt: skip
    who = builders.aidant(place, given_name="Zoé", family_name="Personne")
    Affectation.objects.filter(compte=who).update(is_conseiller=True)
    with query_count(1):
        answer = Client().get(JSON)
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert answer["Access-Control-Allow-Origin"] == "*"
    (told,) = answer.json()
    assert told["id"] == str(place.id)
    assert told["pivot"] == "99999910500011"
    assert told["nom"] == "Médiathèque <Jean>"
    assert (told["code_postal"], told["code_insee"]) == ("75011", "75111")
    assert (told["latitude"], told["longitude"]) == (44.559, 6.079)
    assert told["typologie"] == ["BIB"]
    assert told["services"] == ["Aide aux démarches administratives"]
    assert told["dispositif_programmes_nationaux"] == ["Aidants Connect", "Conseillers numériques"]
    assert told["date_maj"] == "2026-11-22"
    assert "horaires" not in told
    with query_count(1):
        answer = Client().get(CSV)
    assert answer.content.decode().splitlines()[0].split(",") == list(COLUMNS)
    (line,) = lines()
    assert line["modalites_acces"] == "Se présenter|Téléphoner|Contacter par mail"
    assert line["horaires"] == ""
    for text in (answer.content.decode(), Client().get(JSON).content.decode()):
        assert "Personne" not in text
        assert who.email not in text


def test_each_kind_of_our_list_has_its_word_in_the_schema() -> None:
    told = {label: TYPOLOGIES.get(fold(label)) for label in KINDS.values()}
    assert [label for label, code in told.items() if code is None] == ["Autre service public", "Autre"]


@pytest.mark.parametrize("nasty", ["=cmd|'/c calc'!A0", "+33+A1", "@SUM(1)", "-1+1", "\t=1", "a\r\n=1", 'x","=1'])
def test_no_cell_is_a_formula_nor_leaves_its_cell(nasty: str) -> None:
    builders.structure(nasty, city=nasty, street=nasty)
    (line,) = lines()
    assert line["nom"].removeprefix("'") == nasty
    texts = [value for name, value in line.items() if name not in ("latitude", "longitude", "telephone")]
    assert not any(value.startswith(("=", "+", "-", "@", "\t")) for value in texts)


def test_a_place_in_the_west_and_its_telephone_are_numbers() -> None:
    builders.structure(latitude=-20.882, longitude=-1.674, telephone="+33299990001")
    (line,) = lines()
    assert (line["latitude"], line["longitude"], line["telephone"]) == ("-20.882", "-1.674", "+33299990001")


def test_only_standing_habilitations_are_published() -> None:
    closed = builders.structure("Fermée", siret="99999920500029")
    HabilitationStructure.objects.filter(structure=closed).update(ended_at=timezone.now(), motif="fermeture")
    Structure.objects.create(
        name="Candidate", siret="99999930300012", street="1 rue", postcode="05000", city="Gap", insee_code="05061",
        created_at=builders.NOW,
    )  # fmt: skip
    assert Client().get(JSON).json() == []
    assert lines() == []


@pytest.mark.writes("structure:listing")
def test_a_referent_keeps_the_structure_out_and_in_again() -> None:
    place = builders.structure()
    referent, aidant = builders.compte(), builders.aidant(place)
    Affectation.objects.create(compte=referent, structure=place, is_referent=True, started_at=builders.NOW)
    desk = builders.signed_in(referent)
    assert "checked" in desk.get("/structure/annuaire").content.decode()
    assert desk.post("/structure/annuaire", {}).status_code == 302
    assert Client().get(JSON).json() == []
    desk.post("/structure/annuaire", {})
    assert Entree.objects.filter(event="structure:listing", subject_id=place.id).count() == 1
    desk.post("/structure/annuaire", {"is_listed": "on"})
    assert len(Client().get(JSON).json()) == 1
    assert builders.signed_in(aidant).get("/structure/annuaire").status_code == 403
    assert not set_listing(place.id, builders.acteur(aidant, place), is_listed=False, now=timezone.now())
