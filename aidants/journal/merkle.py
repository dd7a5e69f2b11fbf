"""The tree over the journal's leaves: RFC 6962 hashing, its proofs and its tiles.  Plain Python, no storage.

Hashes are 32 bytes.  A *node* (level, index) is the hash of the full subtree over the leaves
``index << level`` to ``(index + 1) << level``; a *tile* (level, number) holds up to 256 nodes of level
``8 * level`` (C2SP tlog-tiles).  Whoever stores nodes hands in a function that reads them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadNode = Callable[[int, int], bytes]
ReadTile = Callable[[int, int, int], Sequence[bytes]]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


class Edge:
    """The right edge of a growing tree: the roots of its full subtrees, the largest first.

    All that is needed to append and to tell the root; ``size`` is the number of leaves.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size.bit_count() != len(hashes):
            raise ValueError("an edge has one hash a bit of its size")
        self.size = size
        self.hashes = list(hashes)

    def append(self, item: bytes) -> None:
        """Add one leaf hash."""
        carry = self.size
        while carry & 1:
            item = node_hash(self.hashes.pop(), item)
            carry >>= 1
        self.hashes.append(item)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return _fold(self.hashes)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over full subtrees, the largest first."""
    if not hashes:
        return EMPTY_ROOT
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


def _split(width: int) -> int:
    """Return the largest power of two below ``width`` (RFC 6962 §2.1)."""
    return 1 << ((width - 1).bit_length() - 1)


def full_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """Return the nodes that cover the leaves ``start`` to ``end`` (exclusive), left to right.

    ``start`` is a multiple of the power of two that follows the width, as every range of a proof is.
    """
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def range_root(read: ReadNode, start: int, end: int) -> bytes:
    """Return the hash of the subtree over the leaves ``start`` to ``end`` (exclusive)."""
    return _fold([read(level, index) for level, index in full_subtrees(start, end)])


def edge_at(read: ReadNode, size: int) -> Edge:
    """Return the right edge of the tree of ``size`` leaves."""
    return Edge(size, [read(level, index) for level, index in full_subtrees(0, size)])


def inclusion_proof(read: ReadNode, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[size]) (RFC 6962 §2.1.1), the leaf's sibling first.

    Raises ``ValueError`` when the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    start, end, ranges = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return [range_root(read, *found) for found in reversed(ranges)]


def consistency_proof(read: ReadNode, old: int, size: int) -> list[bytes]:
    """Return PROOF(old, D[size]) (RFC 6962 §2.1.2); empty when ``old`` is 0 or ``size``.

    Raises ``ValueError`` when the older tree is the larger.
    """
    if not 0 <= old <= size:
        raise ValueError("the older tree is the larger")
    if old in {0, size}:
        return []
    start, end, whole, ranges = 0, size, True, []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    return [range_root(read, *found) for found in reversed(ranges)]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether ``leaf`` (its hash) stands at ``index`` in the tree (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes((leaf, root, *proof)):
        return False
    first, second, found = index, size - 1, leaf
    for item in proof:
        if second == 0:
            return False
        if first & 1 or first == second:
            found = node_hash(item, found)
            first, second = _climb(first, second)
        else:
            found = node_hash(found, item)
        first, second = first >> 1, second >> 1
    return second == 0 and found == root


def _climb(first: int, second: int) -> tuple[int, int]:
    """Leave the levels at which the path is a left child without a sibling."""
    while first and not first & 1:
        first, second = first >> 1, second >> 1
    return first, second


def verify_consistency(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the tree of ``size`` leaves begins with the tree of ``old`` leaves (RFC 9162 §2.1.4.2)."""
    if not 0 <= old <= size or not _are_hashes((old_root, root, *proof)):
        return False
    if old in {0, size}:
        return not proof and (old_root == root if old else old_root == EMPTY_ROOT)
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    first, second = old - 1, size - 1
    shared = (first ^ (first + 1)).bit_length() - 1
    first, second = first >> shared, second >> shared
    found_old = found = path[0]
    for item in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            found_old, found = node_hash(item, found_old), node_hash(item, found)
            first, second = _climb(first, second)
        else:
            found = node_hash(found, item)
        first, second = first >> 1, second >> 1
    return second == 0 and found_old == old_root and found == root


def _are_hashes(items: Iterable[bytes]) -> bool:
    return all(len(item) == HASH_BYTES for item in items)


# --- tiles (C2SP tlog-tiles) ----------------------------------------------------------------------------------


def tile_width(level: int, number: int, size: int) -> int:
    """Return how many hashes that tile holds in a tree of ``size`` leaves: 0 when there is no such tile."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - number * TILE_WIDTH))


def tile_path(number: int, width: int = TILE_WIDTH) -> str:
    """Return ``<N>[.p/<W>]`` of a tile's address: groups of three digits, all but the last after an ``x``."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return "/".join(groups) + (f".p/{width}" if width < TILE_WIDTH else "")


def parse_tile_path(text: str) -> tuple[int, int] | None:
    """Return the number and width that ``<N>[.p/<W>]`` says, or ``None`` when it is not in its one form."""
    name, partial, width_text = text.partition(".p/")
    digits = "".join(part.removeprefix("x") for part in name.split("/"))
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return None
    width = int(width_text) if width_text.isascii() and width_text.isdigit() and len(width_text) <= 3 else 0
    found = (int(digits), width if partial else TILE_WIDTH)
    fits = 1 <= found[1] <= TILE_WIDTH - 1 if partial else True
    return found if fits and tile_path(*found) == text else None


class TileTree:
    """Nodes of a tree of ``size`` leaves, read from its tiles; each tile is asked for once.

    ``tile(level, number, width)`` returns that many hashes or raises.
    """

    def __init__(self, size: int, tile: ReadTile) -> None:
        self.size = size
        self._tile = tile
        self._kept: dict[tuple[int, int], Sequence[bytes]] = {}

    def hashes(self, level: int, number: int) -> Sequence[bytes]:
        """Return the hashes of one tile."""
        place = (level, number)
        if place not in self._kept:
            width = tile_width(level, number, self.size)
            if not width:
                raise ValueError("the tree has no such tile")
            self._kept[place] = self._tile(level, number, width)
        return self._kept[place]

    def node(self, level: int, index: int) -> bytes:
        """Return one node, hashed from the tile below it."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, offset = divmod(index << height, TILE_WIDTH)
        return full_root(self.hashes(tile_level, number)[offset : offset + (1 << height)])
