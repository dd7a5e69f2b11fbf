"""Training and certification as tables of cases (DOMAIN §5)."""

from dataclasses import replace
from datetime import date

import pytest

from aidants.domain.activite import errors
from aidants.domain.activite.formation import (
    FIGURES,
    SKILLS,
    Cadre,
    Figures,
    ResultFacts,
    calendar_of,
    is_done,
    may_certify,
)
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.months import add_months


@pytest.mark.parametrize(
    ("cadre", "half_days", "done"),
    [
        (Cadre.CONSEILLER, 99, False),  # 346 h 30
        (Cadre.CONSEILLER, 100, True),  # 350 h
        (Cadre.AIDANT, 1, False),
        (Cadre.AIDANT, 2, True),  # one day
        (Cadre.AIDANT, 0, False),
    ],
)
def test_the_same_rule_with_another_parameter(cadre: Cadre, half_days: int, done: bool) -> None:
    assert is_done(cadre, half_days) is done


def test_figures_are_parameters() -> None:
    assert is_done(Cadre.CONSEILLER, 60, Figures(conseiller_minutes=210 * 60))
    assert Figures(half_day_minutes=180).owed(Cadre.CONSEILLER) == 117  # 350 h are 116.67 half-days of 3 h
    assert FIGURES.hours(100) == 350


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2021, 1, 31), 1, date(2021, 2, 28)),
        (date(2020, 8, 31), 6, date(2021, 2, 28)),
        (date(2019, 8, 31), 6, date(2020, 2, 29)),
        (date(2020, 12, 1), 4, date(2021, 4, 1)),
        (date(2021, 6, 30), 6, date(2021, 12, 30)),
    ],
)
def test_add_months(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


def test_four_months_then_twenty_and_six_to_be_certified() -> None:
    days = calendar_of(date(2021, 2, 1), None)
    assert (days.trained_by, days.work_until) == (date(2021, 6, 1), date(2023, 2, 1))
    assert days.certified_by == date(2021, 12, 1)
    assert calendar_of(date(2021, 2, 1), date(2021, 5, 10)).certified_by == date(2021, 11, 10)


READY = ResultFacts(date(2021, 5, 28), date(2021, 9, 1), date(2021, 9, 2), already=False)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"completed_on": None}, errors.TRAINING_NOT_DONE),
        ({"obtained_on": date(2021, 5, 27)}, errors.TRAINING_NOT_DONE),
        ({"obtained_on": date(2021, 5, 28)}, None),
        ({"obtained_on": date(2021, 9, 3)}, errors.RESULT_AHEAD),
        ({"obtained_on": date(2021, 11, 28), "today": date(2022, 1, 1)}, None),
        ({"obtained_on": date(2021, 11, 29), "today": date(2022, 1, 1)}, errors.RESULT_TOO_LATE),
        ({"already": True}, errors.ALREADY_CERTIFIED),
    ],
)
def test_may_certify(changes: dict[str, object], reason: ErrorCode | None) -> None:
    facts = replace(READY, **changes)  # type: ignore[arg-type]
    assert may_certify(facts) == (Denied(reason) if reason else GRANTED)


def test_six_skills_the_last_of_which_opens_the_right() -> None:
    assert len(SKILLS) == 6
    assert SKILLS[-1] == "Conclure des mandats"
