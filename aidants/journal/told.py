"""What the journal was told meanwhile, so that whoever stands around an act does not tell its refusal twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Told:
    """How many entries were written during a block, and how many refusals were written or counted."""

    entries: int = 0
    refusals: int = 0


_TOLD: ContextVar[Told | None] = ContextVar("told", default=None)


@contextmanager
def listening() -> Iterator[Told]:
    """Give what is told during the block; who listens around it hears it when the block ends."""
    outer, inner = _TOLD.get(), Told()
    before = _TOLD.set(inner)
    try:
        yield inner
    finally:
        _TOLD.reset(before)
        if outer is not None:
            outer.entries += inner.entries
            outer.refusals += inner.refusals


def note(*, entry: bool, refusal: bool) -> None:
    """Say that an entry was written, that a refusal was told, or both."""
    if (told := _TOLD.get()) is not None:
        told.entries += entry
        told.refusals += refusal
