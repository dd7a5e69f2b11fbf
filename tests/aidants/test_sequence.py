"""The sequencer: every committed entry once, in order, without holes, whatever commits late and whoever dies."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from aidants.journal import merkle, sequence, tiles
from aidants.journal.models import Checkpoint, Entree, Leaf, Node
from aidants.journal.notes import ED25519, BadNote, Signer, open_checkpoint
from aidants.journal.sequence import announce_key, integrate, journal_signer
from tests import database
from tests.aidants.entries import append, append_fast
from tests.aidants.leaves import root_of_leaves
from tests.builders import NOW
from tests.environment import SETTINGS

ROW = """
INSERT INTO journal_entree (event, at, acteur_kind, reason, body, digest)
VALUES ('compte:sign_in', now(), 'anonyme', '', '{}', %s)
"""


def assert_sound() -> None:
    """The tree holds every entry once, and the last checkpoint signs exactly that tree."""
    leaves = list(Leaf.objects.order_by("number").select_related("entree"))
    assert [leaf.number for leaf in leaves] == list(range(len(leaves)))
    assert sorted(leaf.entree_id for leaf in leaves) == sorted(Entree.objects.values_list("id", flat=True))
    hashes = [merkle.leaf_hash(bytes(leaf.entree.digest)) for leaf in leaves]
    assert [bytes(leaf.hash) for leaf in leaves] == hashes
    last = Checkpoint.objects.latest("size")
    signed, _ = open_checkpoint(last.note, journal_signer().verifier)
    assert (signed.size, signed.root, last.size) == (len(leaves), root_of_leaves(hashes), len(leaves))
    assert merkle.range_root(tiles.tree(signed.size).node, 0, signed.size) == signed.root
    complete = [merkle.full_root(hashes[at : at + 256]) for at in range(0, len(hashes) - 255, 256)]
    assert [bytes(node.hash) for node in Node.objects.filter(level=1).order_by("number")] == complete


@pytest.mark.django_db
def test_entries_are_numbered_from_zero_in_their_order() -> None:
    first, second = append(3), append(2)
    assert integrate(NOW) == 5
    assert list(Leaf.objects.order_by("number").values_list("entree_id", flat=True)) == [*first, *second]
    assert integrate(NOW) == 0
    assert Checkpoint.objects.count() == 1
    third = append()
    assert integrate(NOW) == 1
    assert Leaf.objects.get(number=5).entree_id == third[0]
    assert_sound()


@pytest.mark.django_db
def test_an_empty_journal_has_a_checkpoint() -> None:
    assert integrate(NOW) == 0
    signed, _ = open_checkpoint(Checkpoint.objects.get().note, journal_signer().verifier)
    assert (signed.size, signed.root) == (0, merkle.EMPTY_ROOT)
    append()
    integrate(NOW)
    assert_sound()


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [7, 256, 4000])
def test_batches_of_any_size_make_the_same_tree(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(sequence, "_BATCH", batch)
    for count in (600, 1, 256, 0, 511):
        append_fast(count)
        assert integrate(NOW) == count
    assert_sound()


def test_a_transaction_that_commits_late_is_not_missed(committed_db: str) -> None:
    address = database.service_url(committed_db)
    with psycopg.connect(address) as late, psycopg.connect(address) as later:
        late.execute(ROW, [b"\x01" * 32])
        append(2)
        later.execute(ROW, [b"\x02" * 32])
        assert integrate(NOW) == 2
        append(1)
        assert integrate(NOW) == 1
        later.commit()
        assert integrate(NOW) == 1
        assert integrate(NOW) == 0
        late.commit()
        assert integrate(NOW) == 1
    append(1)
    assert integrate(NOW) == 1
    assert_sound()


def test_a_transaction_rolled_back_leaves_no_hole(committed_db: str) -> None:
    with psycopg.connect(database.service_url(committed_db)) as lost:
        lost.execute(ROW, [b"\x01" * 32])
        append()
        assert integrate(NOW) == 1
        lost.rollback()
    append()
    assert integrate(NOW) == 1
    assert_sound()


def test_a_crash_at_any_statement_loses_and_doubles_nothing(committed_db: str) -> None:
    append_fast(255)
    integrate(NOW)
    for dies_at in range(1, 30):
        append(3)
        done = _dies_at(dies_at)
        assert_size_is_sound(255 + 3 * (dies_at - 1))
        if done:
            break
        assert integrate(NOW) >= 3
        assert_sound()
    else:
        pytest.fail("the sequencer never came to its end")


SEQUENCER = """
import django; django.setup()
from django.utils import timezone
from aidants.journal import sequence
sequence._BATCH = 300
print("ready", flush=True)
while True:
    sequence.integrate(timezone.now())
