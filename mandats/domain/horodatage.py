"""When an authority that gave no time-stamp is asked again.  Never reads a clock."""

from datetime import datetime, timedelta
from typing import Final

FIRST_WAIT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 9


def next_try(tries: int, now: datetime) -> datetime:
    """Return when to ask again after ``tries`` failures: ten seconds, doubled each time, one hour at most."""
    doublings = min(max(tries - 1, 0), _MOST_DOUBLINGS)
    return now + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
