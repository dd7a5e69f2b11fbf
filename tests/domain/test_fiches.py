"""What a system or a file says of a structure and of an aidant: right, or told wrong column by column."""

from typing import Any

import pytest

from aidants.domain.fiches import FicheAidant, FicheStructure, aidant_of, structure_of
from tests.domain.fiches import AIDANT, STRUCTURE


def test_a_structure_is_read() -> None:
    fiche = structure_of(STRUCTURE)
    assert isinstance(fiche, FicheStructure)
    assert (fiche.telephone, fiche.email, fiche.latitude) == ("+33499990001", "contact@ccas.example", 44.5)
    assert fiche.time_zone == "Europe/Paris"
    reunion = structure_of(STRUCTURE | {"code_insee": "97411"})
    assert isinstance(reunion, FicheStructure)
    assert reunion.time_zone == "Indian/Reunion"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"siret": "99999910500012"}, "siret"),
        ({"siret": 99999910500011}, "siret"),
        ({"siret": ""}, "siret"),
        ({"nom": "a\nb"}, "nom"),
        ({"nom": "x" * 257}, "nom"),
        ({"nom": "   "}, "nom"),
        ({"nom": None}, "nom"),
        ({"code_postal": "5000"}, "code_postal"),
        ({"code_postal": "٠٥٠٠٠"}, "code_postal"),
        ({"code_insee": "99100"}, "code_insee"),
        ({"code_insee": "05"}, "code_insee"),
        ({"telephone": "12"}, "telephone"),
        ({"courriel": "a@b"}, "courriel"),
        ({"courriel": "a@b.fr\nBcc: c@d.fr"}, "courriel"),
        ({"latitude": 91}, "latitude"),
        ({"latitude": True}, "latitude"),
        ({"longitude": "6"}, "longitude"),
        ({"usager": "Dubois"}, "usager"),
    ],
)
def test_a_structure_is_wrong_by_column(changes: dict[str, Any], column: str) -> None:
    errors = structure_of(STRUCTURE | changes)
    assert isinstance(errors, dict)
    assert list(errors) == [column]


def test_an_aidant_is_read() -> None:
    fiche = aidant_of(AIDANT)
    assert fiche == FicheAidant("Zoé", "Le Goff-d’Arc", "zoe@ccas.example", "Conseillère", True, False, True, "salarie")


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"roles": []}, "roles"),
        ({"roles": ["administrateur"]}, "roles"),
        ({"roles": "aidant"}, "roles"),
        ({"prenom": "<b>Zoé</b>"}, "prenom"),
        ({"nom": "https://evil.example"}, "nom"),
        ({"courriel": "zoe@ccas.example, other@ccas.example"}, "courriel"),
        ({"fonction": "a\r\nb"}, "fonction"),
        ({"conseiller": "oui"}, "conseiller"),
        ({"role": "administrateur"}, "role"),
        ({"statut": "benevole"}, "statut"),
        ({"statut": "elu", "roles": ["aidant", "referent"]}, "statut"),
        ({"statut": "retraite"}, "statut"),
        ({"statut": ["salarie"]}, "statut"),
        ({"is_staff": True}, "is_staff"),
    ],
)
def test_an_aidant_is_wrong_by_column(changes: dict[str, Any], column: str) -> None:
    errors = aidant_of(AIDANT | changes)
    assert isinstance(errors, dict)
    assert list(errors) == [column]


@pytest.mark.parametrize(
    ("changes", "statut"),
    [
        ({}, "salarie"),
        ({"statut": "agent_public"}, "agent_public"),
        ({"conseiller": False}, ""),
        ({"conseiller": False, "roles": ["referent"], "statut": "elu"}, "elu"),
    ],
)
def test_what_an_aidant_is_may_be_declared_or_follow_from_a_contract(changes: dict[str, Any], statut: str) -> None:
    fiche = aidant_of(AIDANT | changes)
    assert isinstance(fiche, FicheAidant), fiche
    assert fiche.statut == statut


def test_everything_wrong_is_told_at_once() -> None:
    errors = structure_of({})
    assert isinstance(errors, dict)
    assert sorted(errors) == ["adresse", "code_insee", "code_postal", "commune", "nom", "siret"]
