"""May it be used, may it be signed: one row a case, the first failing check answers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aidants.domain.activite.droit import CONDITIONS
from aidants.domain.activite.errors import CERTIFICATION_MISSING, CONDITIONS_MISSING, CONTRACT_OVER, FORMATION_MISSING
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.errors import AIDANT_NOT_HABILITE, NOT_AN_AIDANT, STRUCTURE_NOT_HABILITEE, ErrorCode
from aidants.habilitation.rules import ActingFacts, may_act, missing
from mandats.domain import errors, perimetre_errors
from mandats.domain.rules import SignFacts, may_sign, may_use
from tests.domain.standing_use import NOW, STANDS

SECOND = timedelta(seconds=1)
GOOD = replace(STANDS, expires_at=NOW + SECOND)

ABLE = ActingFacts(True, True, True, True, True, True, True, True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"actor_is_aidant": False}, NOT_AN_AIDANT),
        ({"structure_habilitee": False}, STRUCTURE_NOT_HABILITEE),
        ({"aidant_habilite": False}, AIDANT_NOT_HABILITE),
        ({"mandat_ended_at": NOW}, errors.AUTORISATION_ENDED),
        ({"autorisation_ended_at": NOW - SECOND}, errors.AUTORISATION_ENDED),
        ({"expires_at": NOW}, errors.MANDAT_EXPIRED),
        ({"expires_at": NOW - SECOND}, errors.MANDAT_EXPIRED),
        ({"suspended_at": NOW}, errors.MANDAT_SUSPENDED),
        ({"sheet_due_at": NOW + SECOND}, None),
        ({"sheet_due_at": NOW}, errors.MANDAT_SUSPENDED),
        ({"demarche_offered": False}, errors.DEMARCHE_NARROWED),
        ({"identity": "piece_vue"}, None),
        ({"has_email": False}, None),
        ({"crosses_to_franceconnect": True}, None),
        ({"crosses_to_franceconnect": True, "identity": "piece_vue"}, errors.IDENTITY_DOES_NOT_CROSS),
        ({"crosses_to_franceconnect": True, "has_email": False}, errors.EMAIL_MISSING),
        ({"single_use_spent": True}, errors.SINGLE_USE_DONE),
        ({"single_use_spent": True, "mandat_ended_at": NOW}, errors.AUTORISATION_ENDED),
        ({"mandat_ended_at": NOW, "expires_at": NOW}, errors.AUTORISATION_ENDED),
        ({"structure_habilitee": False, "mandat_ended_at": NOW}, STRUCTURE_NOT_HABILITEE),
    ],
)
def test_may_use(changes: dict[str, object], reason: ErrorCode | None) -> None:
    assert may_use(replace(GOOD, **changes)) == (Denied(reason) if reason else GRANTED)  # type: ignore[arg-type]


READY = SignFacts(
    already_signed=False,
    has_demarche=True,
    identified=True,
    is_adult=True,
    consented=True,
    demarches_offered=True,
    duree_problem=None,
    host=False,
    text_current=True,
    renewal=False,
    sheet_stands=True,
    same_person_answered=True,
)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"already_signed": True}, errors.BROUILLON_GONE),
        ({"has_demarche": False}, errors.NO_DEMARCHE),
        ({"identified": False, "is_adult": False}, errors.NO_IDENTITY),
        ({"is_adult": False}, errors.MINOR),
        ({"demarches_offered": False}, errors.DEMARCHE_NARROWED),
        ({"consented": False}, errors.NOT_CONSENTED),
        ({"consented": False, "renewal": True}, perimetre_errors.RENEWAL_NEEDS_USAGER),
        ({"identified": False, "consented": False, "renewal": True}, perimetre_errors.RENEWAL_NEEDS_USAGER),
        ({"renewal": True}, None),
        ({"duree_problem": "past"}, perimetre_errors.DUREE_PAST),
        ({"duree_problem": "too_close"}, perimetre_errors.DUREE_TOO_CLOSE),
        ({"duree_problem": "too_far"}, perimetre_errors.DUREE_TOO_FAR),
        ({"duree_problem": "too_far", "host": True}, perimetre_errors.DUREE_HOST),
        ({"duree_problem": "past", "host": True}, perimetre_errors.DUREE_PAST),
        ({"text_current": False}, errors.TEXT_CHANGED),
        ({"text_current": False, "consented": False}, errors.NOT_CONSENTED),
        ({"sheet_stands": False}, errors.SCAN_OVERDUE),
        ({"same_person_answered": False}, errors.SAME_PERSON_UNANSWERED),
        ({"same_person_answered": False, "consented": False}, errors.NOT_CONSENTED),
        ({"sheet_stands": False, "text_current": False}, errors.TEXT_CHANGED),
    ],
)
def test_may_sign(changes: dict[str, Any], reason: ErrorCode | None) -> None:
    assert may_sign(replace(READY, **changes)) == (Denied(reason) if reason else GRANTED)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"compte_active": False}, NOT_AN_AIDANT),
        ({"is_aidant": False}, NOT_AN_AIDANT),
        ({"structure_habilitee": False}, STRUCTURE_NOT_HABILITEE),
        ({"aidant_habilite": False}, AIDANT_NOT_HABILITE),
        ({"formation_done": False}, FORMATION_MISSING),
        ({"certified": False}, CERTIFICATION_MISSING),
        ({"formation_done": False, "certified": False}, FORMATION_MISSING),
        ({"conditions_accepted": False}, CONDITIONS_MISSING),
        ({"contract_runs": False}, CONTRACT_OVER),
        ({"contract_runs": False, "certified": False}, CONTRACT_OVER),
        ({"structure_habilitee": False, "conditions_accepted": False}, STRUCTURE_NOT_HABILITEE),
    ],
)
def test_may_act(facts: dict[str, bool], reason: ErrorCode | None) -> None:
    assert may_act(replace(ABLE, **facts)) == (Denied(reason) if reason else GRANTED)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"certified": False, "conditions_accepted": False}, ["certification", "conditions"]),
        ({"structure_habilitee": False, "formation_done": False}, ["formation", "structure"]),
        ({"contract_runs": False}, ["contrat"]),
    ],
)
def test_everything_that_is_missing_is_told(facts: dict[str, bool], codes: list[str]) -> None:
    assert missing(replace(ABLE, **facts)) == codes
    assert set(codes) <= {one.code for one in CONDITIONS}
