"""The habilitation dossier: its states and what it needs, as tables of cases (DOMAIN §4, §5)."""

from dataclasses import replace

import pytest

from aidants.domain.activite import errors
from aidants.domain.activite.dossier import (
    DECLARATIONS,
    DossierFacts,
    Etat,
    may_move,
    may_submit,
)
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.departements import DEPARTEMENTS, departement_of
from aidants.domain.errors import ErrorCode
from aidants.domain.statuts import STATUTS, is_professional

MOVES = {
    ("brouillon", "en_instruction"),
    ("brouillon", "cloturee"),
    ("en_instruction", "validee"),
    ("en_instruction", "refusee"),
    ("en_instruction", "modifications_demandees"),
    ("en_instruction", "cloturee"),
    ("modifications_demandees", "en_instruction"),
    ("modifications_demandees", "cloturee"),
    ("validee", "cloturee"),
    ("refusee", "cloturee"),
}


@pytest.mark.parametrize("before", Etat)
@pytest.mark.parametrize("after", Etat)
def test_states(before: Etat, after: Etat) -> None:
    assert bool(may_move(before, after)) is ((before.value, after.value) in MOVES)


WHOLE = DossierFacts(Etat.BROUILLON, "99999910500011", (), tuple(DECLARATIONS), 1, ("salarie",))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"etat": Etat.MODIFICATIONS_DEMANDEES}, None),
        ({"etat": Etat.EN_INSTRUCTION}, errors.DOSSIER_MOVED),
        ({"missing": ("city",)}, errors.DOSSIER_INCOMPLETE),
        ({"siret": "99999910500012"}, errors.SIRET_REFUSED),
        ({"siret": "35600000000048"}, None),  # La Poste: Luhn holds too
        ({"siret": "35600000000001"}, None),  # La Poste: digits add up to a multiple of five
        ({"aidants": 0}, errors.DOSSIER_WITHOUT_AIDANT),
        ({"statuts": ("salarie", "elu")}, errors.NOT_A_PROFESSIONAL),
        ({"declarations": tuple(DECLARATIONS)[1:]}, errors.DECLARATIONS_MISSING),
    ],
)
def test_may_submit(changes: dict[str, object], reason: ErrorCode | None) -> None:
    facts = replace(WHOLE, **changes)  # type: ignore[arg-type]
    assert may_submit(facts) == (Denied(reason) if reason else GRANTED)


@pytest.mark.parametrize("statut", STATUTS)
def test_professionals_only(statut: str) -> None:
    assert is_professional(statut) is (statut in {"agent_public", "salarie"})


@pytest.mark.parametrize(
    ("insee", "departement"),
    [("05061", "05"), ("2A004", "2A"), ("97411", "974"), ("98818", "988"), ("75111", "75")],
)
def test_departement_of(insee: str, departement: str) -> None:
    assert departement_of(insee) == departement
    assert departement in DEPARTEMENTS
