"""Keeps when mandats were suspended, as the journal tells it: the status list is asked about the past too."""

from datetime import datetime
from typing import Final

from django.db.models import Value
from django.db.models.functions import Greatest

from aidants.journal.follow import Follower, Integrated
from mandats.domain import events
from mandats.registre.models import Suspension


def _begin(entry: Integrated, now: datetime) -> None:
    """Note that a suspension began; a second one within the first says nothing new."""
    if entry.subject_id and not Suspension.objects.filter(mandat=entry.subject_id, ended_at__isnull=True).exists():
        Suspension.objects.create(mandat_id=entry.subject_id, started_at=entry.at)


def _end(entry: Integrated, now: datetime) -> None:
    """Note that it ended: resumed, or ended with the mandat; never before it began.

    Acts are dated when they are asked for and numbered when they are written: of two that crossed, the second may bear
    the earlier date.
    """
    standing = Suspension.objects.filter(mandat=entry.subject_id, ended_at__isnull=True)
    standing.update(ended_at=Greatest("started_at", Value(entry.at)))


SUSPENSIONS: Final = Follower(
    "mandats-suspensions",
    {
        events.MANDAT_SUSPEND: _begin,
        events.MANDAT_RESUME: _end,
        events.MANDAT_REVOKE: _end,
        events.MANDAT_END: _end,
        events.MANDAT_REPLACE_ELSEWHERE: _end,
    },
    from_the_start=True,
)
