"""A figure, as printed: one JSON object a line, with name, value, unit and n first."""

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that ``share`` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def milliseconds(seconds: float) -> float:
    """Return seconds as milliseconds, to the microsecond."""
    return round(seconds * 1000, 3)


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50 and p95 in milliseconds."""
    return {"p50_ms": milliseconds(percentile(seconds, 0.5)), "p95_ms": milliseconds(percentile(seconds, 0.95))}


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured ``n`` times; ``more`` holds its other members by name."""

    name: str
    value: float
    unit: str
    n: int
    more: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """Return the figure as one line of JSON."""
        first = {"name": self.name, "value": round(self.value, 3), "unit": self.unit, "n": self.n}
        return json.dumps(first | self.more, ensure_ascii=False)

    def show(self) -> None:
        """Print the figure."""
        sys.stdout.write(self.line() + "\n")
        sys.stdout.flush()
