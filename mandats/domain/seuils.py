"""Figures small enough to point at somebody are not said (statistical disclosure control).

A count below :data:`SEUIL` is hidden.  A hidden count that could be found again, by taking what is shown from a total,
takes others with it: the smallest ones shown, until two at least are hidden and together they reach the threshold.
"""

from collections.abc import Mapping

SEUIL = 5


def is_said(count: int) -> bool:
    """Tell whether a count alone may be said; nought points at nobody."""
    return count == 0 or count >= SEUIL


def said(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the counts of one table whose total is said too; ``None`` stands for what is hidden."""
    hidden = {name for name, count in counts.items() if not is_said(count)}
    shown = sorted((count, name) for name, count in counts.items() if count and name not in hidden)
    while hidden and shown and (len(hidden) < 2 or sum(counts[name] for name in hidden) < SEUIL):
        hidden.add(shown.pop(0)[1])
    return {name: None if name in hidden else count for name, count in counts.items()}


def total_said(counts: Mapping[str, int]) -> int | None:
    """Return the total of a table; ``None`` when it would tell what :func:`said` hides."""
    total, told = sum(counts.values()), said(counts)
    hidden = [name for name, count in told.items() if count is None]
    safe = not hidden or (len(hidden) >= 2 and sum(counts[name] for name in hidden) >= SEUIL)
    return total if is_said(total) and safe else None
