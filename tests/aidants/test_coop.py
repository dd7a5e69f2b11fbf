"""La Coop's shape: every field, its type and its closed words, as its API declares them.

Read in github.com/inclusion-numerique/coop-mediation-numerique at commit 086e7ad,
``apps/web/src/app/api/v1/activites/route.ts``: the type ``ActiviteAttributes`` and the OpenAPI of ``Activite``.
"""

import itertools
import json
import re
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from uuid import uuid4

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.core.management import call_command
from django.utils import timezone

from aidants.dispositif.activite.coop import resource_of
from aidants.dispositif.activite.models import CompteRendu
from aidants.dispositif.activite.reports import write_report
from aidants.domain.activite.comptes_rendus import (
    ALONE,
    CHANNELS,
    DURATIONS,
    KINDS,
    MANNERS,
    OUTCOMES,
    PLACES,
    THEMES,
    Contenu,
)  # fmt: skip
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from tests import builders

THEMATIQUES = {
    "diagnostic_numerique", "prendre_en_main_du_materiel", "maintenance_de_materiel", "gere_ses_contenus_numeriques",
    "navigation_sur_internet", "email", "bureautique", "reseaux_sociaux", "sante", "banque_et_achats_en_ligne",
    "entrepreneuriat", "insertion_professionnelle", "securite_numerique", "parentalite", "scolarite_et_numerique",
    "creer_avec_le_numerique", "culture_numerique", "intelligence_artificielle", "aide_aux_demarches_administratives",
    "papiers_elections_citoyennete", "famille_scolarite", "social_sante", "travail_formation", "logement",
    "transports_mobilite", "argent_impots", "justice", "etrangers_europe", "loisirs_sports_culture", "associations",
}  # fmt: skip
REDIRECTIONS = [
    "operateur_ou_organisme_en_charge", "aide_aux_demarches_administratives", "administration", "mediation_numerique",
    "aide_sociale", "insertion_professionnelle", "autre", None,
]  # fmt: skip
AGES = (
    "moins_de_douze", "douze_dix_huit", "dix_huit_vingt_quatre", "vingt_cinq_trente_neuf", "quarante_cinquante_neuf",
    "soixante_soixante_neuf", "soixante_dix_plus", "non_communique",
)  # fmt: skip
COUNT = {"type": "integer", "minimum": 0}
UUID = {"type": "string", "pattern": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
WORD = {"type": ["string", "null"]}


def closed(fields: dict[str, object]) -> dict[str, object]:
    """Every field is there, and no other."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


ACTIVITE = closed(
    {
        "type": {"const": "activite"},
        "id": UUID,
        "attributes": closed(
            {
                "type": {"enum": ["individuel", "demarche_administrative", "collectif"]},
                "mediateur_id": UUID,
                "user_id": UUID,
                "accompagnements": {"type": "integer", "minimum": 1},
                "date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
                "duree": {"type": "integer", "minimum": 1, "maximum": 1439},
                "type_lieu": {"enum": ["lieu_activite", "domicile", "a_distance", "autre"]},
                "structure_id": {"anyOf": [UUID, {"type": "null"}]},
                "lieu_code_postal": WORD,
                "lieu_commune": WORD,
                "lieu_code_insee": WORD,
                "creation": {"type": "string", "pattern": INSTANT},
                "modification": {"type": "string", "pattern": INSTANT},
                "suppression": {"type": ["string", "null"], "pattern": INSTANT},
                "autonomie": {"enum": ["entierement_accompagne", "partiellement_autonome", "autonome", None]},
                "oriente_vers_structure": {"type": ["boolean", "null"]},
                "structure_de_redirection": {"enum": REDIRECTIONS},
                "materiel": {
                    "type": "array",
                    "items": {"enum": ["ordinateur", "telephone", "tablette", "autre", "aucun"]},
                },
                "thematiques": {"type": "array", "minItems": 1, "items": {"enum": sorted(THEMATIQUES)}},
                "tags": {"type": "array", "items": {"type": "string"}},
                "precisions_demarche": WORD,
                "titre_atelier": WORD,
                "niveau_atelier": {"enum": ["debutant", "intermediaire", "avance", None]},
                "beneficiaires": closed(
                    {
                        "total": COUNT,
                        "genres": closed(dict.fromkeys(("masculin", "feminin", "non_communique"), COUNT)),
                        "tranches_age": closed(dict.fromkeys(AGES, COUNT)),
                        "statuts": closed(
                            dict.fromkeys(
                                ("scolarise", "sans_emploi", "en_emploi", "retraite", "non_communique"), COUNT
                            )
                        ),
                    }
                ),
            }
        ),
    }
)
READER = jsonschema.Draft202012Validator(ACTIVITE)


def row(**fields: object) -> CompteRendu:
    """Return a report that is in no database."""
    plain = {
        "structure_id": uuid4(),
        "compte_id": uuid4(),
        "day": date(2026, 11, 26),
        "channel": "bureau",
        "kind": "individuel",
        "people": 1,
        "minutes": 30,
        "ages": [0] * 7,
        "themes": ["courriel"],
        "manner": "avec",
        "outcome": "fait",
        "created_at": datetime(2026, 11, 26, 9, 0, 0, 123456, tzinfo=UTC),
    }
    return CompteRendu(**(plain | fields))


def test_every_word_of_ours_is_one_of_theirs() -> None:
    words = itertools.product(CHANNELS, KINDS, MANNERS, OUTCOMES)
    for channel, kind, manner, outcome in words:
        people = 1 if kind in ALONE else 12
        given = {"channel": channel, "kind": kind, "manner": manner, "outcome": outcome, "people": people}
        READER.validate(resource_of(row(**given, redirected_to="caf" if outcome == "oriente" else "")))
    for place in PLACES:
        READER.validate(resource_of(row(outcome="oriente", redirected_to=place)))
    for theme in THEMES:
        READER.validate(resource_of(row(themes=[theme])))
    for minutes in DURATIONS:
        assert resource_of(row(minutes=minutes))["attributes"]["duree"] == minutes
    assert {one.coop for one in DEMARCHES.values()} <= THEMATIQUES


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, {"date": "2026-11-26", "creation": "2026-11-26T09:00:00.123Z", "suppression": None, "duree": 30}),
        (
            {"cancelled_at": datetime(2026, 11, 27, 8, tzinfo=UTC)},
            {"suppression": "2026-11-27T08:00:00.000Z", "modification": "2026-11-27T08:00:00.000Z"},
        ),
        ({"channel": "domicile"}, {"type_lieu": "domicile", "structure_id": None, "lieu_commune": None}),
        ({"channel": "appel_solidarite"}, {"type_lieu": "a_distance"}),
        ({"kind": "atelier", "people": 9}, {"type": "collectif", "accompagnements": 9, "autonomie": None}),
        ({"kind": "ponctuel", "manner": "place"}, {"type": "individuel", "autonomie": "entierement_accompagne"}),
        (
            {"outcome": "oriente", "redirected_to": "dgfip"},
            {"oriente_vers_structure": True, "structure_de_redirection": "administration"},
        ),
        ({"themes": ["autonomie", "demarches"]}, {"thematiques": ["aide_aux_demarches_administratives"]}),
    ],
)
def test_what_a_report_says_in_their_words(fields: dict[str, object], said: dict[str, object]) -> None:
    found = resource_of(row(**fields))
    READER.validate(found)
    assert found["attributes"] | said == found["attributes"]


def test_nobody_counted_in_a_band_is_not_communicated() -> None:
    people = resource_of(row(kind="atelier", people=9, ages=[0, 0, 0, 0, 0, 0, 4]))["attributes"]["beneficiaires"]
    assert (people["total"], people["tranches_age"]["soixante_dix_plus"]) == (9, 4)
    assert people["tranches_age"]["non_communique"] == 5
    assert people["genres"] == {"masculin": 0, "feminin": 0, "non_communique": 9}


@pytest.mark.django_db
@pytest.mark.writes("activite:export")
def test_the_file_leaves_out_what_has_no_duration_and_says_so(tmp_path: Path) -> None:
    place = builders.structure()
    doer = builders.acteur(builders.aidant(place), place)
    today, told = timezone.localdate(), StringIO()
    for minutes in (45, None, 90):
        done = write_report(
            Contenu(today, "bureau", "individuel", 1, ("courriel",), "avec", "fait", minutes=minutes),
            doer,
            timezone.now(),
        )
        assert not isinstance(done, Denied)
    call_command("export_coop", out=tmp_path / "coop.jsonl", since=None, stdout=told)
    lines = [json.loads(line) for line in (tmp_path / "coop.jsonl").read_text().splitlines()]
    for line in lines:
        READER.validate(line)
    assert sorted(line["attributes"]["duree"] for line in lines) == [45, 90]
    assert re.search("2 comptes rendus exportés, 1 sans durée", told.getvalue())
