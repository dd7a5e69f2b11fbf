"""A follower of the journal whose effect is a mark, for what follows it."""

from datetime import datetime

from aidants.domain.events import SIGN_IN
from aidants.journal.follow import Follower, Integrated
from aidants.journal.models import RefusCompte


def mark(entry: Integrated, now: datetime) -> None:
    """Leave one row an entry: the order and the number of its readings can be told afterwards."""
    RefusCompte.objects.create(kind="read", bucket=f"{entry.number:06d}", minute=now, count=1)


def numbers() -> list[int]:
    """Return the numbers that were read, in the order of reading."""
    return [int(text) for text in RefusCompte.objects.order_by("id").values_list("bucket", flat=True)]


MARKS = Follower("marks", {SIGN_IN: mark}, from_the_start=True)
