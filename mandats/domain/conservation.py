"""How long each thing is kept (DOMAIN §3.7), as data, and the dates that follow from it.

Never reads a clock.  ``deploy/periods.py`` runs what this table says; tests move the clock and compare.
"""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

VISIBLE: Final = timedelta(days=365)
"""How long the structure still sees an ended mandat (DOMAIN §3.4)."""

ACTIVE_YEARS: Final = 3
KEPT_YEARS: Final = 6


class Phase(StrEnum):
    """Where a mandat stands in its keeping."""

    EN_COURS = "en_cours"
    ACTIVE = "active"
    ARCHIVE = "archive"
    A_EFFACER = "a_effacer"


def years_after(moment: datetime, years: int) -> datetime:
    """Return the same day and hour ``years`` later; the month's last day when there is no such day (CPC 641)."""
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, moment.month)[1])
    return moment.replace(year=year, day=day)


def end_of(ended_at: datetime | None, expires_at: datetime) -> datetime:
    """Return when a mandat ended or will end: its term, or what came before it."""
    return expires_at if ended_at is None else min(ended_at, expires_at)


def phase_at(end: datetime, now: datetime) -> Phase:
    """Return the phase, at ``now``, of a mandat that ends at ``end`` (exclusive)."""
    if now < end:
        return Phase.EN_COURS
    if now < years_after(end, ACTIVE_YEARS):
        return Phase.ACTIVE
    return Phase.ARCHIVE if now < years_after(end, KEPT_YEARS) else Phase.A_EFFACER


@dataclass(frozen=True, slots=True)
class Regle:
    """One row of the schedule: ``what`` is kept ``how_long``, then ``job`` (of ``deploy/periods.py``) sees to it."""

    what: str
    how_long: str
    job: str
    because: str


_SIX_MONTHS: Final = timedelta(days=182)
ENVOIS_LIVE: Final = _SIX_MONTHS
"""Lines of the outbox, emptied of what they said as soon as it has left."""
TASK_RESULTS_LIVE: Final = timedelta(days=7)
ATTEMPTS_LIVE: Final = timedelta(days=7)
REFUSALS_LIVE: Final = timedelta(days=365)
ALERTES_LIVE: Final = timedelta(days=365)
DEMANDES_LIVE: Final = timedelta(days=3 * 365)
