"""The national register of establishments, behind an interface: a file of SIRENE's own columns, or nothing.

``SIRENE_FILE`` names a CSV extract (INSEE, API Sirene, establishments with their legal unit: ``siret``,
``etatAdministratifEtablissement``, ``denominationUniteLegale``, ``categorieJuridiqueUniteLegale``,
``codeCommuneEtablissement``; other columns are passed over).  A line that cannot be read is left out and counted; an
extract without its columns is no register.  Without one nothing is claimed: a SIRET is checked by its digits alone.
"""

import csv
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from aidants.domain.siret import is_siret

COLUMNS = (
    "siret",
    "etatAdministratifEtablissement",
    "denominationUniteLegale",
    "categorieJuridiqueUniteLegale",
    "codeCommuneEtablissement",
)
_OPEN, _CLOSED = "A", "F"
# What INSEE writes where a person asked not to be shown (code de commerce, A. 123-96).
_NOT_SHOWN = "[ND]"
log = logging.getLogger(__name__)


class NoRegister(Exception):
    """The file is not there, or is not an extract of SIRENE; its message says which."""


@dataclass(frozen=True, slots=True)
class Etablissement:
    """What the register says of one establishment; ``category`` is INSEE's legal category (``7210`` a commune)."""

    siret: str
    name: str
    is_open: bool
    category: str
    insee_code: str


class Registre(Protocol):
    """Where establishments are looked up."""

    def find(self, siret: str) -> Etablissement | None:
        """Return the establishment, or ``None`` when the register does not know it."""


class Silence:
    """No register was given."""

    def find(self, siret: str) -> Etablissement | None:
        """Know nothing."""
        return None


class FileRegistre:
    """An extract of SIRENE, read once; ``left_out`` counts the lines that could not be read."""

    def __init__(self, path: Path) -> None:
        """Read the file.  Raises :class:`NoRegister` when it is no extract."""
        self._rows: dict[str, Etablissement] = {}
        self.left_out = 0
        try:
            # utf-8-sig: a spreadsheet may have put a byte order mark before the first column's name.
            with path.open(encoding="utf-8-sig", newline="") as lines:
                self._read(csv.DictReader(lines))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise NoRegister(f"{path} : {error}") from error

    def _read(self, rows: "csv.DictReader[str]") -> None:
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise NoRegister(f"colonnes absentes : {', '.join(missing)}")
        for row in rows:
            found = _establishment(row)
            if found is None:
                self.left_out += 1
            # An establishment that closed and opened again has several lines: the open one answers.
            elif found.is_open or found.siret not in self._rows:
                self._rows[found.siret] = found

    def __len__(self) -> int:
        """Return how many establishments are known."""
        return len(self._rows)

    def find(self, siret: str) -> Etablissement | None:
        """Return the establishment of the extract."""
        return self._rows.get(siret)


def _establishment(row: Mapping[str | None, str | None | list[str]]) -> Etablissement | None:
    """Read one line: exactly its columns, a SIRET that holds, a state; ``None`` for any other."""
    if None in row or None in row.values():
        return None
    siret, state, name, category, insee_code = (str(row[column]).strip() for column in COLUMNS)
    if not is_siret(siret) or state not in (_OPEN, _CLOSED):
        return None
    return Etablissement(siret, "" if name == _NOT_SHOWN else name, state == _OPEN, category, insee_code)


@lru_cache(maxsize=4)
def _registre(path: str, written_at: float) -> Registre:
    """Read an extract once for each time that it was written."""
    try:
        found = FileRegistre(Path(path))
    except NoRegister:
        log.exception("sirene: no register")
        return Silence()
    if found.left_out:
        log.warning("sirene: %s lines left out, %s read", found.left_out, len(found))
    return found


def _current() -> Registre:
    if not settings.SIRENE_FILE:
        return Silence()
    try:
        written_at = Path(settings.SIRENE_FILE).stat().st_mtime
    except OSError:
        written_at = 0.0
    return _registre(settings.SIRENE_FILE, written_at)


def find_etablissement(siret: str) -> Etablissement | None:
    """Return what the configured register says of a SIRET, or ``None`` when it says nothing."""
    return _current().find(siret)


def is_consulted() -> bool:
    """Tell whether a register was given and can be read."""
    return isinstance(_current(), FileRegistre)
