"""Durations: the second at which a mandat ends, in every French zone, and majority to the day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandats.domain import durees
from mandats.domain.durees import (
    DUREES,
    J1,
    J31,
    J182,
    J365,
    ZONES,
    Duree,
    age_years_youngest,
    bounds_problem,
    expires_at,
    is_adult,
    last_day,
    until,
)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2060, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("zone", "accepted_at", "duree", "expected"),
    [
        # A one-day mandat ends tomorrow at midnight, in the place's own clocks.
        ("Europe/Paris", "2026-11-22T17:00:00+00:00", J1, "2026-11-23T23:00:00+00:00"),
        ("Europe/Paris", "2026-11-22T23:30:00+00:00", J1, "2026-11-24T23:00:00+00:00"),
        ("Indian/Reunion", "2026-11-22T19:59:59+00:00", J1, "2026-11-23T20:00:00+00:00"),
        ("Indian/Reunion", "2026-11-22T20:00:00+00:00", J1, "2026-11-24T20:00:00+00:00"),
        ("America/Martinique", "2026-11-22T03:59:59+00:00", J1, "2026-11-23T04:00:00+00:00"),
        ("America/Cayenne", "2026-11-22T02:00:00+00:00", J31, "2026-12-23T03:00:00+00:00"),
        ("Indian/Mayotte", "2026-11-22T21:00:00+00:00", J1, "2026-11-24T21:00:00+00:00"),
        ("Pacific/Noumea", "2026-11-22T13:00:00+00:00", J1, "2026-11-24T13:00:00+00:00"),
        ("Pacific/Tahiti", "2026-11-22T09:59:59+00:00", J1, "2026-11-23T10:00:00+00:00"),
        ("Pacific/Marquesas", "2026-11-22T12:00:00+00:00", J1, "2026-11-24T09:30:00+00:00"),
        # Clocks change within the run, or on its last day: the local midnight does not move.
        ("Europe/Paris", "2026-10-01T10:00:00+00:00", J31, "2026-11-01T23:00:00+00:00"),
        ("Europe/Paris", "2026-10-24T10:00:00+00:00", J1, "2026-10-25T23:00:00+00:00"),
        ("Europe/Paris", "2027-03-27T10:00:00+00:00", J1, "2027-03-28T22:00:00+00:00"),
        ("America/Miquelon", "2027-03-13T12:00:00+00:00", J1, "2027-03-15T02:00:00+00:00"),
        # Year ends and leap years.
        ("Europe/Paris", "2026-12-31T22:59:59+00:00", J1, "2027-01-01T23:00:00+00:00"),
        ("Europe/Paris", "2026-12-31T23:00:00+00:00", J1, "2027-01-02T23:00:00+00:00"),
        ("Europe/Paris", "2028-02-28T12:00:00+00:00", J1, "2028-02-29T23:00:00+00:00"),
        ("Europe/Paris", "2028-02-29T12:00:00+00:00", J365, "2029-02-28T23:00:00+00:00"),
        ("Europe/Paris", "2027-03-01T12:00:00+00:00", J365, "2028-02-29T23:00:00+00:00"),
        ("Pacific/Noumea", "2026-12-30T13:00:00+00:00", J182, "2027-07-01T13:00:00+00:00"),
        ("Europe/Paris", "2026-11-22T17:00:00+00:00", until(date(2026, 11, 22)), "2026-11-22T23:00:00+00:00"),
        ("Europe/Paris", "2026-11-22T17:00:00+00:00", until(date(2027, 7, 14)), "2027-07-14T22:00:00+00:00"),
    ],
)
def test_expires_at(zone: str, accepted_at: str, duree: Duree, expected: str) -> None:
    ends = expires_at(datetime.fromisoformat(accepted_at), duree, zone)
    assert ends == datetime.fromisoformat(expected)
    assert ends.tzinfo is UTC


def test_clocks_that_change_at_midnight() -> None:
    """Beirut loses the hour after midnight; Havana lives the hour before one o'clock twice."""
    assert expires_at(datetime(2026, 3, 27, 12, tzinfo=UTC), J1, "Asia/Beirut") == datetime(2026, 3, 28, 22, tzinfo=UTC)
    ends = expires_at(datetime(2026, 10, 30, 12, tzinfo=UTC), J1, "America/Havana")
    assert ends.astimezone(ZoneInfo("America/Havana")).date() == date(2026, 11, 1)


