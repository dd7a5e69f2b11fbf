"""The terms of use as dated files, one engagement a line; the file of the last date stands.

A file that somebody accepted never changes: other words take another date, and are accepted anew.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Conditions:
    """The terms of one date: ``version`` that date, ``sha256`` of the file's bytes (hexadecimal)."""

    version: str
    engagements: tuple[str, ...]
    sha256: str

    @property
    def dated(self) -> date:
        """The day of this text."""
        return date.fromisoformat(self.version)


@cache
def standing_conditions() -> Conditions:
    """Return the terms that stand now."""
    file = max(_FOLDER.glob("????-??-??.txt"))
    content = file.read_bytes()
    return Conditions(file.stem, tuple(content.decode().splitlines()), hashlib.sha256(content).hexdigest())
