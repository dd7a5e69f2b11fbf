"""Counts as the rows of a table, with the length of a bar; what is hidden stays hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its label, its count (``None`` when hidden), the width of its bar in hundredths."""

    label: str
    count: int | None
    width: int


def rows_of(counts: Mapping[str, int | None], labels: Mapping[str, str] | None = None) -> list[Row]:
    """Return the rows of ``counts`` in their order; a name without label is a month, AAAA-MM."""
    most = max((count or 0 for count in counts.values()), default=0)
    return [
        Row(labels[name] if labels else _month(name), count, round(100 * (count or 0) / most) if most else 0)
        for name, count in counts.items()
    ]


def _month(name: str) -> str:
    return date_format(date.fromisoformat(f"{name}-01"), "F Y")
