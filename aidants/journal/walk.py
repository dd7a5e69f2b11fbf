"""Walks the journal and tells the first entry that does not hold.  Never writes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aidants.domain.canonical import canonical_bytes
from aidants.journal.digest import VERSION, salted_digest
from aidants.journal.models import Entree

_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Break:
    """Entry ``number`` does not hold, and why."""

    number: int
    why: str


def entries() -> Iterator[tuple[Entree, dict[str, Any]]]:
    """Yield every entry with its body, oldest first; an unreadable body is an empty one."""
    rows = Entree.objects.select_related("sel").order_by("id")
    for entree in rows.iterator(chunk_size=_CHUNK):
        yield entree, parsed(entree.body)


def parsed(content: bytes | memoryview) -> dict[str, Any]:
    """Return the body that the bytes of an entry hold; an empty one when they hold none."""
    try:
        body = json.loads(bytes(content))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def has_salt(entree: Entree) -> bool:
    """Tell whether the salt of an entry is still kept; the entry came with its ``sel``."""
    return getattr(entree, "sel", None) is not None


def fault_of(entree: Entree, body: dict[str, Any]) -> Break | None:
    """Return what is wrong with one entry, or ``None``.

    The body must be canonical, its digest must follow from its salt (unless the
    salt was destroyed at the end of keeping), and the columns must repeat it.
    """
    content = bytes(entree.body)
    if body.get("v") != VERSION or canonical_bytes(body) != content:
        return Break(entree.id, "body is not in its canonical form")
    salt = getattr(entree, "sel", None)
    if salt is not None and salted_digest(bytes(salt.salt), content) != bytes(entree.digest):
        return Break(entree.id, "digest does not match body and salt")
    if _columns_of(body) != _columns(entree):
        return Break(entree.id, "columns differ from the body")
    return None


def _columns(entree: Entree) -> tuple[Any, ...]:
    def text(value: object) -> str | None:
        return str(value) if value else None

    return (
        entree.event,
        entree.at,
        entree.acteur_kind,
        text(entree.acteur_id),
        text(entree.structure_id),
        text(entree.subject_id),
        entree.reason,
    )


def _columns_of(body: dict[str, Any]) -> tuple[Any, ...]:
    return (
        body["event"],
        datetime.fromtimestamp(body["at"], UTC),
        body["acteur"]["kind"],
        body["acteur"]["id"],
        body["structure"],
        body["subject"],
        body["reason"],
    )
