"""How many guesses of a verification code are ever looked at, when all the rest is known and addresses have no end.

The service's own code with its own limits, called in this process; the besieger chooses the moments of the tries.
A hundredth runs with the tests, whose table says what the limits allow (`tests/mandats/test_verification_limits.py`).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from mandats.domain.codes import LENGTH, new_code
from mandats.registre.models import Mandat
from mandats.verification.lookups import verify
from mandats.verification.questions import Asker, Question, Verdict
from tests.bench.data import Data
from tests.bench.figures import Figure, milliseconds

TRIES = 100_000
LIFE = timedelta(days=30)
"""How long a verification code lives (DOMAIN §3.6)."""
CODES = 10 ** (LENGTH - 1)
"""How many codes have the right check digit; others are told as slips and looked up nowhere."""


@dataclass(frozen=True, slots=True)
class Siege:
    """What became of a number of tries: those that were compared with the code, and those that had to wait."""

    tries: int
    looked_at: int

    @property
    def chance(self) -> float:
        """The chance that one of them was right."""
        return self.looked_at / CODES


def besiege(known: Question, tries: int, over: timedelta, start: datetime) -> Siege:
    """Try that many codes, evenly over that time, each from an address of its own."""
    looked_at = 0
    for rank in range(tries):
        asker = Asker("CAF", "page", f"2001:db8::{rank:x}")
        outcome = verify(replace(known, code=new_code()), asker, start + over * rank / tries)
        looked_at += isinstance(outcome, Verdict)
    return Siege(tries, looked_at)


def known_of(mandat: Mandat) -> Question:
    """Return all that a question holds but the code."""
    person = mandat.usager
    demarche = mandat.autorisations.order_by("demarche")[0].demarche
    return Question(demarche, mandat.reference, "", person.family_name, person.birthdate)


def figures(data: Data, tries: int = TRIES) -> Iterator[Figure]:
    """Yield how many of the tries were looked at, sent at once and spread over the life of a code; what a try costs."""
    mandat = Mandat.objects.select_related("usager").get(pk=data.standing[0].mandat_id)
    for name, over in (("guesses_at_once", timedelta(minutes=1)), ("guesses_over_30_days", LIFE)):
        began, own = time.perf_counter(), time.process_time()
        siege = besiege(known_of(mandat), tries, over, timezone.now())
        each = {
            "elapsed_ms": milliseconds((time.perf_counter() - began) / tries),
            "service_cpu_ms": milliseconds((time.process_time() - own) / tries),
        }
        yield Figure(name, siege.looked_at, "looked at", siege.tries, {"chance": siege.chance, **each})