@given(moments, st.sampled_from(sorted(ZONES)), st.sampled_from(sorted(DUREES)))
def test_the_second_before_the_end_is_still_the_last_day(at: datetime, zone: str, code: str) -> None:
    duree = DUREES[code]
    ends = expires_at(at, duree, zone)
    final_day = last_day(at, duree, zone)
    local = ZoneInfo(zone)
    assert (ends - timedelta(seconds=1)).astimezone(local).date() == final_day
    assert ends.astimezone(local).date() == final_day + timedelta(days=1)
    assert (final_day - at.astimezone(local).date()).days == duree.days
    assert timedelta(days=duree.days or 0, hours=-2) < ends - at < timedelta(days=(duree.days or 0) + 1, hours=2)
    assert bounds_problem(at, duree, zone) is None


@given(moments, st.integers(-400, 800), st.sampled_from(sorted(ZONES)))
def test_bounds_of_a_chosen_day(at: datetime, ahead: int, zone: str) -> None:
    chosen = until(durees.local_date(at, zone) + timedelta(days=ahead))
    too_close = ahead == 0 and expires_at(at, chosen, zone) - at < timedelta(hours=1)
    expected = "past" if ahead < 0 else "too_far" if ahead > 365 else "too_close" if too_close else None
    assert bounds_problem(at, chosen, zone) == expected


def test_an_hour_is_left_to_the_second() -> None:
    """The last day ends at 23:00 UTC in Paris in winter: an hour before is in time, a second later is not."""
    today = until(date(2026, 11, 22))
    assert bounds_problem(datetime(2026, 11, 22, 22, tzinfo=UTC), today, "Europe/Paris") is None
    assert bounds_problem(datetime(2026, 11, 22, 22, 0, 1, tzinfo=UTC), today, "Europe/Paris") == "too_close"


def test_a_host_structure_has_thirty_one_days() -> None:
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert bounds_problem(at, J31, "Europe/Paris", max_days=31) is None
    assert bounds_problem(at, J182, "Europe/Paris", max_days=31) == "too_far"


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        expires_at(datetime(2026, 1, 1), J1, "Europe/Paris")  # noqa: DTZ001


def test_labels() -> None:
    assert [duree.label for duree in DUREES.values()] == ["1 jour", "31 jours", "182 jours", "365 jours"]
    assert until(date(2027, 3, 1)).label == "jusqu’au 1er mars 2027"
    moment = datetime(2026, 11, 22, 17, 4, 5, tzinfo=UTC)
    assert durees.french_moment(moment, "Europe/Paris") == "22 novembre 2026 à 18 h 04 min 05 s"
    assert durees.zone_label("Indian/Reunion") == "heure de Saint-Denis (La Réunion)"
    with pytest.raises(ValueError, match="French territory"):
        durees.zone_label("Asia/Beirut")


def test_every_zone_exists() -> None:
    assert all(ZoneInfo(zone) for zone in ZONES)


def test_durations_read_back() -> None:
    assert durees.duree_from("J31") is J31
    assert durees.duree_from("DATE", date(2027, 1, 1)) == until(date(2027, 1, 1))
    for code, day in (("J2", None), ("DATE", None), ("J31", date(2027, 1, 1))):
        with pytest.raises(ValueError, match="unknown duration"):
            durees.duree_from(code, day)
    with pytest.raises(ValueError, match="never both"):
        Duree("X", 1, date(2027, 1, 1))


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2008-11-22", date(2026, 11, 21), 17),
        ("2008-11-22", date(2026, 11, 22), 18),
        ("2008-02-29", date(2026, 2, 28), 17),
        ("2008-02-29", date(2026, 3, 1), 18),
        ("2008-02-29", date(2028, 2, 29), 20),
        ("2008-11-00", date(2026, 11, 29), 17),
        ("2008-11-00", date(2026, 11, 30), 18),
        ("2008-02-00", date(2026, 2, 28), 17),
        ("2008-02-00", date(2026, 3, 1), 18),
        ("2008-00-00", date(2026, 12, 30), 17),
        ("2008-00-00", date(2026, 12, 31), 18),
        ("1923-00-00", date(2026, 11, 22), 102),
        ("2027-01-01", date(2026, 11, 22), -1),
    ],
)
def test_age_of_the_youngest(born: str, on: date, age: int) -> None:
    assert age_years_youngest(born, on) == age
    assert is_adult(born, on) == (age >= 18)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1954",
        "1954-3-1",
        "1954-13-01",
        "1954-02-30",
        "1954-00-12",
        "0000-01-01",
        "1954-03-01\n",
        "١٩٥٤-03-01",
    ],
)
def test_a_birthdate_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        age_years_youngest(text, date(2026, 11, 22))


def test_french_birthdates() -> None:
    assert durees.french_birthdate("1954-03-01") == "1er mars 1954"
    assert durees.french_birthdate("1954-03-00") == "mars 1954 (jour inconnu)"
    assert durees.french_birthdate("1954-00-00") == "1954 (jour et mois inconnus)"
