"""A journal of version 1, as it was served once: it verifies for ever, whatever this code becomes.

The folder is what anybody could have kept: checkpoint with two cosignatures, tiles, digests of entries, one proof, and
the public keys.  Nothing here is made by the code under test.
"""

import base64
import json
import struct
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aidants.domain.canonical import canonical_bytes
from aidants.journal import merkle, tlog_proof
from aidants.journal.audit import Policy, audit
from aidants.journal.audit_source import Source
from aidants.journal.audit_state import State
from aidants.journal.digest import salted_digest
from aidants.journal.notes import Verifier, open_checkpoint, parse_note, verified
from aidants.journal.tlog_proof import Proof
from tests.aidants.leaves import accepted_by_sigstore, root_of_leaves

FOLDER = Path(__file__).parent.parent / "golden" / "journal-v1"
KEY, *WITNESSES = map(Verifier.parse, (FOLDER / "keys").read_text().split())
SIZE, ROOT = 300, "BshyE4kPU1p2uOtEWpJ+TaKaF28u52ZdpuagsMwLxBI="
ENTRY = 258


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        pass


@pytest.fixture
def served() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(FOLDER))) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_the_checkpoint_is_signed_by_the_journal_and_by_two_witnesses() -> None:
    note = (FOLDER / "checkpoint").read_text()
    signed, parsed = open_checkpoint(note, KEY)
    assert (signed.origin, signed.size, base64.b64encode(signed.root).decode()) == (KEY.name, SIZE, ROOT)
    assert {verifier.name for verifier, _ in verified(parsed, (KEY, *WITNESSES))} == {
        KEY.name,
        "witness.example/one",
        "witness.example/two",
    }
    assert str(parse_note(note)) == note


def test_the_tiles_lead_to_the_signed_root() -> None:
    hashes, entries = b"", b""
    for number in (0, 1):
        place = merkle.tile_path(number, merkle.tile_width(0, number, SIZE))
        hashes += (FOLDER / "tile/0" / place).read_bytes()
        entries += (FOLDER / "tile/entries" / place).read_bytes()
    leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    for at, leaf in enumerate(leaves):
        (length,) = struct.unpack(">H", entries[34 * at : 34 * at + 2])
        assert (length, merkle.leaf_hash(entries[34 * at + 2 : 34 * at + 34])) == (32, leaf)
    assert base64.b64encode(root_of_leaves(leaves)).decode() == ROOT
    assert (FOLDER / "tile/1/000.p/1").read_bytes() == merkle.full_root(leaves[:256])


def test_an_auditor_accepts_the_journal_as_it_was_served(served: str) -> None:
    found = audit(Source(served), State(), Policy(KEY, tuple(WITNESSES), 2))
    assert (found.checkpoint.size, found.fresh, len(found.cosigners)) == (SIZE, SIZE, 2)


def test_the_proof_of_a_mandat_verifies_here_at_sigstore_s_and_by_the_program() -> None:
    text = (FOLDER / "mandat.tlog-proof").read_text()
    proof = Proof.parse(text)
    assert (proof.index, proof.verify(KEY, WITNESSES, 2), str(proof)) == (ENTRY, SIZE, text)
    body = json.loads(proof.content)
    assert (body["v"], body["event"], body["facts"]) == (1, "mandat:sign", {"reference": "GAP7-K3XW-9B"})
    assert canonical_bytes(body) == proof.content
    digest = salted_digest(proof.salt, proof.content)
    accepted_by_sigstore(ENTRY, SIZE, digest, list(proof.path), base64.b64decode(ROOT))
    command = [str(FOLDER / "mandat.tlog-proof"), "--key", str(KEY)]
    assert tlog_proof.main([*command, *(word for one in WITNESSES for word in ("--witness", str(one)))]) == 0
