"""A try that must wait is told too: counted apart, and never the cause of a longer wait."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from aidants.domain.events import SIGN_IN_REFUSED
from aidants.journal.limits import Limit, Throttled, count_failure, limit, throttled
from aidants.journal.models import Entree, RefusCompte
from tests.builders import NOW

HOUR, DELAY = timedelta(hours=1), timedelta(minutes=10)
WAITED = "compte:sign_in_refused/limite.attente"


def limits_from(address: str, tries: int) -> list[Limit]:
    return [limit("reference", "x", 2, HOUR, DELAY), limit("adresse", address, tries, HOUR, DELAY)]


@pytest.mark.django_db
def test_tries_during_the_wait_are_counted_and_the_first_of_a_minute_is_an_entry() -> None:
    limits = limits_from("192.0.2.1", 2)
    assert throttled(SIGN_IN_REFUSED, limits, NOW) is None
    for _ in range(2):
        count_failure(SIGN_IN_REFUSED, limits, NOW)
    waits = [throttled(SIGN_IN_REFUSED, limits, NOW) for _ in range(5)]
    assert waits == [Throttled(660)] * 5, "asking again during the wait does not lengthen it"
    row = RefusCompte.objects.get(kind=WAITED)
    assert (row.count, row.bucket) == (5, limits[1].bucket), "under whoever tries"
    told = Entree.objects.get(reason="limite.attente")
    assert (told.event, told.acteur_kind) == ("compte:sign_in_refused", "anonyme")


@pytest.mark.django_db
def test_a_flood_from_addresses_without_end_is_one_row_and_one_entry_a_minute() -> None:
    for _ in range(2):
        count_failure(SIGN_IN_REFUSED, limits_from("192.0.2.1", 50), NOW)
    flood = [limits_from(f"198.51.100.{last}", 50) for last in range(20)]
    assert {throttled(SIGN_IN_REFUSED, limits, NOW) for limits in flood} == {Throttled(660)}
    row = RefusCompte.objects.get(kind=WAITED)
    assert (row.count, row.bucket) == (20, flood[0][0].bucket), "under what is tried"
    assert Entree.objects.filter(reason="limite.attente").count() == 1


@pytest.mark.django_db
def test_a_try_that_must_wait_is_refused_before_any_lock(query_count) -> None:
    for _ in range(2):
        count_failure(SIGN_IN_REFUSED, limits_from("192.0.2.1", 50), NOW)
    throttled(SIGN_IN_REFUSED, limits_from("192.0.2.1", 50), NOW)
    with query_count(4):  # the counts; then one count more, in a transaction of its own
        assert throttled(SIGN_IN_REFUSED, limits_from("192.0.2.1", 50), NOW)


def test_a_count_of_the_flood_waits_for_no_disk_and_takes_no_act_along(committed_db: str) -> None:
    for _ in range(2):
        count_failure(SIGN_IN_REFUSED, limits_from("192.0.2.1", 50), NOW)
    throttled(SIGN_IN_REFUSED, limits_from("192.0.2.1", 50), NOW)
    with CaptureQueriesContext(connection) as alone:
        throttled(SIGN_IN_REFUSED, limits_from("192.0.2.1", 50), NOW)
    with CaptureQueriesContext(connection) as along, transaction.atomic():
        throttled(SIGN_IN_REFUSED, limits_from("192.0.2.1", 50), NOW)
    lazily = [any("synchronous_commit" in one["sql"] for one in seen) for seen in (alone, along)]
    assert lazily == [True, False]
