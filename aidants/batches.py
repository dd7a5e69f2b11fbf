"""Deleting what may be many: a batch at a time, so that a backlog shrinks at each statement.

One DELETE of a million rows is cut by ``statement_timeout`` and starts again from nothing, for ever.
"""

from typing import Any, Final

from django.db.models import QuerySet

SIZE: Final = 1000
_MOST: Final = 200


def delete_by_batches(rows: QuerySet[Any]) -> int:
    """Delete ``rows`` by primary key and return how many went, dependent rows included.

    Outside any transaction: each batch is kept, whatever stops the next.  At most two hundred of them, so that no job
    holds up the others; the next run goes on.
    """
    gone = 0
    for _ in range(_MOST):
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:SIZE])
        gone += rows.filter(pk__in=keys).delete()[0] if keys else 0
        if len(keys) < SIZE:
            break
    return gone
