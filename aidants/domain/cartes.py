"""A maker's file of hardware cards: one line a card, its serial number and its seed.  Every bad line is named."""

import base64
import binascii
import csv
import io
import re
from dataclasses import dataclass

_SERIAL = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")
_SEED_BYTES = range(16, 65)  # RFC 4226 §4, R6: at least 128 bits
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Ligne:
    """One card read: its serial number in capitals, its seed, how many digits it shows."""

    serial: str
    seed: bytes
    digits: int


@dataclass(frozen=True, slots=True)
class Erreur:
    """What is wrong with one line, in French; never what the line says."""

    line: int
    message: str


def parse_cards(text: str) -> tuple[list[Ligne], list[Erreur]]:
    """Read ``serial;seed[;digits]``, separated by semicolons, commas or tabs; a first line of titles is skipped.

    Seeds are hexadecimal or base32 (RFC 4648 §6).
    """
    lines = text.lstrip("\ufeff").splitlines()
    first = lines[0] if lines else ""
    separator = next((sign for sign in ";\t," if sign in first), ";")
    rows = list(enumerate(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator), start=1))
    found: dict[str, Ligne] = {}
    errors: list[Erreur] = []
    for number, cells in rows:
        if not any(cell.strip() for cell in cells) or (number == 1 and _is_title(cells)):
            continue
        read = _read(cells)
        if isinstance(read, str):
            errors.append(Erreur(number, read))
        elif read.serial in found:
            errors.append(Erreur(number, f"le numéro {read.serial} figure deux fois"))
        else:
            found[read.serial] = read
    if not found and not errors:
        errors.append(Erreur(1, "aucune carte dans ce fichier"))
    if len(found) > _MOST:
        errors.append(Erreur(_MOST, f"plus de {_MOST} cartes : coupez le fichier"))
    return list(found.values()), errors


def _is_title(cells: list[str]) -> bool:
    return len(cells) > 1 and seed_of(cells[1]) is None and not any(sign.isdigit() for sign in cells[0])


def _read(cells: list[str]) -> Ligne | str:
    if not 2 <= len(cells) <= 3:
        return "il faut deux colonnes, numéro et graine (et, si besoin, le nombre de chiffres)"
    serial = cells[0].strip().upper()
    if not _SERIAL.fullmatch(serial):
        return "numéro illisible : 4 à 32 lettres, chiffres ou tirets"
    seed = seed_of(cells[1])
    if seed is None:
        return "graine illisible : 16 à 64 octets, en hexadécimal ou en base32"
    digits = cells[2].strip() if len(cells) == 3 else "6"
    if digits not in ("6", "8"):
        return "le nombre de chiffres est 6 ou 8"
    return Ligne(serial, seed, int(digits))


def seed_of(text: str) -> bytes | None:
    """Return the bytes of a seed written in hexadecimal or base32; ``None`` for anything else."""
    plain = "".join(text.split()).upper()
    try:
        seed = bytes.fromhex(plain)
    except ValueError:
        try:
            seed = base64.b32decode(plain + "=" * (-len(plain) % 8))
        except (binascii.Error, ValueError):
            return None
    return seed if len(seed) in _SEED_BYTES and len(set(seed)) > 1 else None
