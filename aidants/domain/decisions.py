"""A rule's answer as a value.

A refusal is returned, never raised: an exception would roll back the journal
entry that must tell it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from aidants.domain.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class Granted:
    """The act may happen."""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Denied:
    """The act may not happen; ``reason`` says why, in words for the person too."""

    reason: ErrorCode

    def __bool__(self) -> bool:
        return False


Decision = Granted | Denied
GRANTED = Granted()
Facts = TypeVar("Facts")


def decide(checks: Iterable[Callable[[Facts], Decision]], facts: Facts) -> Decision:
    """Return the first refusal of ``checks``, in their order, or ``GRANTED``."""
    for check in checks:
        verdict = check(facts)
        if isinstance(verdict, Denied):
            return verdict
    return GRANTED
