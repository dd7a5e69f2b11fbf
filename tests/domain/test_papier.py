"""The sheet signed by hand: when, how long a declaration stands; nothing of it needs a page."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mandats.domain.papier import DECLARATION_STANDS, may_be_signed_on, signing_moment, stands

PRINTED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PARIS, PAPEETE = "Europe/Paris", "Pacific/Tahiti"


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        (date(2026, 11, 19), False),
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), True),
        (date(2026, 11, 22), True),
        (date(2026, 11, 23), False),
    ],
)
def test_a_sheet_is_signed_between_its_printing_and_today(day: date, allowed: bool) -> None:
    assert may_be_signed_on(day, PRINTED, NOW, PARIS) is allowed


def test_the_days_are_those_of_the_structure_s_zone() -> None:
    early = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert may_be_signed_on(date(2026, 11, 22), PRINTED, early, PARIS)
    assert not may_be_signed_on(date(2026, 11, 22), PRINTED, early, PAPEETE)


def test_no_hour_is_made_up() -> None:
    assert signing_moment(date(2026, 11, 22), PRINTED, NOW, PARIS) == NOW
    assert signing_moment(date(2026, 11, 21), PRINTED, NOW, PARIS) == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    assert signing_moment(date(2026, 11, 20), PRINTED, NOW, PARIS) == PRINTED


def test_a_declaration_stands_for_seven_days_to_the_second() -> None:
    assert timedelta(days=7) == DECLARATION_STANDS
    assert stands(None, NOW)
    assert stands(NOW, NOW + timedelta(days=7, seconds=-1))
    assert not stands(NOW, NOW + timedelta(days=7))
