"""How many wrong tries are allowed, before which wait.

Counts failures only, one row a kind, bucket and minute, shared by all processes.  Buckets are keyed digests.
A limit slows a way in; none of them closes another (FranceConnect, the telephone).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q, Sum

from aidants.domain.acteur import ANONYME
from aidants.domain.errors import TRIES_THROTTLED
from aidants.domain.events import Event
from aidants.domain.vault import keyed_digest
from aidants.journal.models import RefusCompte
from aidants.journal.record import count_refusal, record

_MINUTE = timedelta(minutes=1)
_SOURCES = ("adresse", "client")


@dataclass(frozen=True, slots=True)
class Limit:
    """``tries`` failures of one ``bucket`` within ``window`` make the next try wait ``delay`` after the last one.

    ``scope`` says what is counted: ``reference``, ``adresse``, ``client`` or ``tous``.
    """

    scope: str
    bucket: str
    tries: int
    window: timedelta
    delay: timedelta


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not now: ``seconds`` until the next try may be made (RFC 9110 §10.2.3, Retry-After)."""

    seconds: int

    @property
    def minutes(self) -> int:
        """The wait as people are told it."""
        return max(1, math.ceil(self.seconds / 60))


def limit(scope: str, value: str, tries: int, window: timedelta, delay: timedelta) -> Limit:
    """Return the limit of one value (a reference, an address…), which is kept as a keyed digest only."""
    bucket = keyed_digest(settings.DIGEST_KEY, f"limit-{scope}", value)
    return Limit(scope, bucket, max(1, round(tries * settings.LIMITS_FACTOR)), window, delay)


def hold(first: Limit) -> None:
    """Let tries of one bucket pass one after the other until the transaction ends.

    Otherwise a hundred tries sent at once would all be read before any of them is counted.
    """
    number = int(first.bucket[:15], 16)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def throttled(event: Event, limits: Sequence[Limit], now: datetime) -> Throttled | None:
    """Return the longest wait that ``limits`` impose on a try made now, by one query.

    A try that must wait is a refusal too: counted apart, where it makes nobody wait longer, its first of the minute
    journaled.
    """
    wanted = Q()
    for one in limits:
        since = now - one.window
        wanted |= Q(kind=_kind(event, one), bucket=one.bucket, minute__gt=since)
    rows = RefusCompte.objects.filter(wanted).order_by().values("kind", "bucket")
    found = {
        (row["kind"], row["bucket"]): row
        for row in rows.annotate(total=Sum("count"), last=Max("minute")).order_by("kind")
    }
    waits = [_wait(found.get((_kind(event, one), one.bucket)), one, now) for one in limits]
    if not any(waits):
        return None
    _count_wait(event, limits, now)
    return Throttled(max(waits))


@transaction.atomic
def _count_wait(event: Event, limits: Sequence[Limit], now: datetime) -> None:
    """Count under whoever tries (an address, a client), not under what is tried."""
    source = next((one for one in limits if one.scope in _SOURCES), limits[0])
    if count_refusal(event, bucket=source.bucket, at=now, reason=TRIES_THROTTLED.code) == 1:
        record(event, acteur=ANONYME, at=now, reason=TRIES_THROTTLED.code)


def _wait(row: Mapping[str, Any] | None, one: Limit, now: datetime) -> int:
    if row is None or row["total"] < one.tries:
        return 0
    last: datetime = row["last"]
    return max(0, math.ceil((last + _MINUTE + one.delay - now).total_seconds()))


def _kind(event: Event, one: Limit) -> str:
    return f"{event.code}/{one.scope}"


def count_failure(event: Event, limits: Sequence[Limit], now: datetime) -> bool:
    """Count one failure in every bucket; True when it is the first of its minute, to be journaled.

    The order of ``limits`` is always the same, so that two failures never wait for each other.
    """
    counts = [count_refusal(event, bucket=one.bucket, at=now, reason=one.scope) for one in limits]
    return counts[-1] == 1
