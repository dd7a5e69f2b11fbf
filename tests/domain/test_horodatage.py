"""When an authority that gave no time-stamp is asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from mandats.domain.horodatage import next_try

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [(0, 10), (1, 10), (2, 20), (3, 40), (6, 320), (9, 2560), (10, 3600), (11, 3600), (5000, 3600)],
)
def test_the_wait_doubles_up_to_an_hour(tries: int, seconds: int) -> None:
    assert next_try(tries, NOW) == NOW + timedelta(seconds=seconds)
