"""What comes back from a provider: reports on what we sent, and messages that somebody sent us.

Both may come twice, late and out of order: each changes something once at most.
"""

from datetime import datetime, timedelta

from aidants.batches import delete_by_batches
from aidants.envois.models import Envoi, MessageRecu

_FINAL = {
    "DELIVERED": "delivre",
    "EXPIRED": "non_delivre",
    "DELETED": "non_delivre",
    "UNDELIVERABLE": "non_delivre",
    "REJECTED": "non_delivre",
    "SKIPPED": "non_delivre",
    # The network took it on the telephone's behalf: nothing more will be told.
    "ACCEPTED": "delivre",
}
_ON_ITS_WAY = frozenset({"SCHEDULED", "BUFFERED", "ENROUTE"})
KEPT = timedelta(days=90)
"""How long the identifier of a message that came in is remembered: a provider asks again for a day at most."""
OLDEST = KEPT - timedelta(days=1)
"""A message sent longer ago may be one whose identifier is forgotten: it is not taken."""
_CLOSING = timedelta(minutes=1)


def note_report(delivery: str, status: str, at: datetime) -> bool:
    """Note what became of a delivery; ``False`` when it is none of ours or says nothing new.

    A final word stands; a passing one that comes after it is ignored, as the provider's documentation asks.
    """
    word = _FINAL.get(status) or ("en_route" if status in _ON_ITS_WAY else "")
    if not word:
        return False
    open_ones = Envoi.objects.filter(delivery=delivery).exclude(report__in=("delivre", "non_delivre"))
    if word == "en_route":
        open_ones = open_ones.filter(report="")
    return bool(open_ones.update(report=word, reported_at=at))


def may_come_too_soon(delivery: str, at: datetime, now: datetime) -> bool:
    """Tell whether a report of ``at`` names a delivery that a process may be about to write: it is to come again."""
    return now - at < _CLOSING and not Envoi.objects.filter(delivery=delivery).exists()


def take_once(message_id: str, now: datetime) -> MessageRecu | None:
    """Return the row of a message that came in for the first time; ``None`` when it was taken already.

    In the caller's transaction: a second delivery of the same message waits for the first one's end.
    """
    row, created = MessageRecu.objects.get_or_create(message_id=message_id, defaults={"received_at": now})
    return row if created else None


def purge_received(now: datetime) -> int:
    """Forget the identifiers of messages that no provider sends again; return how many."""
    return delete_by_batches(MessageRecu.objects.filter(received_at__lt=now - KEPT))
