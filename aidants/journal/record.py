"""The journal's only writer, and what an act asks of the entries before it.

An act inserts its entry in its own transaction and waits for nobody.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction

from aidants.domain.acteur import ANONYME, Acteur
from aidants.domain.canonical import canonical_bytes
from aidants.domain.events import Event
from aidants.journal.digest import SALT_BYTES, VERSION, salted_digest
from aidants.journal.models import Entree
from aidants.journal.told import note

_INSERT = """
WITH entree AS (
    INSERT INTO journal_entree
        (event, at, acteur_kind, acteur_id, structure_id, subject_id, reason, body, digest)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id)
INSERT INTO journal_sel (entree_id, salt) SELECT id, %s FROM entree RETURNING entree_id
"""


class OutsideTransaction(RuntimeError):
    """An entry was written outside the transaction of its act."""


class UnknownFact(ValueError):
    """A fact that the event's declaration does not list."""


def record(
    event: Event,
    *,
    acteur: Acteur,
    at: datetime,
    subject: UUID | None = None,
    structure: UUID | None = None,
    reason: str = "",
    facts: Mapping[str, object] | None = None,
) -> int:
    """Append one entry and return its number.

    ``at``        aware datetime of the act, kept to the second in UTC
    ``subject``   UUID of what the act is about (a mandat, a compte, a client…)
    ``structure`` the structure concerned; the acteur's own when left out
    ``reason``    code of the refusal or motif
    ``facts``     only names that ``event`` declares; references and counts, never identities

    Raises :class:`OutsideTransaction` and :class:`UnknownFact`.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(event.code)
    unknown = set(facts or {}) - event.facts
    if unknown:
        raise UnknownFact(f"{event.code}: {', '.join(sorted(unknown))}")
    structure = structure or acteur.structure_id
    at = at.astimezone(UTC).replace(microsecond=0)
    body = canonical_bytes(_body(event, acteur, at, subject, structure, reason, dict(facts or {})))
    salt = os.urandom(SALT_BYTES)
    row = (event.code, at, acteur.kind.value, acteur.id, structure, subject, reason, body)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, (*row, salted_digest(salt, body), salt))
        (number,) = cursor.fetchone()
    note(entry=True, refusal=bool(reason))
    return int(number)


def _body(
    event: Event,
    acteur: Acteur,
    at: datetime,
    subject: UUID | None,
    structure: UUID | None,
    reason: str,
    facts: dict[str, object],
) -> dict[str, object]:
    """Return the entry's content, every reference as text."""
    return {
        "v": VERSION,
        "event": event.code,
        "at": int(at.timestamp()),
        "acteur": {
            "kind": acteur.kind.value,
            "id": str(acteur.id) if acteur.id else None,
            "role": acteur.role,
        },
        "structure": str(structure) if structure else None,
        "subject": str(subject) if subject else None,
        "reason": reason,
        "facts": facts,
    }


_COUNT = """
INSERT INTO journal_refus_compte (kind, bucket, minute, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (kind, bucket, minute) DO UPDATE SET count = journal_refus_compte.count + 1
RETURNING count
"""


def count_refusal(event: Event, *, bucket: str, at: datetime, reason: str = "") -> int:
    """Count a stranger's refusal and return the minute's total: for :func:`record_counted` and this room's limits.

    ``bucket`` is a keyed digest (of an address or a name), never the thing itself.
    The first of a minute is the caller's cue to write one entry with :func:`record`.
    """
    kind = f"{event.code}/{reason}" if reason else event.code
    minute = at.astimezone(UTC).replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, (kind, bucket, minute))
        (count,) = cursor.fetchone()
    note(entry=False, refusal=True)
    return int(count)


@transaction.atomic
def record_counted(
    event: Event,
    *,
    bucket: str,
    at: datetime,
    reason: str,
    acteur: Acteur = ANONYME,
    subject: UUID | None = None,
    structure: UUID | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Count a refusal that its cause may repeat at will; the first of a minute is an entry, as told to :func:`record`.

    ``bucket`` as for :func:`count_refusal`.  For strangers, and for who could fill the journal by asking again.
    """
    if count_refusal(event, bucket=bucket, at=at, reason=reason) == 1:
        told = dict(facts or {}) | {"count": 1}
        record(event, acteur=acteur, at=at, subject=subject, structure=structure, reason=reason, facts=told)


def entries_about(subject: UUID) -> list[Entree]:
    """Return the entries whose subject is ``subject``, oldest first."""
    return list(Entree.objects.filter(subject_id=subject).order_by("id"))
