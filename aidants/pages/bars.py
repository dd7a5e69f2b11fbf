"""Figures as bars: a table that reads as text, with a drawing beside each number."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: its label, its number, its length in a hundredth of the longest."""

    label: str
    count: int
    length: float


def bars(lines: Iterable[tuple[str, int]]) -> list[Bar]:
    """Return lines with the length of their bar."""
    kept = list(lines)
    most = max((count for _, count in kept), default=0) or 1
    return [Bar(label, count, round(100 * count / most, 1)) for label, count in kept]
