"""Makes the proof that an entry is in the journal, for whoever the entry speaks of.  Never writes."""

from uuid import UUID

from aidants.domain.events import Event
from aidants.journal.merkle import inclusion_proof
from aidants.journal.models import Checkpoint, Leaf
from aidants.journal.publication import published
from aidants.journal.tiles import path_reader
from aidants.journal.tlog_proof import Proof


def proof_of(subject: UUID, event: Event) -> Proof | None:
    """Return the proof of the last entry of ``event`` about ``subject``.

    ``None`` while no checkpoint covers it, and once its salt has been destroyed.  The cosigned checkpoint is used
    when it covers the entry; otherwise the newest one.
    """
    leaf = (
        Leaf.objects.select_related("entree__sel")
        .filter(entree__subject_id=subject, entree__event=event.code, entree__sel__isnull=False)
        .order_by("-number")
        .first()
    )
    shown = published()
    if leaf is None or shown is None:
        return None
    size, note = shown.size, shown.note
    if size <= leaf.number:
        newest = Checkpoint.objects.latest("size")
        size, note = newest.size, newest.note
    path = tuple(inclusion_proof(path_reader(leaf.number, size), leaf.number, size))
    return Proof(bytes(leaf.entree.body), bytes(leaf.entree.sel.salt), leaf.number, path, note)
