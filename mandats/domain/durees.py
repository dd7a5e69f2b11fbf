"""How long a mandat runs, in the time zone of the structure's place, and who is of age.

Owns the durations that the service offers, the second at which a mandat ends, and the reading of
presumed birth dates.  Never reads a clock: the moment is always an argument.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

MAX_DAYS: Final = 365
HOST_MAX_DAYS: Final = 31
"""For a structure that houses, employs, lends to or bills the usager (DOMAIN §3.5)."""
SHORTEST: Final = timedelta(hours=1)
"""A chosen last day that leaves less than this is too close: nothing could be done with the mandat."""
NOTICE_DAYS: Final = 30
NOTICE_FROM_DAYS: Final = 182
"""The end of a mandat of 182 days and more is told to the usager 30 days before (DOMAIN §3.3)."""
MAJORITY_YEARS: Final = 18

Zone = tzinfo | str
BoundsProblem = Literal["past", "too_close", "too_far"]

ZONES: Final[dict[str, str]] = {
    "Europe/Paris": "heure de Paris",
    "America/Guadeloupe": "heure de Basse-Terre (Guadeloupe)",
    "America/Martinique": "heure de Fort-de-France (Martinique)",
    "America/Cayenne": "heure de Cayenne (Guyane)",
    "Indian/Reunion": "heure de Saint-Denis (La Réunion)",
    "Indian/Mayotte": "heure de Mamoudzou (Mayotte)",
    "America/Miquelon": "heure de Saint-Pierre (Saint-Pierre-et-Miquelon)",
    "America/St_Barthelemy": "heure de Gustavia (Saint-Barthélemy)",
    "America/Marigot": "heure de Marigot (Saint-Martin)",
    "Pacific/Noumea": "heure de Nouméa (Nouvelle-Calédonie)",
    "Pacific/Tahiti": "heure de Papeete (Polynésie française)",
    "Pacific/Marquesas": "heure de Taiohae (îles Marquises)",
    "Pacific/Gambier": "heure de Rikitea (îles Gambier)",
    "Pacific/Wallis": "heure de Mata-Utu (Wallis-et-Futuna)",
}
"""The zones of French territory, and how the paper names each of them."""

MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Duree:
    """A duration: a number of days after acceptation, or a last day that the usager chose.

    Exactly one of ``days`` and ``chosen_last_day`` is set; ``code`` is what is stored.
    """

    code: str
    days: int | None = None
    chosen_last_day: date | None = None

    def __post_init__(self) -> None:
        if (self.days is None) == (self.chosen_last_day is None):
            raise ValueError("a duration is a number of days or a last day, never both, never neither")

    @property
    def label(self) -> str:
        """Return the words for the screen and the paper, as « 31 jours » or « jusqu’au 3 mars 2027 »."""
        if self.chosen_last_day is not None:
            return f"jusqu’au {french_date(self.chosen_last_day)}"
        return "1 jour" if self.days == 1 else f"{self.days} jours"


J1: Final = Duree("J1", 1)
J31: Final = Duree("J31", 31)
J182: Final = Duree("J182", 182)
J365: Final = Duree("J365", 365)
CHOSEN: Final = "DATE"
DUREES: Final[dict[str, Duree]] = {duree.code: duree for duree in (J1, J31, J182, J365)}


def until(day: date) -> Duree:
    """Return the duration that ends with ``day``, chosen by the usager (bounds: :func:`bounds_problem`)."""
    return Duree(CHOSEN, chosen_last_day=day)


def duree_from(code: str, chosen_last_day: date | None = None) -> Duree:
    """Return the duration stored as ``code`` (and a last day for ``DATE``).  Raises ValueError."""
    if code == CHOSEN and chosen_last_day is not None:
        return until(chosen_last_day)
    if code in DUREES and chosen_last_day is None:
        return DUREES[code]
    raise ValueError(f"unknown duration {code!r}")


def local_date(at: datetime, tz: Zone) -> date:
    """Return the calendar day of the aware moment ``at`` in ``tz``.  Raises ValueError if ``at`` is naive."""
    if at.tzinfo is None:
        raise ValueError("a moment without time zone is no moment")
    return at.astimezone(_zone(tz)).date()


def last_day(accepted_at: datetime, duree: Duree, tz: Zone) -> date:
    """Return the last day on which the mandat stands, in ``tz``: day of acceptation + N, or the day chosen."""
    if duree.chosen_last_day is not None:
        return duree.chosen_last_day
    return local_date(accepted_at, tz) + timedelta(days=duree.days or 0)


def expires_at(accepted_at: datetime, duree: Duree, tz: Zone) -> datetime:
    """Return, in UTC, the local midnight that follows the last day: the first second without mandat."""
    return midnight_after(last_day(accepted_at, duree, tz), tz)


def midnight_after(day: date, tz: Zone) -> datetime:
    """Return, in UTC, the moment when ``day`` is over in ``tz``.

    Where clocks change at midnight that hour is missing or comes twice (PEP 495): the later of both
    readings is the moment after which the day never comes back.
    """
    midnight = datetime.combine(day + timedelta(days=1), time(0), tzinfo=_zone(tz))
    return max(midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def bounds_problem(accepted_at: datetime, duree: Duree, tz: Zone, *, max_days: int = MAX_DAYS) -> BoundsProblem | None:
    """Tell why the last day cannot be had, or return None.

    ``past``: it is over; ``too_close``: less than :data:`SHORTEST` is left of it; ``too_far``: more than
    ``max_days`` ahead of the day of acceptation, both in ``tz``.
    """
    ahead = (last_day(accepted_at, duree, tz) - local_date(accepted_at, tz)).days
    if ahead < 0:
        return "past"
    if expires_at(accepted_at, duree, tz) - accepted_at < SHORTEST:
        return "too_close"
    return "too_far" if ahead > max_days else None


def max_days_of(host: bool) -> int:
    """Return how many days ahead a last day may lie; ``host``: the structure houses, employs, lends or bills."""
    return HOST_MAX_DAYS if host else MAX_DAYS


def runs_days(accepted_at: datetime, expires: datetime, tz: Zone) -> int:
    """Return the N of a mandat: days from the date of acceptation to its last day, as ``tz`` counts them."""
    return days_left(accepted_at, expires, tz)


def days_left(now: datetime, expires: datetime, tz: Zone) -> int:
    """Return the days from today to the last day, in ``tz``: 0 on the last day itself, negative once over."""
    return (local_date(expires - timedelta(seconds=1), tz) - local_date(now, tz)).days


def wants_notice(now: datetime, accepted_at: datetime, expires: datetime, tz: Zone) -> bool:
    """Tell whether the coming end is to be told: a long mandat that still stands, in its last thirty days."""
    long_enough = runs_days(accepted_at, expires, tz) >= NOTICE_FROM_DAYS
    return long_enough and now < expires and days_left(now, expires, tz) <= NOTICE_DAYS


def french_date(day: date) -> str:
    """Return « 1er mars 2027 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


