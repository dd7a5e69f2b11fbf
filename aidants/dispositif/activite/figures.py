"""Figures of activity: sums of the counts kept by month, for an aidant, a structure, a department, the nation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from aidants.domain.activite.comptes_rendus import AXES, NOTHING, SLOTS, Totals

_SUMS = ", ".join(f"sum(counts[{rank + 1}])" for rank in range(len(SLOTS)))
# Where each scope's counts are kept, and which of them are its own.
_SCOPES = {
    "compte": ("activite_mois", "compte_id = %(compte)s"),
    "structure": ("activite_mois", "structure_id = %(structure)s AND compte_id IS NULL"),
    "departement": ("activite_departement", "departement = %(departement)s"),
    "nation": ("activite_departement", "true"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose activity: ``kind`` is a key of the scopes, ``key`` its identifier."""

    kind: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, the first and the last included, as their first days."""

    first: date
    last: date

    def months(self) -> Iterator[date]:
        """Yield each month."""
        month = self.first
        while month <= self.last:
            yield month
            month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def last_months(today: date, count: int) -> Period:
    """Return the ``count`` months that end with today's."""
    number = today.year * 12 + today.month - count
    return Period(date(number // 12, number % 12 + 1, 1), today.replace(day=1))


def compte_scope(compte_id: UUID) -> Scope:
    """Return one aidant's own activity."""
    return Scope("compte", str(compte_id))


def structure_scope(structure_id: UUID) -> Scope:
    """Return a structure's activity."""
    return Scope("structure", str(structure_id))


def _ask(scope: Scope, period: Period, group: str) -> list[tuple[Any, ...]]:
    given: dict[str, Any] = {scope.kind: scope.key, "first": period.first, "last": period.last}
    column = f"{group}, " if group else ""
    tail = f" GROUP BY {group} ORDER BY {group}" if group else ""
    table, own = _SCOPES[scope.kind]
    statement = (
        f"SELECT {column}{_SUMS} FROM {table} "  # noqa: S608  words of this module alone
        f"WHERE month BETWEEN %(first)s AND %(last)s AND {own}{tail}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _totals(values: tuple[Any, ...]) -> Totals:
    return Totals(tuple(int(value or 0) for value in values))


def by_month(scope: Scope, period: Period) -> dict[date, Totals]:
    """Return the totals of each month, empty ones included; by one query."""
    found = {row[0]: _totals(row[1:]) for row in _ask(scope, period, "month")}
    return {month: found.get(month, NOTHING) for month in period.months()}


def by_departement(period: Period) -> dict[str, Totals]:
    """Return the nation's totals, department by department; by one query."""
    return {row[0]: _totals(row[1:]) for row in _ask(Scope("nation"), period, "departement")}


def add_up(parts: Mapping[Any, Totals]) -> Totals:
    """Return the sum of totals."""
    if not parts:
        return NOTHING
    return Totals(tuple(map(sum, zip(*(part.counts for part in parts.values()), strict=True))))


CSV_COLUMNS = ("mois", "axe", "valeur", "nombre")


def csv_rows(months: Mapping[date, Totals]) -> Iterator[tuple[object, ...]]:
    """Yield each count of each month, in words."""
    for month, totals in months.items():
        for axis, word in SLOTS:
            yield month.strftime("%Y-%m"), axis, AXES[axis][word], totals.of(axis, word)
