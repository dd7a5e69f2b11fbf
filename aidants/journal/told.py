"""What the journal was told meanwhile, so that whoever stands around an act does not tell its refusal twice.

And, on the request, why the answer to come is a refusal: ``aidants/pages/refusals.py`` journals it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest

from aidants.domain.errors import ErrorCode


@dataclass(slots=True)
class Told:
    """How many entries were written during a block, and how many refusals were written or counted."""

    entries: int = 0
    refusals: int = 0


_TOLD: ContextVar[Told | None] = ContextVar("told", default=None)


def because(request: HttpRequest, reason: ErrorCode) -> None:
    """Say why the answer to come is a refusal, where its status does not tell it and no service writes an entry."""
    request.refusal = reason  # type: ignore[attr-defined]  # read where pages are journaled, and by nothing else


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
