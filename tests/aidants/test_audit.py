"""Who sees what: an auditor from outside, a witness, `verify_journal` from inside, against six ways to cheat.

The cheats are those of the owner of the database who also holds the journal's key.
"""

import io
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core.management import call_command

from aidants.journal import audit as auditing
from aidants.journal import merkle
from aidants.journal.audit import Break, Policy, audit
from aidants.journal.audit_source import Source, Unreachable
from aidants.journal.audit_state import State
from aidants.journal.models import Checkpoint, Entree, Leaf
from aidants.journal.notes import Signer
from aidants.journal.publication import witnesses
from aidants.journal.sequence import integrate
from aidants.journal.witnessing import ask_witnesses
from tests import database
from tests.aidants.entries import append
from tests.aidants.forgery import forge, sign_again
from tests.aidants.witnesses import KEY, running_witness
from tests.builders import NOW

VICTIM = 100


def look(origin: str, folder: Path | None = None, *, full: bool = False) -> int | None | str:
    """Audit as a stranger would; return "ok", or the number at which it breaks."""
    try:
        audit(Source(f"{origin}/journal"), State.load(folder), Policy(KEY), full=full)
    except Break as broken:
        return broken.number
    return "ok"


def entree(number: int) -> int:
    """Return the entry that stands at a number."""
    return Leaf.objects.get(number=number).entree_id


UNSIGN = tuple((f"DELETE FROM journal_{table}", ()) for table in ("node", "checkpoint", "cosignature"))


# --- the six cheats ---------------------------------------------------------------------------------------------


def edit_row(name: str) -> None:
    forge(name, ("UPDATE journal_entree SET digest = %s WHERE id = %s", (bytes(32), entree(VICTIM))))


def delete_row(name: str) -> None:
    forge(name, ("DELETE FROM journal_entree WHERE id = %s", (entree(VICTIM),)))


def swap_pair(name: str) -> None:
    first, second = entree(VICTIM), entree(VICTIM + 1)
    places = ((first, -1), (second, first), (-1, second))
    swap = "UPDATE journal_leaf SET entree_id = %s WHERE entree_id = %s"
    forge(name, *((swap, (after, before)) for before, after in places))


def cut_tail(name: str) -> None:
    """Remove the last entries, and every trace of them, then sign the smaller tree."""
    keep = (VICTIM,)
    forge(
        name,
        ("DELETE FROM journal_entree WHERE id IN (SELECT entree_id FROM journal_leaf WHERE number >= %s)", keep),
        ("DELETE FROM journal_leaf WHERE number >= %s", keep),
        *UNSIGN,
    )
    sign_again()


def rewrite_tail(name: str) -> None:
    """Change an entry, its leaf and all that stands over it, and sign the same size with another root."""
    digest = b"\x07" * 32
    forge(
        name,
        ("UPDATE journal_entree SET digest = %s WHERE id = %s", (digest, entree(VICTIM))),
        ("UPDATE journal_leaf SET hash = %s WHERE number = %s", (merkle.leaf_hash(digest), VICTIM)),
        *UNSIGN,
    )
    sign_again()


def rewrite_and_grow(name: str) -> None:
    """Rewrite, then go on as if nothing had happened: the new tree is larger."""
    rewrite_tail(name)
    append(3)
    integrate(NOW)


Cheat = Callable[[str], None]
# Which cheat is told by whom, and the number that is told.  An auditor on a first visit; on a second visit; on a second
# visit that reads all again; a witness (its status); verify_journal inside, which holds a checkpoint kept elsewhere.
# The seventh way, a split view shown to two auditors, is told by the witnesses' cosignatures: the test after this one.
TABLE: list[tuple[Cheat, object, object, object, str, int]] = [
    # cheat           first   second  again   witness  inside
    (edit_row,         VICTIM, "ok",   VICTIM, "",      VICTIM),
    (delete_row,       VICTIM, "ok",   VICTIM, "",      VICTIM),
    (swap_pair,        VICTIM, "ok",   VICTIM, "",      VICTIM),
    (cut_tail,         "ok",   VICTIM, VICTIM, "409",   VICTIM + 2),
    (rewrite_tail,     "ok",   VICTIM, VICTIM, "422",   VICTIM),
    (rewrite_and_grow, "ok",   VICTIM, VICTIM, "422",   VICTIM),
]  # fmt: skip


@pytest.mark.parametrize(("cheat", "first", "second", "again", "by_witness", "inside"), TABLE)
def test_which_cheat_is_seen_by_whom(
    live_service: str, committed_db: str, tmp_path: Path, cheat: Cheat, first: object, second: object, again: object,
    by_witness: str, inside: int, settings: object,
) -> None:  # fmt: skip
    append(200)
    append(70)
    integrate(NOW)
    kept = Checkpoint.objects.latest("size").note
    assert look(live_service, tmp_path / "auditor") == "ok"
    with running_witness(tmp_path, "w1") as one:
        settings.JOURNAL_WITNESSES = one  # type: ignore[attr-defined]
        assert [outcome.refused for outcome in ask_witnesses(NOW)] == [""]
        cheat(committed_db)
        append(2)
        integrate(NOW)
        assert look(live_service) == first
        assert look(live_service, tmp_path / "auditor") == second
        assert look(live_service, tmp_path / "auditor", full=True) == again
        assert ask_witnesses(NOW)[0].refused[:3] == by_witness
    assert number_told(tmp_path, kept) == inside


