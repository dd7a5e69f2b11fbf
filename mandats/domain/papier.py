"""The signed sheet: when it was signed, and how long a declaration stands for it (DOMAIN §3.5)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mandats.domain.durees import local_date

DECLARATION_STANDS = timedelta(days=7)
"""« Exemplaire signé conservé » stands so long, from the second it is declared; then the sheet must be there."""


def may_be_signed_on(day: date, printed_at: datetime, now: datetime, time_zone: str) -> bool:
    """Tell whether the sheet may have been signed on ``day``: not before it was printed, not after today."""
    return local_date(printed_at, time_zone) <= day <= local_date(now, time_zone)


def signing_moment(day: date, printed_at: datetime, now: datetime, time_zone: str) -> datetime:
    """Return the moment kept for a sheet signed on ``day`` in the structure's zone.

    Today: now.  An earlier day: its first second, or the printing if that came later: no hour is made up.
    """
    if day == local_date(now, time_zone):
        return now
    midnight = datetime.combine(day, time.min, ZoneInfo(time_zone))
    return max(midnight, printed_at)


def stands(declared_at: datetime | None, now: datetime) -> bool:
    """Tell whether a declaration still stands; without one there is nothing to stand."""
    return declared_at is None or now < declared_at + DECLARATION_STANDS
