"""Reads the tree's tiles from the tables: hashes of any level, and the digests that the leaves stand for.

A tile is never stored as such: its hashes are rows, found by their numbers.  Never writes.
"""

from collections.abc import Sequence

from django.db import connection

from aidants.journal.merkle import TILE_HEIGHT, TILE_WIDTH, ReadNode, TileTree, full_root, inclusion_proof


class IncompleteTile(LookupError):
    """Rows of the tree are missing: somebody deleted them."""


_HASHES = {
    True: "SELECT hash FROM journal_leaf WHERE number >= %s AND number < %s ORDER BY number",
    False: "SELECT hash FROM journal_node WHERE level = %s AND number >= %s AND number < %s ORDER BY number",
}
_DIGESTS = """
SELECT e.digest FROM journal_leaf l LEFT JOIN journal_entree e ON e.id = l.entree_id
WHERE l.number >= %s AND l.number < %s ORDER BY l.number
"""


def read_tile(level: int, number: int, width: int) -> Sequence[bytes]:
    """Return the first ``width`` hashes of one tile.  Raises :class:`IncompleteTile`."""
    start = number * TILE_WIDTH
    places = (start, start + width) if level == 0 else (level, start, start + width)
    return _rows(_HASHES[level == 0], places, width)


def read_digests(number: int, width: int) -> Sequence[bytes]:
    """Return the salted digests of the entries under one tile of level 0; an entry that is gone is empty.

    Raises :class:`IncompleteTile`.
    """
    start = number * TILE_WIDTH
    return _rows(_DIGESTS, (start, start + width), width)


def _rows(statement: str, places: tuple[int, ...], width: int) -> Sequence[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(statement, places)
        found = [bytes(row[0] or b"") for row in cursor.fetchall()]
    if len(found) != width:
        raise IncompleteTile(f"{len(found)} rows of {width}")
    return found


def tree(size: int) -> TileTree:
    """Return the tree of ``size`` leaves."""
    return TileTree(size, read_tile)


_PATH = """
SELECT 0, l.number, l.hash FROM unnest(%s::bigint[], %s::bigint[]) AS r (first, past)
JOIN journal_leaf l ON l.number >= r.first AND l.number < r.past
UNION ALL
SELECT n.level, n.number, n.hash FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) AS r (level, first, past)
JOIN journal_node n ON n.level = r.level AND n.number >= r.first AND n.number < r.past
"""


def path_reader(index: int, size: int) -> ReadNode:
    """Return a reader of the nodes that the inclusion proof of one leaf needs, all read by one statement.

    Raises ``ValueError`` for a leaf that the tree has not; the reader raises :class:`IncompleteTile`.
    """
    wanted: list[tuple[int, int]] = []

    def note(level: int, node: int) -> bytes:
        wanted.append((level, node))
        return b""

    inclusion_proof(note, index, size)
    rows = _stored([_under(level, node) for level, node in wanted])

    def read(level: int, node: int) -> bytes:
        stored, first, past = _under(level, node)
        hashes = [rows[stored, number] for number in range(first, past) if (stored, number) in rows]
        if len(hashes) != past - first:
            raise IncompleteTile(f"{len(hashes)} rows of {past - first}")
        return full_root(hashes)

    return read


def _under(level: int, node: int) -> tuple[int, int, int]:
    """Return the stored level below a node, and the numbers of its hashes there (the last exclusive)."""
    stored, height = divmod(level, TILE_HEIGHT)
    return stored, node << height, (node + 1) << height


def _stored(ranges: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int], bytes]:
    leaves = [found for found in ranges if found[0] == 0]
    nodes = [found for found in ranges if found[0] > 0]
    places = [[found[at] for found in leaves] for at in (1, 2)] + [[found[at] for found in nodes] for at in (0, 1, 2)]
    with connection.cursor() as cursor:
        cursor.execute(_PATH, places)
        return {(level, number): bytes(item) for level, number, item in cursor.fetchall()}
