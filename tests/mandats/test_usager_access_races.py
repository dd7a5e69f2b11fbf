"""Many wrong tries sent at once count one by one: no more than five of them are ever compared."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.utils import timezone

from aidants.domain.decisions import Denied
from aidants.journal.limits import Throttled
from mandats.domain.codes import new_code
from mandats.registre.models import Mandat
from mandats.verification.usager_access import enter_by_code
from tests import builders


def attempt(reference: str, number: int) -> Mandat | Denied | Throttled:
    try:
        return enter_by_code(reference, new_code(), "1962-08-24", f"192.0.2.{number}", timezone.now())
    finally:
        connections.close_all()


def test_five_of_twenty_parallel_tries_are_compared(committed_db: str) -> None:
    place = builders.structure()
    mandat = builders.mandat(builders.aidant(place), place, now=timezone.now())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: attempt(mandat.reference, number), range(20)))
    assert sum(isinstance(answer, Denied) for answer in answers) == 5
    assert sum(isinstance(answer, Throttled) for answer in answers) == 15
