"""The sequencer: gives each committed entry its number and its place in the tree, and signs the tree.

Acts never wait for it.  Several processes may run it, one works at a time; whatever it does stands in one
transaction with its checkpoint, so that a crash at any point loses nothing and does nothing twice.

No entry is missed.  Transactions commit in any order, so the highest number seen says nothing; but once every
transaction before X has ended, none of them can bring another entry.  Each checkpoint keeps the X (``seen``) of the
moment when its entries were read, and the next look starts there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import connection, transaction

from aidants.domain.acteur import SYSTEME
from aidants.domain.events import JOURNAL_KEY
from aidants.journal import models
from aidants.journal.merkle import TILE_WIDTH, Edge, edge_at, full_root, leaf_hash
from aidants.journal.notes import BadNote, Checkpoint, Note, Signer, parse_note
from aidants.journal.record import record
from aidants.journal.tiles import read_tile, tree
from aidants.journal.walk import parsed

_LOCK = 0x6A6F7572  # "jour"
_BATCH = 4000
# Later than every transaction.
_ANY = 2**63 - 1

_WAIT = "SELECT pg_advisory_xact_lock(%s)"
_TRY = "SELECT pg_try_advisory_xact_lock(%s)"
_SNAPSHOT = """
SELECT pg_snapshot_xmin(s)::text::bigint,
       greatest(pg_snapshot_xmax(s)::text::bigint, pg_current_xact_id_if_assigned()::text::bigint + 1)
FROM pg_current_snapshot() AS s
"""
_WAITING = """
SELECT e.txid, e.id, e.digest FROM journal_entree e
WHERE (e.txid, e.id) > (%s, %s) AND e.txid < %s
  AND NOT EXISTS (SELECT FROM journal_leaf l WHERE l.entree_id = e.id)
ORDER BY e.txid, e.id LIMIT %s
"""
_INSERT_LEAVES = """
INSERT INTO journal_leaf (number, entree_id, hash)
SELECT %s + place - 1, entree, hash
FROM unnest(%s::bigint[], %s::bytea[]) WITH ORDINALITY AS rows (entree, hash, place)
"""
_INSERT_NODES = """
INSERT INTO journal_node (level, number, hash)
SELECT %s, %s + place - 1, hash FROM unnest(%s::bytea[]) WITH ORDINALITY AS rows (hash, place)
"""


@dataclass(frozen=True, slots=True)
class _Look:
    """Where one look at the entries starts and ends, and what ``seen`` will be once it has read all of them."""

    after: tuple[int, int]
    before: int
    seen: int


def journal_signer() -> Signer:
    """Return the key of the journal; its name is the origin of checkpoints.  Raises ``BadNote``."""
    return _signer(settings.JOURNAL_KEY)


@lru_cache(maxsize=2)
def _signer(text: str) -> Signer:
    """Read a key once: deriving its public half costs more than a signature."""
    return Signer.parse(text)


def integrate(now: datetime, *, wait: bool = False) -> int:
    """Integrate every entry that is committed and has no number yet; return how many.

    ``wait`` for another process that is at it, instead of leaving the work to it.
    """
    total, look = 0, None
    while True:
        with transaction.atomic():
            if not _mine_alone(wait=wait):
                return total
            done, look = _step(now, look)
        total += done
        if look is None:
            return total


def _mine_alone(*, wait: bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WAIT if wait else _TRY, [_LOCK])
        return wait or bool(cursor.fetchone()[0])


def _step(now: datetime, look: _Look | None) -> tuple[int, _Look | None]:
    """Integrate one batch; return its size, and where to go on unless that was all."""
    last = models.Checkpoint.objects.order_by("-size").first()
    if last is not None:
        _same_key(last.note)
    look = look or _fresh_look(last.seen if last else 0)
    rows = _waiting(look)
    if not rows and last is not None:
        return 0, None
    complete = len(rows) < _BATCH
    edge = _edge_of(last)
    _append(edge, [row[1] for row in rows], [leaf_hash(bytes(row[2])) for row in rows])
    seen = look.seen if complete else (last.seen if last else 0)
    models.Checkpoint.objects.create(size=edge.size, note=_signed(edge), seen=seen, at=now)
    _keep(edge)
    return len(rows), None if complete else _Look(rows[-1][:2], look.before, look.seen)


def _fresh_look(seen: int) -> _Look:
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT)
        oldest, following = cursor.fetchone()
    if seen > following:
        # A copy restored elsewhere: its transactions are numbered low again, below those of the rows that it brought.
        return _Look((0, 0), _ANY, oldest)
    return _Look((seen, 0), following, oldest)


def _waiting(look: _Look) -> Sequence[tuple[int, int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, (*look.after, look.before, _BATCH))
        return list(cursor.fetchall())


def _same_key(note: str) -> None:
    """Another key would be another journal: it never goes on with this one.  Raises ``BadNote``."""
    key = journal_signer().verifier
    signers = {(signature.name, signature.key_id) for signature in parse_note(note).signatures}
    if (key.name, key.key_id) not in signers:
        raise BadNote("JOURNAL_KEY is not the key that signed this journal until now")


@transaction.atomic
def announce_key(now: datetime) -> None:
    """Journal, once, the public key that signs from now on; several processes may ask at once."""
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [_LOCK])
    key = str(journal_signer().verifier)
    told = models.Entree.objects.filter(event=JOURNAL_KEY.code).order_by("id")
    if not any(parsed(entree.body).get("facts", {}).get("key") == key for entree in told):
        record(JOURNAL_KEY, acteur=SYSTEME, at=now, facts={"key": key})


def _signed(edge: Edge) -> str:
    signer = journal_signer()
    text = Checkpoint(signer.name, edge.size, edge.root()).text
    return str(Note(text, (signer.sign(text),)))


# The right edge of the tree that this process signed last: the one thing that it needs to go on.
_kept = Edge()


def _edge_of(last: models.Checkpoint | None) -> Edge:
    """Return the right edge under the last checkpoint: the one kept, if that checkpoint signs it, or the stored one."""
    if last is None:
        return Edge()
    signed = Checkpoint.parse(parse_note(last.note).text)
    if (signed.size, signed.root) == (_kept.size, _kept.root()):
        return Edge(_kept.size, _kept.hashes)
    return edge_at(tree(last.size).node, last.size)


def _keep(edge: Edge) -> None:
    """Keep an edge for the next time; one whose transaction is lost is signed by no checkpoint, hence never used."""
    global _kept  # noqa: PLW0603 -- one value, replaced whole
    _kept = edge


def _append(edge: Edge, entries: Sequence[int], leaves: Sequence[bytes]) -> None:
    """Write leaves and the nodes that they complete, and bring the right edge of the tree there."""
    start = edge.size
    for item in leaves:
        edge.append(item)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_LEAVES, (start, list(entries), list(leaves)))
        level, first, fresh = 0, start, list(leaves)
        while fresh := _completed(level, first, fresh):
            level, first = level + 1, first // TILE_WIDTH
            cursor.execute(_INSERT_NODES, (level, first, fresh))


def _completed(level: int, first: int, fresh: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the tiles of ``level`` that ``fresh`` hashes, from place ``first`` on, complete."""
    number, held = divmod(first, TILE_WIDTH)
    if held + len(fresh) < TILE_WIDTH:
        return []
    row = [*(read_tile(level, number, held) if held else ()), *fresh]
    return [full_root(row[at : at + TILE_WIDTH]) for at in range(0, len(row) - TILE_WIDTH + 1, TILE_WIDTH)]
