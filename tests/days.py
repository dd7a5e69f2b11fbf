"""Where the days end that tests count in: those of Paris, and those of UTC."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_ZONES = (ZoneInfo("Europe/Paris"), UTC)


def wait_before(now: datetime, lasting: timedelta) -> float:
    """Return the seconds to let pass so that no day ends within ``lasting`` of then; 0 but just before midnight."""
    for zone in _ZONES:
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        left = (datetime.combine(tomorrow, time.min, zone).astimezone(UTC) - now).total_seconds()
        if left <= lasting.total_seconds():
            return left
    return 0.0
