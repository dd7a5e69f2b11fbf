"""The national register of establishments, behind an interface: a file of SIRENE's own columns, or nothing.

``SIRENE_FILE`` names a CSV extract (INSEE, stock of establishments: ``siret``, ``etatAdministratifEtablissement``,
``denominationUniteLegale``, ``categorieJuridiqueUniteLegale``, ``codeCommuneEtablissement``).  Without it nothing is
claimed: a SIRET is then checked by its digits alone.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings


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
    """An extract of SIRENE, read once."""

    def __init__(self, path: Path) -> None:
        """Read the file of SIRENE's columns."""
        with path.open(encoding="utf-8", newline="") as lines:
            self._rows = {row["siret"]: row for row in csv.DictReader(lines)}

    def find(self, siret: str) -> Etablissement | None:
        """Return the establishment of the extract."""
        row = self._rows.get(siret)
        if row is None:
            return None
        return Etablissement(
            siret,
            row["denominationUniteLegale"],
            row["etatAdministratifEtablissement"] == "A",
            row["categorieJuridiqueUniteLegale"],
            row["codeCommuneEtablissement"],
        )


@lru_cache(maxsize=4)
def _registre(path: str) -> Registre:
    return FileRegistre(Path(path)) if path else Silence()


def find_etablissement(siret: str) -> Etablissement | None:
    """Return what the configured register says of a SIRET, or ``None`` when it says nothing."""
    return _registre(settings.SIRENE_FILE).find(siret)


def is_consulted() -> bool:
    """Tell whether a register was given at all."""
    return bool(settings.SIRENE_FILE)
