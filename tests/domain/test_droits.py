"""Who may ask, answer and undo, and when data must stay."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from aidants.domain.decisions import GRANTED, Decision, Denied
from mandats.domain import errors_droits
from mandats.domain.conservation import Phase
from mandats.domain.droits import (
    AnswerFacts,
    ErasureFacts,
    may_answer,
    may_erase_now,
    may_open_archive,
    may_rectify,
    may_undo,
)

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ASKER, OTHER = UUID(int=1), UUID(int=2)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("answered", "expires", "who", "role", "expected"),
    [
        (False, NOW + DAY, OTHER, "administrateur", GRANTED),
        (False, NOW + DAY, OTHER, "instructeur", GRANTED),
        (True, NOW + DAY, OTHER, "administrateur", Denied(errors_droits.DEMANDE_OVER)),
        (False, NOW, OTHER, "administrateur", Denied(errors_droits.DEMANDE_OVER)),
        (False, NOW + DAY, ASKER, "administrateur", Denied(errors_droits.DEMANDE_SAME_PERSON)),
        (False, NOW + DAY, OTHER, "accueil", Denied(errors_droits.DEMANDE_ROLE)),
        (False, NOW + DAY, OTHER, "aidant", Denied(errors_droits.DEMANDE_ROLE)),
    ],
)
def test_somebody_else_answers_in_time_and_once(
    answered: bool, expires: datetime, who: UUID, role: str, expected: Decision
) -> None:
    assert may_answer(AnswerFacts(NOW, expires, answered, ASKER, who, role)) == expected


@pytest.mark.parametrize(
    ("standing", "ended_years_ago", "expected"),
    [
        (False, (), GRANTED),
        (False, (7,), GRANTED),
        (False, (7, 5), Denied(errors_droits.PROOF_IS_KEPT)),
        (True, (7,), Denied(errors_droits.MANDAT_STANDS)),
    ],
)
def test_erasure_waits_for_the_proof(standing: bool, ended_years_ago: tuple[int, ...], expected: Decision) -> None:
    ends = tuple(NOW - timedelta(days=366 * years) for years in ended_years_ago)
    assert may_erase_now(ErasureFacts(NOW, standing, ends)) == expected


@pytest.mark.parametrize(
    ("fields", "from_franceconnect", "expected"),
    [
        ({"family_name"}, False, GRANTED),
        ({"family_name"}, True, Denied(errors_droits.FRANCECONNECT_RECTIFIES)),
        ({"email", "telephone", "postal_address"}, True, GRANTED),
        (set(), False, Denied(errors_droits.NOTHING_TO_RECTIFY)),
        ({"sub_digest"}, False, Denied(errors_droits.NOTHING_TO_RECTIFY)),
    ],
)
def test_what_franceconnect_told_is_corrected_there(
    fields: set[str], from_franceconnect: bool, expected: Decision
) -> None:
    assert may_rectify(frozenset(fields), from_franceconnect=from_franceconnect) == expected


@pytest.mark.parametrize(
    ("role", "ground", "phase", "expected"),
    [
        ("administrateur", "controle", Phase.ACTIVE, GRANTED),
        ("administrateur", "controle", Phase.ARCHIVE, Denied(errors_droits.ARCHIVE_GROUND)),
        ("administrateur", "contentieux", Phase.ARCHIVE, GRANTED),
        ("administrateur", "curiosité", Phase.ACTIVE, Denied(errors_droits.ARCHIVE_GROUND)),
        ("instructeur", "contentieux", Phase.ACTIVE, Denied(errors_droits.DEMANDE_ROLE)),
        ("referent", "personne", Phase.ACTIVE, Denied(errors_droits.DEMANDE_ROLE)),
    ],
)
def test_the_archive_opens_to_few_and_on_few_grounds(role: str, ground: str, phase: Phase, expected: Decision) -> None:
    assert may_open_archive(role, ground, phase) == expected


@pytest.mark.parametrize(
    ("merged_at", "undone", "expected"),
    [
        (NOW - 14 * DAY + timedelta(seconds=1), False, GRANTED),
        (NOW - 14 * DAY, False, Denied(errors_droits.RAPPROCHEMENT_OVER)),
        (NOW - DAY, True, Denied(errors_droits.RAPPROCHEMENT_OVER)),
        (None, False, Denied(errors_droits.RAPPROCHEMENT_OVER)),
    ],
)
def test_a_join_is_undone_for_fourteen_days(merged_at: datetime | None, undone: bool, expected: Decision) -> None:
    assert may_undo(merged_at, undone, NOW) == expected