"""


def test_a_sequencer_killed_at_its_work_loses_and_doubles_nothing(committed_db: str) -> None:
    own = {"DATABASE_URL": database.service_url(committed_db), "DJANGO_SETTINGS_MODULE": "deploy.settings"}
    integrate(NOW)
    for patience in (0.0, 0.15):
        append_fast(3000)
        command = [sys.executable, "-c", SEQUENCER]
        environment = {**os.environ, **SETTINGS, **own}
        with subprocess.Popen(command, cwd=database.ROOT, env=environment, stdout=subprocess.PIPE) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == b"ready\n"
            time.sleep(patience)
            running.kill()
        assert_size_is_sound(0)
    integrate(NOW, wait=True)
    assert Leaf.objects.count() == 6000
    assert_sound()


class Killed(RuntimeError):
    """The process died."""


def _dies_at(statement: int) -> bool:
    """Integrate, but die before that many statements; tell whether the end came first."""
    count = 0

    def killer(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if count >= statement:
            raise Killed
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(killer):
            integrate(NOW)
    except Killed:
        return False
    return True


def assert_size_is_sound(at_least: int) -> None:
    """Leaves and the last checkpoint speak of the same tree."""
    size = Checkpoint.objects.latest("size").size
    assert Leaf.objects.count() == size >= at_least


def test_many_writers_and_several_sequencers_lose_nothing(committed_db: str) -> None:
    stop = threading.Event()
    failures: list[str] = []

    def write() -> None:
        with _own_connection(failures):
            for count in (1, 2, 3) * 8:
                append(count)

    def run() -> None:
        with _own_connection(failures):
            while not stop.is_set():
                integrate(NOW)

    writers = [threading.Thread(target=write) for _ in range(8)]
    sequencers = [threading.Thread(target=run) for _ in range(2)]
    _started(*writers, *sequencers)
    _ended(*writers)
    stop.set()
    _ended(*sequencers)
    assert failures == []
    integrate(NOW, wait=True)
    assert Leaf.objects.count() == 8 * 48
    assert_sound()
    assert_order_within_transactions()


def _started(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.start()


def _ended(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.join()


def assert_order_within_transactions() -> None:
    """Entries of one transaction have rising numbers in the order in which they were written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(l.number ORDER BY e.id) FROM journal_entree e"
            " JOIN journal_leaf l ON l.entree_id = e.id GROUP BY e.txid"
        )
        acts = [row[0] for row in cursor.fetchall()]
    assert [act for act in acts if act != sorted(act)] == []


class _own_connection:  # noqa: N801 -- reads as the statement that it is
    def __init__(self, failures: list[str]) -> None:
        self.failures = failures

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            self.failures.append(repr(error))
        connection.close()


def test_one_works_while_another_waits_or_goes_home(committed_db: str) -> None:
    append()
    with psycopg.connect(database.service_url(committed_db)) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [sequence._LOCK])
        assert integrate(NOW) == 0
        assert not Checkpoint.objects.exists()
        threading.Timer(0.3, other.rollback).start()
        assert integrate(NOW, wait=True) == 1


@pytest.mark.django_db
def test_going_on_reads_nothing_of_the_tree(query_count: Callable[[int], Any]) -> None:
    append(300)
    integrate(NOW)
    append(5)
    with query_count(8):  # savepoint, lock, last checkpoint, where to look, entries, leaves, checkpoint, savepoint
        assert integrate(NOW) == 5
    append(300)
    with query_count(10):  # a tile is complete: its first leaves are read, its root is written
        assert integrate(NOW) == 300
    with query_count(6):
        assert integrate(NOW) == 0
    assert_sound()


@pytest.mark.django_db
@pytest.mark.parametrize("size", [0, 255, 300])
def test_an_edge_that_no_checkpoint_signs_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Another process went on, or the last transaction was lost: the tree is read again."""
    append(300)
    integrate(NOW)
    monkeypatch.setattr(sequence, "_kept", merkle.Edge(size, [bytes(32)] * size.bit_count()))
    append(300)
    assert integrate(NOW) == 300
    assert_sound()


@pytest.mark.django_db
def test_a_copy_restored_where_transactions_are_numbered_low_goes_on() -> None:
    append(2)
    integrate(NOW)
    append(1)
    Checkpoint.objects.create(size=2**40, note="", seen=2**60, at=NOW)
    look = sequence._fresh_look(2**60)
    assert [row[1] for row in sequence._waiting(look)] == [Entree.objects.latest("id").id]
    assert look.seen < 2**60


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["journal_leaf", "journal_node", "journal_checkpoint", "journal_cosignature"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "ALTER TABLE {} DISABLE TRIGGER ALL"])
def test_the_service_role_can_only_append_to_the_tree(table: str, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_the_triggers_refuse_even_the_owner_of_the_tree(committed_db: str) -> None:
    append()
    integrate(NOW)
    for statement in ("UPDATE journal_leaf SET number = 9", "DELETE FROM journal_checkpoint", "TRUNCATE journal_node"):
        with (
            psycopg.connect(database.the_server().url(database.OWNER_ROLE, committed_db)) as owner,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="journal"),
        ):
            owner.execute(statement)


@pytest.mark.django_db
def test_a_look_costs_the_same_whatever_the_size(query_count: Any) -> None:
    append_fast(300)
    integrate(NOW)
    with query_count(6):
        assert integrate(NOW + timedelta(seconds=1)) == 0


@pytest.mark.django_db
def test_another_key_does_not_go_on_with_the_journal(settings: Any) -> None:
    append()
    integrate(NOW)
    settings.JOURNAL_KEY = Signer(journal_signer().name, ED25519, bytes(32)).private_text()
    append()
    with pytest.raises(BadNote, match="not the key that signed this journal"):
        integrate(NOW)
    assert Leaf.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.writes("journal:key")
def test_the_key_is_journaled_once() -> None:
    announce_key(NOW)
    announce_key(NOW)
    entree = Entree.objects.get(event="journal:key")
    assert str(journal_signer().verifier) in bytes(entree.body).decode()
