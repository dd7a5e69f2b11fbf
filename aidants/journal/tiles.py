"""Reads the tree's tiles from the tables: hashes of any level, and the digests that the leaves stand for.

A tile is never stored as such: its hashes are rows, found by their numbers.  Never writes.
"""

from collections.abc import Sequence

from django.db import connection

from aidants.journal.merkle import TILE_WIDTH, TileTree


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
