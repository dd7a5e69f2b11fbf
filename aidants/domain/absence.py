"""When somebody who does not come is warned, then deactivated (DOMAIN §3.7): calendar months, clamped to their end."""

import calendar
from datetime import datetime

ABSENCE = "absence"
"""Why an account is closed, when nobody came."""
MONTHS_TO_WARNING = 5
MONTHS_FROM_WARNING = 1


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same day and hour ``months`` earlier, or the last day of that month (31 July - 5 is 28 February)."""
    count = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(count, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def is_to_warn(last_seen: datetime, warned_at: datetime | None, now: datetime) -> bool:
    """Tell whether five months went by since ``last_seen`` without a warning since."""
    not_warned = warned_at is None or warned_at < last_seen
    return not_warned and last_seen <= months_before(now, MONTHS_TO_WARNING)


def is_to_deactivate(last_seen: datetime, warned_at: datetime | None, now: datetime) -> bool:
    """Tell whether a month went by since a warning that nothing followed."""
    if warned_at is None or warned_at < last_seen:
        return False
    return warned_at <= months_before(now, MONTHS_FROM_WARNING)
