"""Searches the journal, newest first, a page at a time.  Never writes; knows references, no names."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from aidants.journal.models import Entree
from aidants.journal.walk import parsed

PAGE = 50
_BATCH = 1000
_LOOKALIKES = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is looked for; an empty member asks nothing.

    ``subjects``  what the entries are about, for example a mandat and the brouillon that it came from
    ``since``, ``until``  aware datetimes, ``until`` exclusive
    ``refused``   refusals alone: their reason is the code of an error (``room.reason``)
    """

    events: tuple[str, ...] = ()
    acteur_kind: str = ""
    acteur_id: UUID | None = None
    structures: tuple[UUID, ...] = ()
    subjects: tuple[UUID, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    refused: bool = False

    @property
    def names(self) -> list[str]:
        """The names of the members that ask something, sorted: what the journal keeps of a search."""
        return sorted(name for name in self.__slots__ if getattr(self, name))


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, and the identifier to go on from when there are older ones."""

    entries: list[Entree]
    older: int | None


def found(criteria: Criteria) -> QuerySet[Entree]:
    """Return the entries sought, newest first, each with its place in the tree if it has one."""
    conditions = {
        "event__in": criteria.events,
        "acteur_kind": criteria.acteur_kind,
        "acteur_id": criteria.acteur_id,
        "structure_id__in": criteria.structures,
        "subject_id__in": criteria.subjects,
        "at__gte": criteria.since,
        "at__lt": criteria.until,
        "reason__contains": "." if criteria.refused else "",
    }
    asked = {name: value for name, value in conditions.items() if value}
    return Entree.objects.filter(**asked).select_related("leaf").order_by("-id")


def page_of(rows: QuerySet[Entree], before: int | None, size: int = PAGE) -> Page:
    """Return the page of ``rows`` that ends before one identifier; the first page for ``None``."""
    entries = list((rows.filter(id__lt=before) if before else rows)[: size + 1])
    return Page(entries[:size], entries[size - 1].id if len(entries) > size else None)


def batches(rows: QuerySet[Entree]) -> Iterator[list[Entree]]:
    """Yield all of ``rows``, a thousand at a time: one short statement each, however long the reader takes."""
    before: int | None = None
    while True:
        page = page_of(rows, before, _BATCH)
        if page.entries:
            yield page.entries
        if page.older is None:
            return
        before = page.older


def number_of(entree: Entree) -> int | None:
    """Return an entry's place in the tree, or ``None`` while it has none; the entry came with its ``leaf``."""
    leaf = getattr(entree, "leaf", None)
    return leaf.number if leaf else None


_BY_REFERENCE = """
SELECT subject_id, body FROM journal_entree WHERE event = 'mandat:sign' AND journal_reference(body) = %s
"""
_REFERENCES = "SELECT subject_id, body FROM journal_entree WHERE event = 'mandat:sign' AND subject_id = ANY(%s)"


def subjects_of_reference(typed: str) -> tuple[UUID, ...]:
    """Return the mandat of a reference as a person types it, and its brouillon; nothing when no mandat has it.

    The journal itself tells, so that a mandat is found after its row and its identities were erased.
    """
    kept = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_LOOKALIKES)
    with connection.cursor() as cursor:
        cursor.execute(_BY_REFERENCE, [kept])
        rows = cursor.fetchall()
    return tuple(one for subject, body in rows for one in (subject, *_brouillon(body)))


def _brouillon(body: bytes | memoryview) -> Iterator[UUID]:
    if text := parsed(body).get("facts", {}).get("brouillon"):
        yield UUID(text)


@dataclass(frozen=True, slots=True)
class Signed:
    """What the journal tells of one mandat: its reference, and the brouillon that it was."""

    mandat: UUID
    reference: str
    brouillon: UUID | None


def signed_among(subjects: Collection[UUID]) -> list[Signed]:
    """Return the mandats among ``subjects``, by one query."""
    with connection.cursor() as cursor:
        cursor.execute(_REFERENCES, [list(subjects)])
        rows = cursor.fetchall()
    return [
        Signed(subject, str(parsed(body)["facts"]["reference"]), next(_brouillon(body), None)) for subject, body in rows
    ]


def references_of(subjects: Collection[UUID]) -> dict[UUID, str]:
    """Return the reference of each mandat among ``subjects``, and of the brouillon that it was."""
    rows = signed_among(subjects)
    return {one: row.reference for row in rows for one in (row.mandat, row.brouillon) if one}
