"""How many wrong tries are allowed, before which wait.

Counts failures only, one row a kind, bucket and minute, shared by all processes; tries during a wait stand apart.
Buckets are keyed digests.
A limit slows a way in; none of them closes another (FranceConnect, the telephone).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from aidants.domain.acteur import ANONYME
from aidants.domain.errors import TRIES_THROTTLED
from aidants.domain.events import Event
from aidants.domain.vault import keyed_digest
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
    one_at_a_time(first.bucket)


def one_at_a_time(what: str) -> None:
    """Let acts about the same thing pass one after the other until the transaction ends; ``what`` names it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


_COUNTED = """
SELECT wanted.rank, sum(counted.count), max(counted.minute)
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) WITH ORDINALITY AS wanted (kind, bucket, since, rank)
JOIN journal_refus_compte counted
    ON counted.kind = wanted.kind AND counted.bucket = wanted.bucket AND counted.minute > wanted.since
GROUP BY wanted.rank
"""


def throttled(event: Event, limits: Sequence[Limit], now: datetime) -> Throttled | None:
    """Return the longest wait that ``limits`` impose on a try made now, by one query.

    A try that must wait is a refusal too: counted apart, where it makes nobody wait longer, its first of the minute
    journaled.  Asked before a transaction as well as under :func:`hold`, it spares a flood of tries both.
    """
    waits = _waits(event, limits, now)
    if not waits:
        return None
    _count_wait(event, waits, now)
    return Throttled(max(seconds for _limit, seconds in waits))


def _waits(event: Event, limits: Sequence[Limit], now: datetime) -> list[tuple[Limit, int]]:
    """Return the limits that were reached, each with the seconds to wait for it."""
    kinds, buckets = [_kind(event, one) for one in limits], [one.bucket for one in limits]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [kinds, buckets, [now - one.window for one in limits]])
        rows = sorted(cursor.fetchall())
    reached = [(limits[rank - 1], last) for rank, total, last in rows if total >= limits[rank - 1].tries]
    waits = [(one, math.ceil((last + _MINUTE + one.delay - now).total_seconds())) for one, last in reached]
    return [(one, seconds) for one, seconds in waits if seconds > 0]


def _count_wait(event: Event, waits: Sequence[tuple[Limit, int]], now: datetime) -> None:
    """Count under whoever tries (an address, a client) once that is what must wait, else under what is tried.

    Otherwise each address of a flood would have its row, and its entry of the journal, for one try.
    """
    source = next((one for one, _seconds in waits if one.scope in _SOURCES), waits[0][0])
    within_an_act = connection.in_atomic_block
    with transaction.atomic():
        if count_refusal(event, bucket=source.bucket, at=now, reason=TRIES_THROTTLED.code) == 1:
            record(event, acteur=ANONYME, at=now, reason=TRIES_THROTTLED.code)
        elif not within_an_act:
            _spare_the_disk()


def _spare_the_disk() -> None:
    """Let the transaction end before the disk has it: all of a flood waits for one row, and a count lost is no loss."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


def _kind(event: Event, one: Limit) -> str:
    return f"{event.code}/{one.scope}"


def count_failure(event: Event, limits: Sequence[Limit], now: datetime) -> bool:
    """Count one failure in every bucket; True when it is the first of its minute, to be journaled.

    The order of ``limits`` is always the same, so that two failures never wait for each other.
    """
    counts = [count_refusal(event, bucket=one.bucket, at=now, reason=one.scope) for one in limits]
    return counts[-1] == 1
