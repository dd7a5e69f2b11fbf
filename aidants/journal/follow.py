"""Follows the journal by integrated number, for whoever must act on what was done (named cursors).

A follower has a name, and a handler for each event that concerns it.  Its cursor is a row: the number of the entry
that it reads next.  Handlers and cursor share one transaction a batch, so that a crash between two numbers repeats
nothing and skips nothing.  What leaves the database (an HTTP call, an e-mail) is no handler's work: it enqueues a task
in the same transaction.

Correctness never waits for a follower: whoever must know whether a mandat stands asks ``may_use``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from aidants.domain.events import Event
from aidants.journal.models import Curseur
from aidants.journal.publication import newest_size
from aidants.journal.walk import parsed

_BATCH = 500
_READ = """
SELECT l.number, e.event, e.at, e.acteur_kind, e.acteur_id, e.structure_id, e.subject_id, e.reason, e.body
FROM journal_leaf l JOIN journal_entree e ON e.id = l.entree_id
WHERE l.number >= %s AND l.number < %s AND e.event = ANY(%s) ORDER BY l.number
"""


@dataclass(frozen=True, slots=True)
class Integrated:
    """An entry that has its number: it is committed, in the tree, and will be read once by each follower."""

    number: int
    event: str
    at: datetime
    acteur_kind: str
    acteur_id: UUID | None
    structure_id: UUID | None
    subject_id: UUID | None
    reason: str
    facts: Mapping[str, Any]


Handler = Callable[[Integrated, datetime], None]
"""``handler(entry, now)``: writes its effects in the transaction that is open; an exception undoes the whole batch."""


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows: ``name`` is the cursor's, for ever; ``handlers`` say what is done about which event.

    ``from_the_start`` a follower that is new reads the whole journal first; otherwise it begins with what is integrated
    after its first call.
    """

    name: str
    handlers: Mapping[Event, Handler]
    from_the_start: bool = False


def follow(follower: Follower, now: datetime, *, batch: int = _BATCH) -> int:
    """Hand every entry that is integrated and not yet read to its handler, in order; return how far the cursor moved.

    One transaction for ``batch`` numbers.  Several processes may call it: one works, the others return at once.
    Whatever a handler raises goes through, with the number in a note; the next call begins at that batch again.
    """
    moved = 0
    while done := _one_batch(follower, now, batch):
        moved += done
    return moved


@transaction.atomic
def _one_batch(follower: Follower, now: datetime, batch: int) -> int:
    cursor = _locked(follower, now)
    if cursor is None:
        return 0
    first = cursor.number
    end = min(newest_size(), first + batch)
    if end <= first:
        return 0
    handlers = {event.code: handler for event, handler in follower.handlers.items()}
    for entry in _read(first, end, list(handlers)):
        with _Telling(follower.name, entry.number):
            handlers[entry.event](entry, now)
    Curseur.objects.filter(pk=follower.name).update(number=end, at=now)
    return end - first


def _locked(follower: Follower, now: datetime) -> Curseur | None:
    """Return the cursor under lock, made if it is new; ``None`` while another process has it."""
    rows = Curseur.objects.select_for_update(skip_locked=True).filter(pk=follower.name)
    found = rows.first()
    if found is None and not Curseur.objects.filter(pk=follower.name).exists():
        start = 0 if follower.from_the_start else newest_size()
        Curseur.objects.bulk_create([Curseur(name=follower.name, number=start, at=now)], ignore_conflicts=True)
        found = rows.first()
    return found


def _read(first: int, end: int, codes: list[str]) -> list[Integrated]:
    with connection.cursor() as cursor:
        cursor.execute(_READ, (first, end, codes))
        return [Integrated(*(*row[:-1], parsed(row[-1]).get("facts", {}))) for row in cursor.fetchall()]


class _Telling:
    """Notes on whatever a handler raises which entry it was given."""

    def __init__(self, name: str, number: int) -> None:
        self.told = f"follower {name}, entry n° {number} of the journal"

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            error.add_note(self.told)
