"""Whether one act is in the journal, as a page may say it: checked at this moment, as an outsider would.  Never writes.

« Vérifié » means: the entry's bytes and salt give its digest, the digest stands at its number in the tree, and the
journal's key signed that tree.  Two statements, whatever the size of the tree.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection

from aidants.domain.events import Event
from aidants.journal.digest import salted_digest
from aidants.journal.merkle import inclusion_proof, leaf_hash, verify_inclusion
from aidants.journal.notes import BadNote, open_checkpoint
from aidants.journal.sequence import journal_signer
from aidants.journal.tiles import IncompleteTile, path_reader


class State(StrEnum):
    """What can be said of an act."""

    VERIFIED = "verifie"
    PENDING = "en_cours"
    BROKEN = "rompu"


@dataclass(frozen=True, slots=True)
class Inscription:
    """The act's number in the journal, and the size of the signed tree that holds it; neither while it is pending."""

    state: State
    number: int | None = None
    size: int | None = None

    @property
    def is_verified(self) -> bool:
        """True when the proof was made and held."""
        return self.state is State.VERIFIED

    def told(self) -> dict[str, int | None] | None:
        """Return where the act stands in the journal, as sites and receipts are told it, once that was verified."""
        return {"index": self.number, "size": self.size} if self.is_verified else None

    @property
    def is_broken(self) -> bool:
        """True when the journal does not hold what it should: somebody must be told."""
        return self.state is State.BROKEN


PENDING = Inscription(State.PENDING)

_ENTRY = """
SELECT e.body, e.digest, s.salt, l.number, l.hash, c.size, c.note
FROM journal_entree e
LEFT JOIN journal_sel s ON s.entree_id = e.id
LEFT JOIN journal_leaf l ON l.entree_id = e.id
LEFT JOIN LATERAL (SELECT size, note FROM journal_checkpoint ORDER BY size DESC LIMIT 1) c ON true
WHERE e.subject_id = %s AND e.event = %s ORDER BY e.id DESC LIMIT 1
"""


def inscription_of(subject: UUID, event: Event) -> Inscription:
    """Return how the last entry of ``event`` about ``subject`` stands in the journal.

    An act without any entry is broken: each has its own, written in the same transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ENTRY, (subject, event.code))
        row = cursor.fetchone()
    if row is None:
        return Inscription(State.BROKEN)
    body, digest, salt, number, leaf, size, note = row
    if number is None:
        return PENDING
    true_to_itself = salt is None or salted_digest(bytes(salt), bytes(body)) == bytes(digest)
    holds = true_to_itself and leaf_hash(bytes(digest)) == bytes(leaf) and _in_tree(number, bytes(leaf), size, note)
    return Inscription(State.VERIFIED if holds else State.BROKEN, number, size)


def _in_tree(number: int, leaf: bytes, size: int | None, note: str | None) -> bool:
    """Tell whether the tree that the note signs holds the leaf at its number."""
    if size is None or note is None:
        return False
    try:
        signed, _ = open_checkpoint(note, journal_signer().verifier)
        path = inclusion_proof(path_reader(number, size), number, size)
    except (BadNote, IncompleteTile, ValueError):
        return False
    return signed.size == size and verify_inclusion(number, size, leaf, path, signed.root)
