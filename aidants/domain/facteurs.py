"""One-time codes of a second factor: which window accepts one, what drift is learnt, how failures slow down.

Plain rules over numbers.  The algorithm itself (RFC 4226, RFC 6238) is the caller's: ``code_at`` gives the code of a
step.  A failure never widens anything (DOMAIN §4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest


class Famille(StrEnum):
    """What kind of second factor it is; the values stand in the journal and in sessions."""

    CLE = "cle"
    APPLICATION = "application"
    CARTE = "carte"
    SECOURS = "secours"


@dataclass(frozen=True, slots=True)
class Reglage:
    """``period`` of a step in seconds; tolerances in steps, before and after the first valid code."""

    period: int
    first_tolerance: int
    tolerance: int
    learns_drift: bool


# A telephone keeps the network's time; a card's quartz runs alone, sometimes for years before it is first used.
REGLAGES = {
    Famille.APPLICATION: Reglage(period=30, first_tolerance=1, tolerance=1, learns_drift=False),
    Famille.CARTE: Reglage(period=60, first_tolerance=10, tolerance=1, learns_drift=True),
}


@dataclass(frozen=True, slots=True)
class Etat:
    """What is known of one generator: learnt ``drift`` in steps, ``last_step`` accepted (-1: none), ``validated``."""

    drift: int = 0
    last_step: int = -1
    validated: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The code was that of ``step``; ``drift`` is what the generator deviates by from now on."""

    step: int
    drift: int


def accept(famille: Famille, etat: Etat, code: str, *, at: float, code_at: Callable[[int], str]) -> Accepted | None:
    """Return which step's code this is, or ``None``.

    ``at``      seconds since the epoch (RFC 6238's T0 is 0)
    ``code_at`` gives the digits of a step
    A step already accepted, or one before it, is refused: a code serves once (RFC 6238 §5.2).
    """
    reglage = REGLAGES[famille]
    here = int(at) // reglage.period
    tolerance = reglage.tolerance if etat.validated else reglage.first_tolerance
    found = None
    # Every step of the window is compared, whichever matches: the time taken tells nothing.
    for offset in sorted(range(-tolerance, tolerance + 1), key=abs, reverse=True):
        step = here + etat.drift + offset
        if step > etat.last_step and compare_digest(code_at(step).encode(), code.encode()):
            found = Accepted(step, step - here if reglage.learns_drift else 0)
    return found


_FREE_FAILURES = 3
_LONGEST_WAIT = 15 * 60


def wait_after(failures: int) -> int:
    """Return the seconds to wait after that many failures in a row: three are free, then 1, 2, 4… up to 900.

    Who knows the password and guesses has 96 tries a day, each against three codes in a million; the person is told
    by e-mail at the tenth failure.  A longer wait would let a thief of the password lock its owner out.
    """
    over = failures - _FREE_FAILURES
    return 0 if over <= 0 else min(2 ** min(over - 1, 20), _LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Moyens:
    """By what a person gets in: counts of each kind; ``premier``: a password, or a link to ProConnect."""

    cles: int
    generateurs: int
    premier: bool


def opens(moyens: Moyens) -> bool:
    """Tell whether somebody with these may still sign in: a passkey alone, or something known and a code."""
    return moyens.cles > 0 or (moyens.generateurs > 0 and moyens.premier)
