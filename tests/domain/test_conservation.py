"""How long things are kept: dates to the second, the end of February, the phases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandats.domain.conservation import Phase, end_of, phase_at, years_after
from mandats.domain.droits import due_on

END = datetime(2027, 3, 31, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "years", "expected"),
    [
        (datetime(2027, 3, 31, 22, tzinfo=UTC), 6, datetime(2033, 3, 31, 22, tzinfo=UTC)),
        (datetime(2028, 2, 29, 10, tzinfo=UTC), 6, datetime(2034, 2, 28, 10, tzinfo=UTC)),
        (datetime(2028, 2, 29, 10, tzinfo=UTC), 4, datetime(2032, 2, 29, 10, tzinfo=UTC)),
        (datetime(2028, 2, 28, 10, tzinfo=UTC), 6, datetime(2034, 2, 28, 10, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), 3, datetime(2029, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_years_after(moment: datetime, years: int, expected: datetime) -> None:
    assert years_after(moment, years) == expected


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (END - timedelta(seconds=1), Phase.EN_COURS),
        (END, Phase.ACTIVE),
        (datetime(2030, 3, 31, 21, 59, 59, tzinfo=UTC), Phase.ACTIVE),
        (datetime(2030, 3, 31, 22, tzinfo=UTC), Phase.ARCHIVE),
        (datetime(2033, 3, 31, 21, 59, 59, tzinfo=UTC), Phase.ARCHIVE),
        (datetime(2033, 3, 31, 22, tzinfo=UTC), Phase.A_EFFACER),
    ],
)
def test_phases_begin_at_the_second(now: datetime, phase: Phase) -> None:
    assert phase_at(END, now) is phase


def test_what_came_before_the_term_is_the_end() -> None:
    assert end_of(None, END) == END
    assert end_of(END - timedelta(days=3), END) == END - timedelta(days=3)
    assert end_of(END + timedelta(days=3), END) == END


@given(st.integers(0, 70 * 365 * 86400), st.integers(1, 9))
def test_keeping_never_ends_more_than_a_day_off(seconds: int, years: int) -> None:
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    later = years_after(moment, years)
    assert (later.year, later.month) == (moment.year + years, moment.month)
    assert 0 <= moment.day - later.day <= 1


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 22), date(2026, 12, 22)),
        (date(2026, 12, 5), date(2027, 1, 5)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 10, 31), date(2026, 11, 30)),
        (date(2026, 11, 30), date(2026, 12, 30)),
    ],
)
def test_the_person_has_an_answer_within_a_month(received: date, due: date) -> None:
    assert due_on(received) == due
