"""Explanations of a mandat: informative translations, plain words, large print.  They bind nobody.

Each is a file of ``textes/explications``: a head (language, direction, months, themes, who read it),
then a text with the blanks of the legal files.  A language is added by adding its file.  A file whose
head names no reader says on every copy that nobody has read it.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from aidants.domain.typographie import spaced
from mandats.document.textes.filling import Block, Facts, Items, Words, bare_address, blocks, filled, one_line
from mandats.document.textes.given import DemarcheAsked, ServiceContact

LARGE_PRINT: Final = "gros"
FRENCH_BINDS: Final = "Seul le texte français du mandat engage."
_FOLDER: Final = Path(__file__).parent / "textes" / "explications"
_NAME: Final = re.compile(r"[a-z]{2,8}")


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of itself: ``lang`` (BCP 47), ``direction`` (``ltr``, ``rtl``), its name and title."""

    code: str
    lang: str
    direction: str
    name: str
    title: str
    notices: tuple[str, ...]
    page: str


@dataclass(frozen=True, slots=True)
class Explained:
    """The facts of one mandat that an explanation tells."""

    reference: str
    mandant: str
    structure: str
    demarches: tuple[DemarcheAsked, ...]
    single_use: bool
    reserved: bool
    last_day: date
    service: ServiceContact


class NoSuchForm(KeyError):
    """No file explains the mandat in this way."""


@lru_cache(maxsize=1)
def forms() -> tuple[Head, ...]:
    """Return every explanation that there is, plain words first, then by language."""
    codes = sorted((path.stem for path in _FOLDER.glob("*.txt")), key=lambda code: (code != "falc", code))
    return tuple(head(code) for code in codes)


@lru_cache(maxsize=16)
def _file(code: str) -> tuple[dict[str, str], str]:
    path = _FOLDER / f"{code}.txt"
    if not _NAME.fullmatch(code) or not path.is_file():
        raise NoSuchForm(code)
    top, _, text = path.read_text(encoding="utf-8").partition("\n---\n")
    told = dict(line.split(":", 1) for line in top.splitlines())
    return {name.strip(): value.strip() for name, value in told.items()}, text


def head(code: str) -> Head:
    """Return what the file ``code`` says of itself.  Raises :class:`NoSuchForm`."""
    told, _ = _file(code)
    reader = told["relecteur"]
    read = told["relue"].replace("{relecteur}", reader) if reader else told["non relue"]
    notices = [told["seul le français"], read]
    if told["langue"] != "fr":
        notices.append(FRENCH_BINDS + ("" if reader else " Traduction non relue."))
    return Head(code, told["langue"], told["sens"], told["nom"], told["titre"], tuple(notices), told["page"])


def explanation(code: str, given: Explained) -> tuple[Block, ...]:
    """Return the text of the file ``code`` filled with ``given``.  Raises :class:`NoSuchForm`."""
    told, text = _file(code)
    text = spaced(text) if told["langue"] == "fr" else text
    facts: Facts = {"single_use": given.single_use, "reserved": given.reserved}
    words: Words = {
        "reference": given.reference,
        "mandant": given.mandant,
        "structure": given.structure,
        "last_day": _day(given.last_day, told["mois"]),
        "url": bare_address(given.service.usager_url),
        "telephone": one_line(given.service.telephone).replace(" ", "\u00a0"),
        "privacy": given.service.privacy,
    }
    items: Items = {"demarche": [_demarche(one, told) for one in given.demarches]}
    return blocks(filled(text, facts, words, items))


def _day(day: date, months: str) -> str:
    return months.split("|")[day.month - 1].format(day=day.day, year=day.year)


def _demarche(asked: DemarcheAsked, told: dict[str, str]) -> Words:
    named = f"({', '.join(asked.formalites)})" if asked.formalites else ""
    return {"theme": told[asked.code], "formalites": named}
