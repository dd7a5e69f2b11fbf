"""The arithmetic of guessing: how many tries each limit ever looks at, whatever moments the besieger chooses."""

import math
import uuid
from datetime import timedelta

import pytest

from aidants.journal.limits import Limit
from mandats.domain.codes import LENGTH
from mandats.verification.lookups import limits_of
from mandats.verification.questions import Asker

CODES = 10 ** (LENGTH - 1)
"""How many codes have the right check digit; the others are looked up nowhere."""
LIFE, HOUR = timedelta(days=30), timedelta(hours=1)
ANYBODY = Asker("CAF", "page", "192.0.2.1")
CLIENT = Asker("CAF", "api", authenticated=True, client_id=uuid.uuid4())


def looked_at(limited: Limit, life: timedelta) -> int:
    """Return the most that are ever looked at: no window holds more than ``tries``, and one more window may begin."""
    return limited.tries * (math.ceil(life / limited.window) + 1)


@pytest.mark.parametrize(
    ("asker", "scope", "an_hour", "a_life"),
    [
        # One code, from everywhere at once, which is what is to be guessed.
        (ANYBODY, "reference", 10, 7_210),
        (CLIENT, "reference", 10, 7_210),
        # Any code at all, whose reference and person the besieger would know.
        (ANYBODY, "adresse", 60, 43_260),
        (ANYBODY, "tous", 3_000, 2_163_000),
        (CLIENT, "client", 300, 216_300),
    ],
)
def test_how_many_guesses_are_ever_looked_at(asker: Asker, scope: str, an_hour: int, a_life: int) -> None:
    limited = {one.scope: one for one in limits_of("GAP7-K3XW-9B", asker)}[scope]
    assert (limited.tries, limited.window) == (an_hour, HOUR)
    assert looked_at(limited, LIFE) == a_life


@pytest.mark.spec("Attacks", "verification brute force: the arithmetic")
def test_one_code_is_found_less_than_once_in_a_billion_lives() -> None:
    for asker in (ANYBODY, CLIENT):
        first = limits_of("GAP7-K3XW-9B", asker)[0]
        assert (first.scope, looked_at(first, LIFE) / CODES < 1e-11) == ("reference", True)
    every = limits_of("", ANYBODY)[-1]
    assert (every.scope, looked_at(every, HOUR) / CODES < 1e-11) == ("tous", True), "an hour of everybody's guesses"
