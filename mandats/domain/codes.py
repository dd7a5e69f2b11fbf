"""The usager's codes: sixteen digits in groups of four, the last one a check digit.

Owns their form only.  Never stores, hashes or compares a code: they are kept elsewhere, as keyed digests.
"""

import secrets
import unicodedata
from collections.abc import Callable
from typing import Final

LENGTH: Final = 16
GROUP: Final = 4

# Quasigroup of order 10 of H. Michael Damm, « Total anti-symmetrische Quasigruppen » (dissertation,
# Marburg 2004): every single wrong digit and every swap of two neighbours changes the outcome.
_DAMM: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip

_LOOKALIKES: Final = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})
_SEPARATORS: Final = frozenset(" -._\t\n\r\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\u2014")


def check_digit(digits: str) -> str:
    """Return the Damm check digit of ``digits`` (ASCII digits)."""
    row = 0
    for digit in digits:
        row = int(_DAMM[row][int(digit)])
    return str(row)


def new_code(randbelow: Callable[[int], int] = secrets.randbelow) -> str:
    """Return sixteen digits, ungrouped: fifteen from ``randbelow``, then their check digit."""
    digits = f"{randbelow(10 ** (LENGTH - 1)):0{LENGTH - 1}d}"
    return digits + check_digit(digits)


def normalise(typed: str) -> str:
    """Return the sixteen digits meant by what a person typed, or ``""`` if it has not that form.

    Spaces, dashes, O for 0, I or l for 1 and digits of other scripts are understood; the check
    digit is not looked at (:func:`is_well_formed`).
    """
    kept: list[str] = []
    for character in typed.translate(_LOOKALIKES):
        if character in _SEPARATORS:
            continue
        value = unicodedata.decimal(character, None)
        if value is None:
            return ""
        kept.append(str(value))
    return "".join(kept) if len(kept) == LENGTH else ""


def is_well_formed(code: str) -> bool:
    """Tell whether ``code`` is sixteen ASCII digits with the right check digit.

    False means « mistyped », which is told before it counts as a guess.
    """
    return len(code) == LENGTH and code.isascii() and code.isdigit() and check_digit(code) == "0"


def grouped(code: str) -> str:
    """Return the code as it is printed and read aloud: « 1234 5678 9012 3456 »."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
