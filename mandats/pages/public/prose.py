"""Pages of words as dated files: the terms, the legal notice, the help.  The last date of a name is the one shown.

A file is ``AAAA-MM-JJ-nom.txt``: lines « clé: valeur », an empty line, then the text.  Its marks are few: ``## `` opens
a heading, ``- `` and ``1. `` make lists, ``**`` strong words, ``[mots](/adresse)`` a link of this site or an https one.
Everything else is text, and stays text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from aidants.domain.folding import fold
from aidants.domain.typographie import spaced

_FOLDER = Path(__file__).parent / "textes"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-([a-z0-9-]+)\.txt")
_MARKS = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\[(?P<words>[^\]]+)\]\((?P<to>(?:/(?!/)|https://)[^)\s]*)\)")
_ITEM = re.compile(r"(- |\d+\. )")


@dataclass(frozen=True, slots=True)
class Texte:
    """One dated page of words; ``body`` is its text without its head."""

    slug: str
    dated: date
    title: str
    summary: str
    rubrique: str
    body: str
    folded: str

    def html(self) -> SafeString:
        """Return the text as HTML, with the service's own names and numbers in place."""
        told = {
            "service": settings.SERVICE_NAME,
            "accueil": settings.ACCUEIL_TELEPHONE,
            "horaires": settings.ACCUEIL_HORAIRES,
            "directeur": settings.SERVICE_DIRECTEUR,
            "hebergeur": settings.SERVICE_HEBERGEUR,
            "post": settings.SERVICE_POST,
            "privacy": settings.SERVICE_PRIVACY,
            "issuer": settings.ISSUER,
        }
        text = re.sub(r"\{(\w+)\}", lambda found: told[found[1]], self.body)
        return mark_safe(spaced("\n".join(_blocks(text))))  # noqa: S308 -- each block escapes its own text


@cache
def textes(folder: str) -> dict[str, Texte]:
    """Return the texts of a folder by name, each at its last date, in the order of their titles."""
    found: dict[str, Texte] = {}
    for file in sorted((_FOLDER / folder).glob("*.txt")):
        named = _NAME.fullmatch(file.name)
        if named is None:
            raise ValueError(f"a dated name is wanted: {file.name}")
        found[named[2]] = _read(file, named[2], date.fromisoformat(named[1]))
    return dict(sorted(found.items(), key=lambda one: (one[1].rubrique, fold(one[1].title))))


def _read(file: Path, slug: str, dated: date) -> Texte:
    head, _, body = file.read_text(encoding="utf-8").partition("\n\n")
    told = dict(line.split(": ", 1) for line in head.splitlines())
    folded = fold(f"{told['titre']} {told.get('resume', '')} {body}")
    title, summary, rubrique = (spaced(told.get(name, "")) for name in ("titre", "resume", "rubrique"))
    return Texte(slug, dated, title, summary, rubrique, body, folded)


def _blocks(text: str) -> Iterator[str]:
    for block in re.split(r"\n{2,}", text.strip()):
        lines = block.splitlines()
        first = _ITEM.match(lines[0])
        if lines[0].startswith("## "):
            yield format_html("<h2>{}</h2>", _inline(lines[0][3:]))
        elif first and all(map(_ITEM.match, lines)):
            tag = "ul" if first[1] == "- " else "ol"
            items = "".join(format_html("<li>{}</li>", _inline(_ITEM.sub("", line, count=1))) for line in lines)
            yield f"<{tag}>{items}</{tag}>"
        else:
            yield format_html("<p>{}</p>", _inline(" ".join(lines)))


def _inline(text: str) -> SafeString:
    parts, at = [], 0
    for found in _MARKS.finditer(text):
        parts.append(conditional_escape(text[at : found.start()]))
        if found["strong"]:
            parts.append(format_html("<strong>{}</strong>", found["strong"]))
        else:
            parts.append(format_html('<a href="{}">{}</a>', found["to"], found["words"]))
        at = found.end()
    return mark_safe("".join([*parts, conditional_escape(text[at:])]))  # noqa: S308 -- escaped part by part


# What agreement adds to a word of four letters or more.
_ENDING = re.compile(r"(?<=\w{3})(?:es|[esx])$")


def search(folder: str, query: str) -> list[Texte]:
    """Return the texts in which every word of the query begins a word, those with it in their title first.

    Gender and number are left aside: « carte perdue » finds « perdu ».
    """
    words = [_ENDING.sub("", word) for word in fold(query).split()]
    if not words:
        return []
    found = [one for one in textes(folder).values() if all(f" {word}" in f" {one.folded}" for word in words)]
    in_title = {one.slug: all(f" {word}" in f" {fold(one.title)}" for word in words) for one in found}
    return sorted(found, key=lambda one: (not in_title[one.slug], fold(one.title)))
