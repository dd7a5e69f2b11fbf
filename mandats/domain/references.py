"""The reference of a mandat, like ``GAP7-K3XW-9B``: its alphabet, its check characters, what people type.

Eight characters carry 40 random bits, two check them.  A reference is no secret and opens nothing by
itself.  Two mandats may draw the same one once in a great while: the table's unique constraint tells,
and the caller draws again.
"""

import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: neither I, L nor O (read as 1, 1, 0), nor U."""

LENGTH: Final = 10
CHECKS: Final = 2
_RANDOM_BYTES: Final = 5
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS: Final = frozenset(" -._/\t\n\r\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\u2014")

# The two characters make a Reed-Solomon code of distance 3 over GF(32) (Reed and Solomon 1960;
# field polynomial x^5 + x^2 + 1): one or two wrong characters, hence any swap, never go unseen.
# The sums aimed at are not zero, so that a row of one repeated character is no reference; they
# are those of the example that the documentation prints.
_AIM: Final = (24, 19)


class Mistake(StrEnum):
    """Why what was typed is no reference."""

    SHAPE = "shape"
    TYPO = "typo"


def _powers_of_alpha() -> tuple[int, ...]:
    powers = [1]
    while len(powers) < LENGTH:
        doubled = powers[-1] << 1
        powers.append(doubled ^ 0x25 if doubled & 0x20 else doubled)
    return tuple(powers)


_ALPHA: Final = _powers_of_alpha()


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x25 if a & 0x10 else 0)
        b >>= 1
    return product


def _sums(values: list[int]) -> tuple[int, int]:
    plain = weighted = 0
    for position, value in enumerate(values):
        plain ^= value
        weighted ^= _times(value, _ALPHA[position])
    return plain, weighted


def _with_checks(values: list[int]) -> list[int]:
    plain, _ = _sums(values)
    for first in range(len(ALPHABET)):
        whole = [*values, first, first ^ plain ^ _AIM[0]]
        if _sums(whole) == _AIM:
            return whole
    raise AssertionError("two check characters always exist")


def _written(values: list[int]) -> str:
    text = "".join(ALPHABET[value] for value in values)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def new_reference(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a fresh reference drawn from five bytes of ``random_bytes``."""
    drawn = int.from_bytes(random_bytes(_RANDOM_BYTES), "big")
    return _written(_with_checks([drawn >> shift & 31 for shift in range(35, -1, -5)]))


def parse(typed: str) -> str | Mistake:
    """Return the reference meant by what a person typed, or what is wrong with it.

    Lower case, spaces, dashes left out or added, O for 0 and I or L for 1 are understood.  ``TYPO``:
    the right number of characters, but they do not check: told before anything is looked up.
    """
    kept = "".join(character for character in typed.upper() if character not in _SEPARATORS)
    kept = kept.translate(_LOOKALIKES)
    if len(kept) != LENGTH or any(character not in _VALUES for character in kept):
        return Mistake.SHAPE
    values = [_VALUES[character] for character in kept]
    return _written(values) if _sums(values) == _AIM else Mistake.TYPO


def normalise(typed: str) -> str:
    """Return the reference meant by ``typed``, or ``""``: for look-ups that need not say why not."""
    found = parse(typed)
    return "" if isinstance(found, Mistake) else found


def is_well_formed(reference: str) -> bool:
    """Tell whether ``reference`` is written exactly as we write references, checks included."""
    return parse(reference) == reference