def number_told(folder: Path, note: str) -> int:
    """Run the command with a checkpoint kept outside; return the number in the tree that it names."""
    (folder / "kept").write_text(note)
    errors = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_journal", checkpoint=folder / "kept", stderr=errors)
    found = re.search(r"n° (\d+)", errors.getvalue())
    assert found, errors.getvalue()
    return int(found[1])


# --- a split view -----------------------------------------------------------------------------------------------


def test_two_auditors_shown_two_journals_are_told_by_the_missing_cosignature(
    live_service: str, committed_db: str, tmp_path: Path, settings: object
) -> None:
    append(10)
    integrate(NOW)
    with running_witness(tmp_path, "w1") as one, running_witness(tmp_path, "w2") as two:
        settings.JOURNAL_WITNESSES = f"{one} {two}"  # type: ignore[attr-defined]
        assert [outcome.refused for outcome in ask_witnesses(NOW)] == ["", ""]
        policy = Policy(KEY, tuple(found.verifier for found in witnesses()), 2)
        found = audit(Source(f"{live_service}/journal"), State(), policy)
        assert found.cosigners == ("witness.example/w1", "witness.example/w2")
        other = b"\x09" * 32
        forge(
            committed_db,
            ("UPDATE journal_entree SET digest = %s WHERE id = %s", (other, entree(4))),
            ("UPDATE journal_leaf SET hash = %s WHERE number = 4", (merkle.leaf_hash(other),)),
            *UNSIGN,
        )
        sign_again()
        assert look(live_service) == "ok"
        assert [outcome.refused[:3] for outcome in ask_witnesses(NOW)] == ["409", "409"]
        with pytest.raises(Break, match="cosigned by 0 witnesses"):
            audit(Source(f"{live_service}/journal"), State(), policy)


# --- the auditor's own ways -------------------------------------------------------------------------------------


def test_a_second_visit_reads_only_what_is_new(live_service: str, tmp_path: Path) -> None:
    policy = Policy(KEY)
    source = Source(f"{live_service}/journal")
    for count, total in ((600, 600), (5, 605), (0, 605), (300, 905)):
        append(count)
        integrate(NOW)
        found = audit(source, State.load(tmp_path), policy)
        assert (found.fresh, found.checkpoint.size) == (count, total)
    assert audit(source, State.load(tmp_path), policy, full=True).fresh == 905
    assert (tmp_path / "leaves").stat().st_size == 905 * 32


def test_an_auditor_whose_memory_is_damaged_says_so(live_service: str, tmp_path: Path) -> None:
    append(3)
    integrate(NOW)
    assert look(live_service, tmp_path) == "ok"
    file = tmp_path / "state.json"
    kept = json.loads(file.read_text())
    file.write_text(json.dumps({**kept, "edge": [bytes(32).hex()] * len(kept["edge"])}))
    with pytest.raises(Break, match="does not hold together"):
        audit(Source(f"{live_service}/journal"), State.load(tmp_path), Policy(KEY))


def test_the_program_stands_alone_and_tells_by_its_exit_status(
    live_service: str, committed_db: str, tmp_path: Path
) -> None:
    append(260)
    integrate(NOW)
    url, state = f"{live_service}/journal", str(tmp_path / "state")
    assert run(url, "--state", state)[0] == 2
    assert run(url, "--state", state, "--key", str(KEY)) == (0, "OK: 260 entries, 260 read now, cosigned by nobody\n")
    assert run(url, "--state", state) == (0, "OK: 260 entries, 0 read now, cosigned by nobody\n")
    forge(committed_db, ("UPDATE journal_entree SET digest = %s WHERE id = %s", (bytes(32), entree(7))))
    assert run(url, "--state", state, "--full") == (
        1,
        "BREAK at entry 7: changed: the entry does not hash to its leaf\n",
    )
    assert run("http://127.0.0.1:1/journal", "--state", state)[0] == 2


def run(*arguments: str) -> tuple[int, str]:
    """Run the auditor as its own process, in which neither Django nor a database driver may be imported."""
    program = (
        "import sys; sys.modules.update(django=None, psycopg=None);"
        "from aidants.journal.audit import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=database.ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_checkpoint_of_another_key_is_no_checkpoint(live_service: str) -> None:
    append()
    integrate(NOW)
    other = Signer(KEY.name, KEY.kind, bytes(32)).verifier
    with pytest.raises(Break, match="no known key"):
        audit(Source(f"{live_service}/journal"), State(), Policy(other))
    assert auditing.main([f"{live_service}/journal", "--key", "nonsense"]) == 2


@pytest.mark.parametrize(("status", "told"), [(404, Break), (503, Unreachable)])
def test_a_service_out_of_order_is_no_break(status: int, told: type[Exception]) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(status)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        with pytest.raises(told):
            audit(Source(f"http://127.0.0.1:{running.server_port}/journal"), State(), Policy(KEY))
        running.shutdown()


def test_tiles_that_do_not_stand_over_those_below_are_told(live_service: str, committed_db: str) -> None:
    append(600)
    integrate(NOW)
    forge(committed_db, ("UPDATE journal_node SET hash = %s WHERE level = 1 AND number = 1", (bytes(32),)))
    assert look(live_service) == 256
    forge(committed_db, ("DELETE FROM journal_leaf WHERE number = 3", ()))
    assert look(live_service) == 0
    assert Entree.objects.count() == 600
