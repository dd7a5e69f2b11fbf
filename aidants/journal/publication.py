"""Which checkpoint is shown to the world, with the cosignatures that it has.

The newest one that enough witnesses have cosigned, as long as they keep up; when they fall silent the newest one is
shown without them rather than an old one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from aidants.journal.models import Checkpoint, Cosignature
from aidants.journal.notes import BadNote, Verifier, cosigned_at, parse_signature

QUORUM = 2
_SILENCE = timedelta(seconds=60)
_RECENT = 90


@dataclass(frozen=True, slots=True)
class Witness:
    """An independent party that cosigns checkpoints, and where it is asked (tlog-witness submission prefix)."""

    verifier: Verifier
    url: str


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint as it is shown: its note ends with the lines of its witnesses."""

    size: int
    note: str
    at: datetime
    witnesses: tuple[tuple[str, int], ...]


def witnesses() -> tuple[Witness, ...]:
    """Return the witnesses of JOURNAL_WITNESSES: verifier keys and addresses, in turn.  Raises ``BadNote``."""
    words = settings.JOURNAL_WITNESSES.split()
    if len(words) % 2:
        raise BadNote("JOURNAL_WITNESSES: a verifier key and an address for each witness")
    return tuple(Witness(Verifier.parse(words[at]), words[at + 1].rstrip("/")) for at in range(0, len(words), 2))


def published() -> Published | None:
    """Return the checkpoint to show, or ``None`` while there is none."""
    recent = list(Checkpoint.objects.order_by("-size").prefetch_related("cosignatures")[:_RECENT])
    if not recent:
        return None
    quorum = min(QUORUM, len(witnesses()))
    kept = (row for row in recent if recent[0].at - row.at <= _SILENCE and len(row.cosignatures.all()) >= quorum)
    chosen = next(kept, recent[0])
    lines = sorted(row.line for row in chosen.cosignatures.all())
    signatures = [parse_signature(line.rstrip("\n")) for line in lines]
    names = tuple((signature.name, cosigned_at(signature)) for signature in signatures)
    return Published(chosen.size, chosen.note + "".join(lines), chosen.at, names)


@dataclass(frozen=True, slots=True)
class Watcher:
    """A witness as the public page names it: its key, and the last checkpoint that it cosigned, if any."""

    name: str
    key: str
    size: int | None = None
    at: datetime | None = None


def watchers() -> list[Watcher]:
    """Return every witness of JOURNAL_WITNESSES with the last checkpoint that it cosigned.  Raises ``BadNote``."""
    known = [one.verifier for one in witnesses()]
    rows = Cosignature.objects.filter(witness__in=[one.name for one in known]).order_by("witness", "-checkpoint_id")
    last = {row.witness: row for row in rows.distinct("witness")} if known else {}
    return [
        Watcher(one.name, str(one), last[one.name].checkpoint_id, _moment_of(last[one.name]))
        if one.name in last
        else Watcher(one.name, str(one))
        for one in known
    ]


def _moment_of(row: Cosignature) -> datetime:
    """Return the moment that the witness itself signed."""
    return datetime.fromtimestamp(cosigned_at(parse_signature(row.line.rstrip("\n"))), UTC)


def newest_size() -> int:
    """Return the number of leaves under the newest checkpoint."""
    row = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
    return row or 0
