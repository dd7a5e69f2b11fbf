"""One way to bring a notice to a site: count the try, call outside any transaction, then close it or come back later.

What is brought, and what counts as taken, is the caller's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import models, transaction

Row = TypeVar("Row", bound=models.Model)


def attempt(
    rows: "models.QuerySet[Row]",
    notice_id: UUID | str,
    now: datetime,
    *,
    bring: Callable[[Row], bool],
    retries: Sequence[timedelta],
    close: Callable[[Row, int, bool], None],
    again: Callable[[datetime], None],
) -> None:
    """Try once to bring the notice ``notice_id`` of ``rows``.

    ``bring``  calls the site; true when it took the notice
    ``close``  journals the end: (row, attempts, taken)
    ``again``  queues the next try for a moment
    The try is counted before the call: of two processes one calls.
    """
    waiting = rows.filter(pk=notice_id, delivered_at__isnull=True, abandoned_at__isnull=True)
    row = waiting.first()
    tried = int(getattr(row, "attempts", 0))
    if row is None or not waiting.filter(attempts=tried).update(attempts=tried + 1):
        return
    taken = bring(row)
    with transaction.atomic():
        if taken or tried >= len(retries):
            waiting.update(**{"delivered_at" if taken else "abandoned_at": now})
            close(row, tried + 1, taken)
        else:
            again(now + retries[tried])
