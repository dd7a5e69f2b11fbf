"""Followers: every integrated entry once, in order, whoever dies and wherever."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from aidants.domain.acteur import ANONYME
from aidants.domain.events import SIGN_IN, SIGN_OUT
from aidants.journal.follow import Follower, Integrated, follow
from aidants.journal.models import Curseur
from aidants.journal.record import record
from aidants.journal.sequence import integrate
from tests import database
from tests.aidants.entries import append, append_fast
from tests.aidants.marks import MARKS, mark, numbers
from tests.builders import NOW
from tests.environment import SETTINGS


def other(count: int) -> None:
    """Append entries of an event that the follower does not read."""
    with transaction.atomic():
        for _ in range(count):
            record(SIGN_OUT, acteur=ANONYME, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 2, 7, 500])
def test_each_entry_that_concerns_it_is_read_once_and_in_order(batch: int) -> None:
    append(3)
    other(4)
    integrate(NOW)
    assert follow(MARKS, NOW, batch=batch) == 7
    append(2)
    assert follow(MARKS, NOW, batch=batch) == 0, "what has no number yet is read by nobody"
    integrate(NOW)
    assert follow(MARKS, NOW, batch=batch) == 2
    assert numbers() == [0, 1, 2, 7, 8]
    assert Curseur.objects.get(pk="marks").number == 9


@pytest.mark.django_db
def test_a_handler_is_told_what_was_done() -> None:
    seen: list[Integrated] = []
    with transaction.atomic():
        record(SIGN_IN, acteur=ANONYME, at=NOW, reason="because", facts={"factor": "totp"})
    integrate(NOW)
    follow(Follower("told", {SIGN_IN: lambda entry, _now: seen.append(entry)}, from_the_start=True), NOW)
    (entry,) = seen
    assert (entry.number, entry.event, entry.at, entry.reason) == (0, "compte:sign_in", NOW, "because")
    assert (entry.acteur_kind, entry.subject_id, entry.facts) == ("anonyme", None, {"factor": "totp"})


@pytest.mark.django_db
def test_a_new_follower_begins_with_what_comes() -> None:
    append(5)
    integrate(NOW)
    late = Follower("late", {SIGN_IN: mark})
    assert follow(late, NOW) == 0
    append(1)
    integrate(NOW)
    assert follow(late, NOW) == 1
    assert numbers() == [5]


@pytest.mark.django_db
def test_two_followers_have_each_their_own_cursor() -> None:
    append(2)
    integrate(NOW)
    follow(MARKS, NOW)
    follow(Follower("second", {SIGN_IN: mark}, from_the_start=True), NOW.replace(hour=11))
    assert numbers() == [0, 1, 0, 1]


@pytest.mark.django_db
def test_a_handler_that_fails_undoes_its_batch_and_is_told_by_number() -> None:
    append(4)
    integrate(NOW)

    def stumble(entry: Integrated, now: datetime) -> None:
        mark(entry, now)
        if entry.number == 2:
            raise RuntimeError("no")

    with pytest.raises(RuntimeError) as failed:
        follow(Follower("marks", {SIGN_IN: stumble}, from_the_start=True), NOW, batch=2)
    assert failed.value.__notes__ == ["follower marks, entry n° 2 of the journal"]
    assert (numbers(), Curseur.objects.get(pk="marks").number) == ([0, 1], 2)
    follow(MARKS, NOW, batch=2)
    assert numbers() == [0, 1, 2, 3]


@pytest.mark.django_db
def test_a_look_that_finds_nothing_costs_little(query_count: Any) -> None:
    append(1)
    integrate(NOW)
    follow(MARKS, NOW)
    with query_count(4):
        assert follow(MARKS, NOW) == 0


READER = """
import django; django.setup()
from django.utils import timezone
from aidants.journal.follow import follow
from tests.aidants.marks import MARKS
print("ready", flush=True)
while True:
    follow(MARKS, timezone.now(), batch=40)
"""


def test_a_reader_killed_between_two_numbers_repeats_and_skips_nothing(committed_db: str) -> None:
    append_fast(4000)
    integrate(NOW)
    own = {"DATABASE_URL": database.service_url(committed_db), "DJANGO_SETTINGS_MODULE": "deploy.settings"}
    reached = []
    for patience in (0.0, 0.1, 0.3):
        command, environment = [sys.executable, "-c", READER], {**os.environ, **SETTINGS, **own}
        with subprocess.Popen(command, cwd=database.ROOT, env=environment, stdout=subprocess.PIPE) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == b"ready\n"
            time.sleep(patience)
            running.kill()
        reached.append(len(numbers()))
        assert numbers() == list(range(reached[-1]))
    assert reached[-1] > 0, "killed too early to tell anything"
    follow(MARKS, NOW)
    assert numbers() == list(range(4000))


def test_of_two_readers_at_once_one_works(committed_db: str) -> None:
    append_fast(600)
    integrate(NOW)

    def run(_which: int) -> int:
        try:
            return follow(MARKS, NOW, batch=10)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as hands:
        moved = sum(hands.map(run, range(3)))
    moved += follow(MARKS, NOW)
    assert (moved, numbers()) == (600, list(range(600)))
    with psycopg.connect(database.service_url(committed_db)) as busy:
        busy.execute("SELECT * FROM journal_curseur FOR UPDATE")
        append(1)
        integrate(NOW)
        assert follow(MARKS, NOW) == 0
    assert follow(MARKS, NOW) == 1