def french_moment(at: datetime, tz: Zone) -> str:
    """Return « 22 novembre 2026 à 16 h 04 min 05 s » as the clocks of ``tz`` show ``at``."""
    local = at.astimezone(_zone(tz))
    return f"{french_date(local.date())} à {local.hour} h {local.minute:02d} min {local.second:02d} s"


def zone_label(tz: str) -> str:
    """Return how the paper names the zone ``tz``.  Raises ValueError outside French territory."""
    if tz not in ZONES:
        raise ValueError(f"not a time zone of French territory: {tz!r}")
    return ZONES[tz]


_BIRTHDATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def latest_birthdate(birthdate_text: str) -> date:
    """Return the latest day that ``YYYY-MM-DD``, ``YYYY-MM-00`` or ``YYYY-00-00`` may stand for.

    A presumed date is read as the youngest person that it allows.  Raises ValueError otherwise.
    """
    found = _BIRTHDATE.fullmatch(birthdate_text)
    if found is None:
        raise ValueError("a birth date is YYYY-MM-DD, YYYY-MM-00 or YYYY-00-00")
    year, month, day = (int(part) for part in found.groups())
    if month == 0:
        if day != 0:
            raise ValueError("a birth date with a day has a month")
        return date(year, 12, 31)
    if day == 0 and 1 <= month <= 12:
        day = calendar.monthrange(year, month)[1]
    return date(year, month, day)


def age_years_youngest(birthdate_text: str, on: date) -> int:
    """Return the full years lived on the day ``on`` by the youngest person that the text allows.

    Who was born on 29 February is a year older on 1 March of ordinary years.  Negative before birth.
    """
    born = latest_birthdate(birthdate_text)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_adult(birthdate_text: str, on: date) -> bool:
    """Tell whether the person is certainly 18 on the day ``on`` (C. civ. 414)."""
    return age_years_youngest(birthdate_text, on) >= MAJORITY_YEARS


def french_birthdate(birthdate_text: str) -> str:
    """Return « 3 mars 1954 », « mars 1954 (jour inconnu) » or « 1954 (jour et mois inconnus) »."""
    day = latest_birthdate(birthdate_text)
    if birthdate_text.endswith("-00-00"):
        return f"{day.year} (jour et mois inconnus)"
    if birthdate_text.endswith("-00"):
        return f"{MONTHS[day.month - 1]} {day.year} (jour inconnu)"
    return french_date(day)


def _zone(tz: Zone) -> tzinfo:
    return ZoneInfo(tz) if isinstance(tz, str) else tz
