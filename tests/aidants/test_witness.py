"""A witness answers as C2SP tlog-witness says, remembers before it answers, and never goes back."""

import base64
import socketserver
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils.html import escape

from aidants.journal import merkle, new_key, witnessing
from aidants.journal.models import Checkpoint as Kept
from aidants.journal.models import Cosignature
from aidants.journal.notes import (
    COSIGNATURE,
    ED25519,
    BadNote,
    Checkpoint,
    Note,
    Signer,
    Verifier,
    cosigned_at,
    parse_signature,
)
from aidants.journal.publication import published
from aidants.journal.sequence import integrate, journal_signer
from aidants.journal.tiles import IncompleteTile
from aidants.journal.witness import Witness
from aidants.journal.witness_store import Memory
from aidants.journal.witnessing import ask_witnesses
from deploy import loops, sequencing
from tests.aidants.entries import append
from tests.aidants.leaves import reader
from tests.aidants.witnesses import running_witness
from tests.builders import NOW
from tests.database import ROOT

LOG = Signer("example.com/log", ED25519, bytes(range(32)))
STRANGER = Signer("example.com/log", ED25519, bytes(range(1, 33)))
KEY = Signer("witness.example/w1", COSIGNATURE, bytes(range(32, 64)))
LEAVES = [bytes([number]) * 32 for number in range(20)]
READ = reader(LEAVES)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(KEY, {LOG.name: LOG.verifier}, Memory(tmp_path / "seen.sqlite"))


def request(
    old: int, size: int, *, signer: Signer = LOG, origin: str = LOG.name, read: merkle.ReadNode = READ
) -> bytes:
    """Return the body of a request about the tree of the first ``size`` leaves."""
    text = Checkpoint(origin, size, merkle.range_root(read, 0, size)).text
    path = merkle.consistency_proof(read, old, size) if old <= size else []
    lines = [f"old {old}", *(base64.b64encode(item).decode() for item in path), ""]
    return ("\n".join(lines) + "\n" + str(Note(text, (signer.sign(text),)))).encode()


@pytest.mark.spec("C2SP tlog-witness", "add-checkpoint")
def test_a_log_that_grows_is_cosigned_each_time(witness: Witness) -> None:
    for old, size in ((0, 3), (3, 8), (8, 8), (8, 20)):
        answer = witness.add_checkpoint(request(old, size), 1_700_000_000 + size)
        assert answer.status == 200
        signature = parse_signature(answer.body.rstrip("\n"))
        text = Checkpoint(LOG.name, size, merkle.range_root(READ, 0, size)).text
        assert KEY.verifier.accepts(text, signature)
        assert cosigned_at(signature) == 1_700_000_000 + size


OTHER = reader([b"\xff" * 32, *LEAVES[1:]])
REFUSED = [
    (request(0, 8), 409, "5\n"),
    (request(3, 8), 409, "5\n"),
    (request(8, 8), 409, "5\n"),
    (request(5, 5, read=OTHER), 409, "5\n"),
    (request(5, 8, read=OTHER), 422, ""),
    (request(5, 8).replace(b"old 5\n", b"old 5\n" + base64.b64encode(bytes(32)) + b"\n"), 422, ""),
    (request(6, 4), 400, ""),
    (request(5, 8, signer=STRANGER), 403, ""),
    (request(5, 8, origin="example.com/unknown"), 404, ""),
    (request(5, 8).replace(b"old 5", b"old 05"), 400, ""),
    (request(5, 8).replace(b"old 5", b"new 5"), 400, ""),
    (request(5, 8).replace(b"old 5\n", b"old 5\nnot base64\n"), 400, ""),
    (request(5, 8).replace(b"old 5\n", b"old 5\nAAAA\n"), 400, ""),
    (request(5, 8).replace(b"old 5\n", b"old 5\n" + (base64.b64encode(bytes(32)) + b"\n") * 64), 400, ""),
    (b"", 400, ""),
    (b"\xff\xfe", 400, ""),
    (request(5, 8).replace(b"\n8\n", b"\n9\n"), 403, ""),
]


