"""Comparing what somebody typed with what is kept: birth name, birth date.  Plain Python, constant time."""

import hashlib
import hmac
import re

from aidants.domain.folding import fold
from mandats.domain.durees import latest_birthdate

_DATE = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_UNKNOWN = "00"
_OLDEST = 1880


def _number(text: str, largest: int) -> str | None:
    """Return a day or month as two digits, ``00`` for an unknown one, ``None`` for neither."""
    text = text.strip() or _UNKNOWN
    if len(text) > 2 or not (text.isascii() and text.isdigit()) or int(text) > largest:
        return None
    return f"{int(text):02d}"


def birthdate_from(day: str, month: str, year: str) -> str:
    """Return ``YYYY-MM-DD`` as typed in three boxes, unknown parts ``00``; ``""`` if it is no date.

    An empty day, or an empty day and month, say that they are unknown, as on many identity documents.
    """
    two_day, two_month, year = _number(day, 31), _number(month, 12), year.strip()
    if two_day is None or two_month is None or not (year.isascii() and year.isdigit() and len(year) == 4):
        return ""
    written = birthdate_written(f"{year}-{two_month}-{two_day}")
    return written if written and _is_of_the_calendar(written) else ""


def _is_of_the_calendar(written: str) -> bool:
    try:
        latest_birthdate(written)
    except ValueError:
        return False
    return True


def birthdate_written(text: str) -> str:
    """Return ``text`` if it is a date as we write them (``1962-00-00`` allowed), else ``""``."""
    found = _DATE.fullmatch(text.strip())
    if found is None or int(found["year"]) < _OLDEST:
        return ""
    if int(found["month"]) > 12 or int(found["day"]) > 31:
        return ""
    nonsense = found["month"] == _UNKNOWN and found["day"] != _UNKNOWN
    return "" if nonsense else found[0]


def _same(kept: str, typed: str) -> bool:
    """Compare in constant time, lengths included."""
    return hmac.compare_digest(hashlib.sha256(kept.encode()).digest(), hashlib.sha256(typed.encode()).digest())


def same_birthdate(kept: str, typed: str) -> bool:
    """Tell whether the dates are the same, as kept or as FranceConnect completes it (``-00`` becomes ``-01``)."""
    exact, completed = _same(kept, typed), _same(kept.replace("-00", "-01"), typed)
    return exact | completed


def same_name(kept: str, typed: str) -> bool:
    """Tell whether two names are the same once case, accents, hyphens and apostrophes are set aside."""
    return _same(fold(kept), fold(typed)) & bool(fold(typed))
