"""Counts in months, as rules and contracts do."""

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later; the last of a shorter month (Règlement CEE 1182/71, art. 3)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
