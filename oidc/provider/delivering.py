"""One way to bring a notice to a site: count the try, call outside any transaction, then close it or come back later.

What is brought, and what counts as taken, is the caller's.  A worker that dies between the count and the answer loses
nothing: the row says since the count when the next try is due, and what is past it is queued again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

Row = TypeVar("Row", bound=models.Model)

FORGOTTEN: Final = timedelta(minutes=10)
"""How long past its moment a try is taken for lost: longer than the queue is ever late, and than any call lasts."""
_BATCH = 100


def attempt(
    rows: "models.QuerySet[Row]",
    notice_id: UUID | str,
    tried: int | None,
    now: datetime,
    *,
    bring: Callable[[Row], bool],
    retries: Sequence[timedelta],
    close: Callable[[Row, int, bool], None],
    again: Callable[[int, datetime], None],
) -> None:
    """Try once to bring the notice ``notice_id`` of ``rows``.

    ``tried``  how many tries the queue knew of: this one is left alone when there were others; ``None``: whatever
    ``bring``  calls the site; true when it took the notice
    ``close``  journals the end: (row, attempts, taken)
    ``again``  queues the next try: (attempts, moment)
    The try is counted before the call: of two processes one calls.
    """
    waiting = rows.filter(pk=notice_id, delivered_at__isnull=True, abandoned_at__isnull=True)
    row = waiting.first()
    before = int(getattr(row, "attempts", 0))
    if row is None or tried not in (None, before):
        return
    last = before >= len(retries)
    next_try_at = now + (FORGOTTEN if last else retries[before])
    if not waiting.filter(attempts=before).update(attempts=before + 1, next_try_at=next_try_at):
        return
    taken = bring(row)
    with transaction.atomic():
        if taken or last:
            waiting.update(**{"delivered_at" if taken else "abandoned_at": now})
            close(row, before + 1, taken)
        else:
            again(before + 1, next_try_at)


def forgotten(rows: "models.QuerySet[Row]", now: datetime) -> list[tuple[str, int]]:
    """Return what nobody will try unless it is queued again, each with its tries until now; a batch at a time.

    A process died before the queue had the first try, or between a try and its answer.
    """
    late = now - FORGOTTEN
    lost = Q(next_try_at__lt=late) | Q(next_try_at__isnull=True, created_at__lt=late)
    left = rows.filter(lost, delivered_at__isnull=True, abandoned_at__isnull=True).order_by("created_at")
    found = list(left.values_list("pk", "attempts")[:_BATCH])
    rows.filter(pk__in=[pk for pk, _ in found]).update(next_try_at=now)
    return [(str(pk), attempts) for pk, attempts in found]
