"""Walks the tree from inside: every leaf against its entry, every node, every checkpoint.  Never writes."""

import heapq
from collections.abc import Iterator, Sequence

from django.db.models import F

from aidants.journal.merkle import TILE_HEIGHT, TILE_WIDTH, Edge, full_root, leaf_hash
from aidants.journal.models import Checkpoint, Leaf, Node
from aidants.journal.notes import BadNote, Verifier, open_checkpoint
from aidants.journal.notes import Checkpoint as Signed
from aidants.journal.walk import Break

_CHUNK = 2000


def tree_fault(key: Verifier, kept: Sequence[str] = ()) -> Break | None:
    """Return the first number at which the tree does not hold, or ``None``.

    ``kept`` are notes that somebody kept outside: the tree must still be the one that they sign.
    """
    try:
        outside = sorted((open_checkpoint(note, key)[0] for note in kept), key=lambda found: found.size)
    except BadNote as error:
        return Break(0, f"the checkpoint kept outside: {error}")
    try:
        _walk(_expected(key, outside))
    except _Fault as fault:
        return fault.found
    return None


class _Fault(Exception):
    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.found = Break(number, why)


def _expected(key: Verifier, outside: Sequence[Signed]) -> Iterator[Signed]:
    """Yield every checkpoint that the tree must bear out, the smallest first."""
    return heapq.merge(_stored(key), outside, key=lambda found: found.size)


def _stored(key: Verifier) -> Iterator[Signed]:
    for row in Checkpoint.objects.order_by("size").iterator(chunk_size=_CHUNK):
        try:
            signed, _ = open_checkpoint(row.note, key)
        except BadNote as error:
            raise _Fault(row.size, f"checkpoint: {error}") from error
        if signed.size != row.size:
            raise _Fault(row.size, f"the checkpoint kept for this size speaks of {signed.size} entries")
        yield signed


def _walk(expected: Iterator[Signed]) -> None:
    edge, tile, good = Edge(), list[bytes](), 0
    following = next(expected, None)
    for number, leaf in _leaves():
        while following and following.size == edge.size:
            good, following = _borne_out(edge, following, good), next(expected, None)
        if number != edge.size:
            raise _Fault(edge.size, "no entry has this number")
        edge.append(leaf)
        tile.append(leaf)
        if len(tile) == TILE_WIDTH:
            _check_node(1, number // TILE_WIDTH, full_root(tile))
            tile = []
    while following and following.size == edge.size:
        good, following = _borne_out(edge, following, good), next(expected, None)
    if following:
        raise _Fault(edge.size, f"truncated: {following.size} entries had been signed, {edge.size} are left")
    if edge.size > good:
        raise _Fault(good, "entries have numbers and no checkpoint signs them")


def _borne_out(edge: Edge, signed: Signed, good: int) -> int:
    """Return the size that is borne out; ``good`` was the one before."""
    if edge.root() != signed.root:
        raise _Fault(good, f"rewritten: a checkpoint of {signed.size} entries signs another tree")
    return signed.size


def _leaves() -> Iterator[tuple[int, bytes]]:
    rows = Leaf.objects.order_by("number").annotate(digest=F("entree__digest"))
    for number, kept, digest in rows.values_list("number", "hash", "digest").iterator(chunk_size=_CHUNK):
        if digest is None:
            raise _Fault(number, "the entry is gone")
        if leaf_hash(bytes(digest)) != bytes(kept):
            raise _Fault(number, "the entry is not the one that was given this number")
        yield number, bytes(kept)


def _check_node(level: int, number: int, root: bytes) -> None:
    """Compare one stored node with the hashes under it, and those above that it completes."""
    node = Node.objects.filter(level=level, number=number).first()
    if node is None or bytes(node.hash) != root:
        raise _Fault(number << TILE_HEIGHT * level, f"node {level}/{number} is not over those below it")
    if (number + 1) % TILE_WIDTH == 0:
        first = number + 1 - TILE_WIDTH
        row = Node.objects.filter(level=level, number__gte=first, number__lte=number).order_by("number")
        _check_node(level + 1, number // TILE_WIDTH, full_root([bytes(item.hash) for item in row]))