@pytest.mark.spec("C2SP tlog-witness", "add-checkpoint")
@pytest.mark.parametrize(("body", "status", "told"), REFUSED)
def test_anything_else_is_refused_and_changes_nothing(witness: Witness, body: bytes, status: int, told: str) -> None:
    assert witness.add_checkpoint(request(0, 5), 1).status == 200
    answer = witness.add_checkpoint(body, 2)
    assert answer.status == status
    if told:
        assert (answer.body, answer.content_type) == (told, "text/x.tlog.size")
    assert witness.add_checkpoint(request(5, 9), 3).status == 200


def test_a_witness_that_starts_again_remembers(tmp_path: Path) -> None:
    for old, size, status in ((0, 5, 200), (0, 5, 409), (5, 6, 200)):
        fresh = Witness(KEY, {LOG.name: LOG.verifier}, Memory(tmp_path / "seen.sqlite"))
        assert fresh.add_checkpoint(request(old, size), 1).status == status


def test_it_remembers_before_it_signs(witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(self: Signer, text: str, moment: int) -> None:
        with witness.memory.exclusively() as visit:
            assert visit.last(LOG.name).size == 5
        raise KeyboardInterrupt

    monkeypatch.setattr(Signer, "cosign", dies)
    with pytest.raises(KeyboardInterrupt):
        witness.add_checkpoint(request(0, 5), 1)


def test_of_many_requests_at_once_none_goes_back(witness: Witness) -> None:
    assert witness.add_checkpoint(request(0, 5), 1).status == 200
    answers: list[int] = []

    def ask(size: int) -> None:
        answers.append(witness.add_checkpoint(request(5, size), 1).status)

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(6, 16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 9


# --- the journal's side -----------------------------------------------------------------------------------------


SILENT = Signer("witness.example/silent", COSIGNATURE, bytes(32))


@pytest.mark.django_db
def test_two_witnesses_cosign_what_is_shown(tmp_path: Path, settings: Any) -> None:
    append(3)
    integrate(NOW)
    with running_witness(tmp_path, "w1") as one, running_witness(tmp_path, "w2") as two:
        settings.JOURNAL_WITNESSES = f"{one} {two}"
        assert [outcome.refused for outcome in ask_witnesses(NOW)] == ["", ""]
        assert ask_witnesses(NOW) == []
        append(300)
        integrate(NOW + timedelta(seconds=5))
        shown = published()
        assert shown is not None
        assert (shown.size, len(shown.witnesses)) == (3, 2)
        assert [outcome.refused for outcome in ask_witnesses(NOW)] == ["", ""]
        shown = published()
        assert shown is not None
        assert (shown.size, len(shown.witnesses)) == (303, 2)
        page = Client().get("/journal").content.decode()
        for word in one.split()[0], two.split()[0]:
            assert page.count(f"--witness {escape(word)}") == 2
        assert page.count(", 303 actes") == 2
    settings.JOURNAL_WITNESSES = f"{SILENT.verifier} http://127.0.0.1:1"
    page = Client().get("/journal").content.decode()
    assert "witness.example/silent</strong>, pas encore" in page
    assert Cosignature.objects.count() == 4


@pytest.mark.django_db
def test_silent_witnesses_hold_the_journal_back_for_a_minute_only(tmp_path: Path, settings: Any) -> None:
    append(3)
    integrate(NOW)
    with running_witness(tmp_path, "w1") as one, running_witness(tmp_path, "w2") as two:
        settings.JOURNAL_WITNESSES = f"{one} {two}"
        ask_witnesses(NOW)
    append(1)
    integrate(NOW + timedelta(seconds=59))
    assert [bool(outcome.refused) for outcome in ask_witnesses(NOW)] == [True, True]
    assert [found.size for found in (published(),) if found] == [3]
    append(1)
    integrate(NOW + timedelta(seconds=61))
    assert [found.size for found in (published(),) if found] == [5]


@pytest.mark.django_db
def test_an_answer_that_was_lost_is_asked_for_again(tmp_path: Path, settings: Any) -> None:
    append(3)
    integrate(NOW)
    note = Kept.objects.get().note
    with running_witness(tmp_path, "w1") as one:
        settings.JOURNAL_WITNESSES = one
        body = f"old 0\n\n{note}".encode()
        urllib.request.urlopen(f"{one.split()[1]}/add-checkpoint", data=body, timeout=5).close()
        append(4)
        integrate(NOW)
        assert [outcome.refused for outcome in ask_witnesses(NOW)] == [""]


@pytest.mark.django_db
def test_a_witness_that_signs_with_another_key_is_not_believed(tmp_path: Path, settings: Any) -> None:
    append(3)
    integrate(NOW)
    with running_witness(tmp_path, "w1") as one, running_witness(tmp_path, "w2") as two:
        settings.JOURNAL_WITNESSES = f"{one.split()[0]} {two.split()[1]}"
        assert "no known key" in ask_witnesses(NOW)[0].refused
    assert not Cosignature.objects.exists()


def test_the_program_serves_with_the_key_that_new_key_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new_key.main(["witness.example/w9", "--witness"]) == 0
    private, public = capsys.readouterr().out.split()
    (tmp_path / "key").write_text(private + "\n")
    program = (
        "import sys; sys.modules.update(django=None, psycopg=None);"
        "from aidants.journal.witness import main; sys.exit(main())"
    )
    options = ["--key-file", str(tmp_path / "key"), "--log", str(journal_signer().verifier), "--port", "0"]
    command = [sys.executable, "-c", program, *options, "--state", str(tmp_path / "seen")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        try:
            assert running.stdout is not None
            told, _, address = running.stdout.readline().split()
            with urllib.request.urlopen(f"{address}/", timeout=5) as answer:
                assert answer.read().decode().strip() == told == public
        finally:
            running.terminate()
    assert Verifier.parse(public).kind == COSIGNATURE


# --- witnesses that answer anything -----------------------------------------------------------------------------

_HEAD = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s"
ANSWERS: dict[str, list[bytes]] = {
    "nothing": [],
    "no HTTP": [b"\x00\x01\x02 bonjour\r\n\r\n"],
    "half an answer": [b"HTTP/1.1 200 X\r\nContent-Length: 900\r\n\r\nbouh"],
    "an empty 200": [_HEAD % (200, 0, b"", b"")],
    "words": [_HEAD % (200, 8, b"", b"bonjour\n")],
    "no number": [_HEAD % (409, 4, b"", b"deux")],
    "a number without end": [_HEAD % (409, 6000, b"", b"9" * 6000)],
    "a size of tomorrow": [_HEAD % (409, 3, b"", b"999")],
    "another address": [_HEAD % (302, 0, b"Location: http://127.0.0.1:1/\r\n", b"")],
    "an error": [_HEAD % (503, 0, b"", b"")],
    "a byte now and then": [b"HTTP/1.1 200 X\r\n", *[b"X-Attente: 1\r\n"] * 400],
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", ANSWERS)
def test_a_witness_that_answers_anything_is_told_and_holds_up_no_other(
    what: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnessing, "_SECONDS", 0.4)
    append(3)
    integrate(NOW)
    with answering(ANSWERS[what]) as address, running_witness(tmp_path, "w1") as good:
        settings.JOURNAL_WITNESSES = f"{SILENT.verifier} {address} {good}"
        first, second = ask_witnesses(NOW)
    assert (first.witness, bool(first.refused), second.refused) == (SILENT.name, True, "")
    assert len(first.refused) < 300
    assert list(Cosignature.objects.values_list("witness", flat=True)) == ["witness.example/w1"]


@contextmanager
def answering(parts: list[bytes]) -> Iterator[str]:
    """Answer each connection with these bytes, a part every tenth of a second; give the address."""
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.recv(4096)
                for part in parts:
                    self.request.sendall(part)
                    if len(parts) > 1 and over.wait(0.1):
                        return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}"
        finally:
            over.set()
            running.shutdown()
            thread.join()


@pytest.mark.parametrize("fault", [DatabaseError("gone"), BadNote("key"), IncompleteTile("rows")])
def test_no_fault_of_a_second_ends_the_loops_of_the_journal(
    fault: Exception, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(loops, "_SECONDS", 0.001)
    monkeypatch.setattr(loops, "connection", SimpleNamespace(close=lambda: None))
    stop, seen = threading.Event(), 0

    def act() -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            stop.set()
        raise fault

    sequencing._every_second(stop, act)
    assert seen == 2
