"""The journal over HTTP: the addresses of C2SP tlog-tiles, cacheable, and nothing about anybody."""

import struct
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from django.test import Client

from aidants.journal import merkle
from aidants.journal.models import Entree, Leaf
from aidants.journal.notes import open_checkpoint
from aidants.journal.sequence import integrate, journal_signer
from tests import builders
from tests.aidants.entries import append, append_fast
from tests.aidants.leaves import root_of_leaves
from tests.builders import NOW
from tests.stack import LiveStack


def get(path: str) -> Any:
    """Fetch an address below /journal as a stranger."""
    return Client().get(f"/journal/{path}")


@pytest.mark.django_db
@pytest.mark.spec("C2SP tlog-tiles", "APIs")
@pytest.mark.reaches("GET aidants:journal_entries", "GET aidants:journal_tile")
def test_a_reader_rebuilds_the_signed_root_from_what_is_served() -> None:
    append_fast(700)
    integrate(NOW)
    answer = get("checkpoint")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    signed, _ = open_checkpoint(answer.content.decode(), journal_signer().verifier)
    assert signed.size == 700
    leaves = []
    for number, width in ((0, 256), (1, 256), (2, 188)):
        place = merkle.tile_path(number, width)
        hashes, entries = get(f"tile/0/{place}").content, get(f"tile/entries/{place}").content
        assert (len(hashes), len(entries)) == (32 * width, 34 * width)
        for at in range(width):
            (length,) = struct.unpack(">H", entries[34 * at : 34 * at + 2])
            assert length == 32
            leaves.append(merkle.leaf_hash(entries[34 * at + 2 : 34 * at + 34]))
            assert leaves[-1] == hashes[32 * at : 32 * at + 32]
    assert root_of_leaves(leaves) == signed.root
    roots = [merkle.full_root(leaves[:256]), merkle.full_root(leaves[256:512])]
    assert get("tile/1/000.p/2").content == b"".join(roots)


@pytest.mark.django_db
def test_tiles_are_cached_for_ever_and_the_checkpoint_for_seconds() -> None:
    append(3)
    integrate(NOW)
    for path in ("tile/0/000.p/3", "tile/entries/000.p/3", "tile/0/000.p/1"):
        answer = get(path)
        assert answer.status_code == 200, path
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Vary" not in answer.headers
        assert not answer.cookies
    assert get("checkpoint")["Cache-Control"] == "public, max-age=2"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["tile/0/000", "tile/0/000.p/4", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/001.p/1", "tile/1/000.p/1",
     "tile/64/000.p/1", "tile/00/000.p/3", "tile/-1/000.p/1", "tile/0/0", "tile/0/x000/000.p/3", "tile/entries/000",
     "tile/entries/x", "tile/data/000.p/3", "tile/0/x999/x999/x999/x999/x999/999"],
)  # fmt: skip
def test_what_the_tree_has_not_is_not_served(path: str) -> None:
    append(3)
    integrate(NOW)
    answer = get(path)
    assert answer.status_code == 404
    assert "immutable" not in answer.get("Cache-Control", "")


@pytest.mark.django_db
def test_a_journal_without_checkpoint_says_so() -> None:
    assert get("checkpoint").status_code == 404
    assert "Aucun acte" in Client().get("/journal").content.decode()


@pytest.mark.django_db
def test_the_page_tells_the_last_checkpoint_and_how_to_check() -> None:
    append(3)
    integrate(NOW)
    text = Client().get("/journal").content.decode()
    assert "<strong>3</strong> actes inscrits" in text
    assert str(journal_signer().verifier).replace("+", "&#x2B;") in text or str(journal_signer().verifier) in text
    assert "python -m aidants.journal.audit http://localhost:8000/journal" in text


@pytest.mark.django_db
def test_what_is_served_is_the_salted_digest_alone() -> None:
    place = builders.structure()
    builders.mandat(builders.aidant(place), place)
    count = integrate(NOW)
    served = get(f"tile/entries/{merkle.tile_path(0, count)}").content
    digests = [bytes(leaf.entree.digest) for leaf in Leaf.objects.select_related("entree").order_by("number")]
    assert served == b"".join(struct.pack(">H", 32) + digest for digest in digests)
    assert not any(bytes(entree.body) in served for entree in Entree.objects.all())


@pytest.mark.django_db
def test_costs_of_reading(query_count: Any) -> None:
    append_fast(600)
    integrate(NOW)
    for path, queries in (("checkpoint", 2), ("tile/0/001", 2), ("tile/entries/001", 2), ("tile/1/000.p/2", 2)):
        with query_count(queries):
            assert get(path).status_code == 200


def test_the_worker_integrates_what_the_demonstration_did(live_stack: LiveStack) -> None:
    deadline = time.monotonic() + 20
    while not (text := _checkpoint_of(live_stack.sites.service)) and time.monotonic() < deadline:
        time.sleep(0.2)
    origin, size, *_ = text.split("\n")
    assert origin == f"localhost:{live_stack.sites.service_port}/journal"
    assert int(size) > 0


def _checkpoint_of(service: str) -> str:
    try:
        with urllib.request.urlopen(f"{service}/journal/checkpoint", timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError:
        return ""
