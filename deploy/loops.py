"""The loop under everything that a worker does by itself: an act every second, whatever happened to the one before.

A thread that an error ended would be missed by nobody for hours: an outbox that grows, mandats that nothing closes.
"""

import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from django.db import DatabaseError, connection

log = structlog.get_logger()
_SECONDS = 1.0


class Attempt:
    """A block whose ``failure`` is kept instead of raised: for who goes on whatever an act met, and tells of it."""

    failure: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.failure = error if isinstance(error, Exception) else None
        return self.failure is not None


def every_second(stop: threading.Event, what: str, act: Callable[[], object]) -> None:
    """Act every second until ``stop``; a failure is told by ``what`` failed and where, and the next second is tried.

    A database that went away is asked again by a new connection.  What an error says is not told: it may name somebody.
    """
    while not stop.wait(_SECONDS):
        with Attempt() as attempt:
            act()
        if attempt.failure is not None:
            tell = log.warning if isinstance(attempt.failure, DatabaseError) else log.error
            tell("loop: failed", loop=what, error=type(attempt.failure).__name__, at=place_of(attempt.failure))
            connection.close()
    connection.close()


def place_of(error: Exception) -> str:
    """Return the file and line that raised."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"
