"""A try that must wait is told too: counted apart, and never the cause of a longer wait."""

from datetime import timedelta

import pytest

from aidants.domain.events import SIGN_IN_REFUSED
from aidants.journal.limits import Throttled, count_failure, limit, throttled
from aidants.journal.models import Entree, RefusCompte
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def test_tries_during_the_wait_are_counted_and_the_first_of_a_minute_is_an_entry() -> None:
    limits = [
        limit("reference", "x", 2, timedelta(hours=1), timedelta(minutes=10)),
        limit("adresse", "192.0.2.1", 50, timedelta(hours=1), timedelta(minutes=10)),
    ]
    assert throttled(SIGN_IN_REFUSED, limits, NOW) is None
    for _ in range(2):
        count_failure(SIGN_IN_REFUSED, limits, NOW)
    waits = [throttled(SIGN_IN_REFUSED, limits, NOW) for _ in range(5)]
    assert waits == [Throttled(660)] * 5, "asking again during the wait does not lengthen it"
    row = RefusCompte.objects.get(kind="compte:sign_in_refused/limite.attente")
    assert (row.count, row.bucket) == (5, limits[1].bucket)
    told = Entree.objects.get(reason="limite.attente")
    assert (told.event, told.acteur_kind) == ("compte:sign_in_refused", "anonyme")
