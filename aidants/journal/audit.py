"""``python -m aidants.journal.audit URL``: checks a journal from outside.  No Django, no database, no trust.

Follows the log from where its last visit ended: signature and cosignatures of the checkpoint, every new entry against
its leaf, every tile against those below, the root against the leaves, and the tree seen before inside the new one.
Tells the first entry that does not hold, by its number.  Exit status: 0 all is well, 1 a break, 2 no answer.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aidants.journal.audit_source import NotServed, Source, Unreachable
from aidants.journal.audit_state import State
from aidants.journal.merkle import TILE_HEIGHT, TILE_WIDTH, Edge, full_root, leaf_hash, tile_width
from aidants.journal.notes import BadNote, Checkpoint, Note, Verifier, open_checkpoint, verified


class Break(Exception):
    """The journal does not hold from entry ``number`` on (``None``: no entry in particular)."""

    def __init__(self, number: int | None, why: str) -> None:
        super().__init__(why)
        self.number = number
        self.why = why


@dataclass(frozen=True, slots=True)
class Found:
    """What a visit established: ``fresh`` entries read, and who cosigned."""

    checkpoint: Checkpoint
    fresh: int
    cosigners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom an auditor believes: the journal's key, the witnesses it knows, how many of them must have cosigned."""

    key: Verifier
    witnesses: tuple[Verifier, ...] = ()
    quorum: int = 0


def audit(source: Source, state: State, policy: Policy, *, full: bool = False) -> Found:
    """Check the journal and keep what was seen.  ``full`` reads again what earlier visits have read.

    Raises :class:`Break` and ``Unreachable``.
    """
    try:
        note = source.checkpoint()
        checkpoint, parsed = open_checkpoint(note, policy.key)
        saved = state.checkpoint(policy.key)
    except (BadNote, NotServed) as error:
        raise Break(None, f"checkpoint: {error}") from error
    cosigners = _cosigners(parsed, policy)
    if saved and checkpoint.size < saved.size:
        _locate(source, state, checkpoint.size)
        raise Break(checkpoint.size, f"truncated: {saved.size} entries had been signed, {checkpoint.size} are left")
    edge = Edge() if full else Edge(state.edge.size, state.edge.hashes)
    start = edge.size
    fresh, roots = _read(source, state, checkpoint.size, edge)
    _check_tiles_above(source, checkpoint.size, roots)
    if edge.root() != checkpoint.root:
        _locate(source, state, checkpoint.size)
        raise Break(start, f"the signed root is not that of the entries (between {start} and {checkpoint.size})")
    state.save(policy.key, note, edge, fresh[state.edge.size - start :])
    return Found(checkpoint, len(fresh), cosigners)


def _cosigners(note: Note, policy: Policy) -> tuple[str, ...]:
    try:
        found = verified(note, (policy.key, *policy.witnesses))
    except BadNote as error:
        raise Break(None, f"checkpoint: {error}") from error
    names = tuple(sorted({verifier.name for verifier, _ in found} - {policy.key.name}))
    if len(names) < policy.quorum:
        raise Break(None, f"checkpoint: cosigned by {len(names)} witnesses, {policy.quorum} are wanted")
    return names


def _read(source: Source, state: State, size: int, edge: Edge) -> tuple[list[bytes], dict[int, bytes]]:
    """Read the entries that ``edge`` has not, and append them; return their leaves, and the roots of full tiles."""
    fresh, roots, start = [], {}, edge.size
    for number in range(start // TILE_WIDTH, -(-size // TILE_WIDTH) if size > start else 0):
        hashes = _tile(source, state, number, tile_width(0, number, size))
        for leaf in hashes[max(0, start - number * TILE_WIDTH) :]:
            edge.append(leaf)
            fresh.append(leaf)
        if len(hashes) == TILE_WIDTH:
            roots[number] = full_root(hashes)
    return fresh, roots


def _tile(source: Source, state: State, number: int, width: int) -> Sequence[bytes]:
    """Return one tile of leaves, each checked against its entry and against what was seen before."""
    first = number * TILE_WIDTH
    try:
        hashes, entries = source.tile(0, number, width), source.entries(number, width)
    except NotServed as error:
        raise Break(first, str(error)) from error
    for at, leaf in enumerate(hashes):
        if state.leaf(first + at) not in {None, leaf}:
            raise Break(first + at, "rewritten: another leaf was seen here before")
        if at >= len(entries):
            raise Break(first + at, "the entry is not served")
        if leaf_hash(entries[at]) != leaf:
            raise Break(first + at, "changed: the entry does not hash to its leaf")
    return hashes


def _check_tiles_above(source: Source, size: int, roots: dict[int, bytes]) -> None:
    """Check the tiles that stand over those just read."""
    level = 1
    while roots and size >> TILE_HEIGHT * level:
        above = {}
        for number, members in _by_tile(roots):
            try:
                row = source.tile(level, number, tile_width(level, number, size))
            except NotServed as error:
                raise Break(members[0] << TILE_HEIGHT * level, str(error)) from error
            for index in members:
                if row[index % TILE_WIDTH] != roots[index]:
                    raise Break(index << TILE_HEIGHT * level, f"tile {level}/{number} is not over those below it")
            if len(row) == TILE_WIDTH:
                above[number] = full_root(row)
        roots, level = above, level + 1


def _by_tile(roots: dict[int, bytes]) -> Iterator[tuple[int, list[int]]]:
    for number in sorted({index // TILE_WIDTH for index in roots}):
        yield number, [index for index in range(number * TILE_WIDTH, (number + 1) * TILE_WIDTH) if index in roots]


def _locate(source: Source, state: State, size: int) -> None:
    """Tell the first leaf that is not the one seen by an earlier visit, if that is what happened."""
    for number in range(-(-min(state.edge.size, size) // TILE_WIDTH)):
        _tile(source, state, number, tile_width(0, number, size))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m aidants.journal.audit", description=__doc__)
    parser.add_argument("url", help="the journal's address, for example https://example.org/journal")
    parser.add_argument("--key", help="its public key; kept in the state once it has been given")
    parser.add_argument("--state", type=Path, help="folder kept from one visit to the next")
    parser.add_argument("--witness", action="append", default=[], help="public key of a witness; may be repeated")
    parser.add_argument("--quorum", type=int, help="how many of them must have cosigned; all by default")
    parser.add_argument("--full", action="store_true", help="read again what earlier visits have read")
    return parser.parse_args(arguments)


def _policy(options: argparse.Namespace, state: State) -> Policy:
    if not (options.key or state.key):
        raise BadNote("--key is needed on the first visit")
    witnesses = tuple(Verifier.parse(text) for text in options.witness)
    quorum = len(witnesses) if options.quorum is None else options.quorum
    return Policy(Verifier.parse(options.key or state.key), witnesses, quorum)


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit, tell the outcome in one line, return the exit status."""
    options = _options(arguments)
    try:
        state = State.load(options.state)
        found = audit(Source(options.url), state, _policy(options, state), full=options.full)
    except Break as broken:
        place = "checkpoint" if broken.number is None else f"entry {broken.number}"
        sys.stderr.write(f"BREAK at {place}: {broken.why}\n")
        return 1
    except (BadNote, Unreachable, ValueError) as error:
        sys.stderr.write(f"NOT CHECKED: {error}\n")
        return 2
    signers = ", ".join(found.cosigners) or "nobody"
    sys.stdout.write(f"OK: {found.checkpoint.size} entries, {found.fresh} read now, cosigned by {signers}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
