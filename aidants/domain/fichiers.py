"""Files of structures and of aidants: read whole, told wrong line by line; never half taken.

A file is CSV, commas or semicolons, UTF-8, a first line of column names.  Columns are those of
:mod:`aidants.domain.fiches`; a file of aidants says by its SIRET for which structure.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aidants.domain.cartes import Erreur
from aidants.domain.fiches import (
    AIDANT_COLUMNS,
    AIDANT_REQUIRED,
    ROLES,
    STRUCTURE_COLUMNS,
    STRUCTURE_REQUIRED,
    FicheAidant,
    FicheStructure,
    aidant_of,
    structure_of,
)

MOST = 2000
_YES = {"oui": True, "vrai": True, "1": True, "non": False, "faux": False, "0": False, "": False}


@dataclass(frozen=True, slots=True)
class LigneStructure:
    """One structure of a file, and its line."""

    line: int
    fiche: FicheStructure


@dataclass(frozen=True, slots=True)
class LigneAidant:
    """One aidant of a file, the structure's SIRET, and their line."""

    line: int
    siret: str
    fiche: FicheAidant


def read_structures(text: str) -> list[LigneStructure] | list[Erreur]:
    """Read a file of structures; every wrong line when there is one."""
    rows, errors = _rows(text, STRUCTURE_COLUMNS, STRUCTURE_REQUIRED)
    found: list[LigneStructure] = []
    for line, row in rows:
        fiche = structure_of(row | {name: _number(row[name]) for name in ("latitude", "longitude") if name in row})
        if isinstance(fiche, FicheStructure):
            found.append(LigneStructure(line, fiche))
        else:
            errors += _told(line, fiche)
    errors += _twice([(one.line, one.fiche.siret) for one in found], "Ce SIRET est déjà à la ligne {}.")
    return sorted(errors, key=lambda one: one.line) or found


def read_aidants(text: str) -> list[LigneAidant] | list[Erreur]:
    """Read a file of aidants; every wrong line when there is one.  Roles stand in one cell: « aidant|referent »."""
    rows, errors = _rows(text, ("siret", *AIDANT_COLUMNS), ("siret", *AIDANT_REQUIRED))
    found: list[LigneAidant] = []
    for line, row in rows:
        siret = row.pop("siret").replace(" ", "")
        read = {"roles": _roles(row["roles"]), "conseiller": _YES.get(row.get("conseiller", "").lower())}
        fiche = aidant_of(row | read | {"statut": row.get("statut", "").lower()})
        if isinstance(fiche, FicheAidant):
            found.append(LigneAidant(line, siret, fiche))
        else:
            errors += _told(line, fiche)
    same = [(one.line, f"{one.siret} {one.fiche.email}") for one in found]
    errors += _twice(same, "Cette adresse est déjà, pour cette structure, à la ligne {}.")
    return sorted(errors, key=lambda one: one.line) or found


def _rows(
    text: str, known: tuple[str, ...], required: tuple[str, ...]
) -> tuple[list[tuple[int, dict[str, str]]], list[Erreur]]:
    text = text.removeprefix("\ufeff")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error:
        return [], [Erreur(0, "Ce fichier n’est pas un CSV : guillemets ou séparateurs mal fermés.")]
    names = [name.strip().lower() for name in lines[0]] if lines else []
    wrong = [f"colonne « {name[:40]} » inconnue" for name in names if name not in known]
    wrong += [f"colonne « {name} » absente" for name in required if name not in names]
    wrong += ["une colonne est là deux fois"] if len(set(names)) < len(names) else []
    if wrong:
        return [], [Erreur(1, f"Première ligne : {', '.join(wrong)}.")]
    if not 1 < len(lines) <= MOST + 1:
        return [], [Erreur(0, f"De 1 à {MOST} lignes après la première.")]
    whole = [
        (at, [cell.strip() for cell in cells]) for at, cells in enumerate(lines[1:], 2) if any(map(str.strip, cells))
    ]
    errors = [
        Erreur(at, "Le nombre de cellules n’est pas celui de la première ligne.")
        for at, cells in whole
        if len(cells) != len(names)
    ]
    return [(at, dict(zip(names, cells, strict=True))) for at, cells in whole if len(cells) == len(names)], errors


def _told(line: int, errors: Mapping[str, str]) -> list[Erreur]:
    return [Erreur(line, f"{name} : {words}") for name, words in errors.items()]


def _twice(found: list[tuple[int, str]], words: str) -> list[Erreur]:
    first: dict[str, int] = {}
    return [Erreur(line, words.format(first[key])) for line, key in found if first.setdefault(key, line) != line]


def _number(text: str) -> Any:
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError:
        return text


def _roles(text: str) -> list[str]:
    found = [role.strip().lower() for role in text.replace(",", "|").split("|") if role.strip()]
    return [role for role in ROLES if role in found] if set(found) <= set(ROLES) else found
