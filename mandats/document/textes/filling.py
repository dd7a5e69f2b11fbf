"""Filling the blanks of the dated legal files.  Pure: same input, same text, for ever.

A line of a file may begin with ``?name `` (kept if the fact holds), ``?!name `` (kept if it does not)
or ``*name `` (once for each item); ``{name}`` is a blank.  What fills a blank is data: it is put on
one line, stripped of control and direction characters, and never read again for blanks.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from aidants.domain.demarches import DEMARCHES
from aidants.domain.departements import departement_of
from aidants.domain.territoires.communes import commune_name, country_name
from mandats.document.textes.given import DemarcheAsked, ServiceContact, TextInput
from mandats.domain.actes import RESERVED_ACTS, Mandant
from mandats.domain.durees import french_birthdate, french_date, zone_label

TEXT_VERSION: Final = "2026-11-27"
TextName = Literal["mandat", "resume"]
BlockKind = Literal["title", "heading", "item", "paragraph"]

_FOLDER: Final = Path(__file__).parent
_LINE: Final = re.compile(r"(?:(?P<mark>[?*]!?)(?P<name>[a-z_]+) )?(?P<rest>.*)")
_BLANK: Final = re.compile(r"\{([a-z_]+)\}")
_HEADING: Final = re.compile(r"\d+\. ")
NOT_PRINTABLE: Final = re.compile(
    "[^\u0020-\u03e1\u03f0-\u052f\u060c\u061b\u061f-\u06ff\u0750-\u077f"
    "\u1e00-\u1fff\u2000-\u206f\u20a0-\u20bf\u2100-\u214f]"
)
"""Outside Latin, Greek, Cyrillic, Arabic and common signs: what Noto Sans and Noto Sans Arabic lack."""

_SUMMARY_NAME_WORDS: Final = 8
_SUMMARY_FULL_LABELS: Final = 2
_RESERVED_SHORT: Final = {
    "coordonnees_bancaires": "changer vos coordonnées bancaires",
    "coordonnees": "changer vos coordonnées",
    "vente": "vendre un bien",
    "renonciation": "renoncer à un droit",
    "emprunt": "emprunter",
    "paiement": "payer",
}
_BORN: Final = {"female": "née", "male": "né"}
_CONTRACTED: Final = {"Le": "au", "Les": "aux"}

Facts = dict[str, bool]
Words = dict[str, str]
Items = dict[str, list[Words]]


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a text and what it is; ``text`` is without the dash of an item."""

    kind: BlockKind
    text: str


@lru_cache(maxsize=16)
def _file_bytes(name: str, version: str) -> bytes:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", version):
        raise ValueError(f"a text's version is a date, not {version!r}")
    return (_FOLDER / version / f"{name}.txt").read_bytes()


def text_file_sha256(name: TextName = "mandat", version: str = TEXT_VERSION) -> str:
    """Return the SHA-256 (hex) of the dated legal file, blanks unfilled."""
    return hashlib.sha256(_file_bytes(name, version)).hexdigest()


def sha256_hex(text: str) -> str:
    """Return the SHA-256 (hex) of a text's UTF-8 bytes: what consent is given on."""
    return hashlib.sha256(text.encode()).hexdigest()


def frozen_text(given: TextInput, version: str = TEXT_VERSION) -> str:
    """Return the exact text of the mandat: shown on the recap, consented to, hashed, printed.

    Raises KeyError for an unknown demarche or reserved act, ValueError for a zone or a birth date
    that cannot be.
    """
    return filled(_file_bytes("mandat", version).decode(), _facts(given), _words(given), _items(given))


def summary_text(given: TextInput, version: str = TEXT_VERSION) -> str:
    """Return the summary that is read aloud: at most 150 words, whatever the names and the demarches."""
    words = _words(given) | {
        "structure": _shortened(given.structure.name),
        "themes": _themes(given),
        "reserves": ", ".join(_RESERVED_SHORT[code] for code in given.reserved_acts),
    }
    return filled(_file_bytes("resume", version).decode(), _facts(given), words, {})


_RULED: Final = "………………………………………………"
_BLANK_DEMARCHES: Final = 4


def blank_text(service: ServiceContact, version: str = TEXT_VERSION) -> str:
    """Return the text of the mandat with dotted lines for whatever a person would give: the type mandat."""
    facts = dict.fromkeys(_FACT_NAMES, False) | {"days": True, "sms": bool(service.sms_number)}
    birth = f"né(e) le {_RULED[:24]} à {_RULED[:24]}"
    words = dict.fromkeys(_WORD_NAMES, _RULED) | {
        "reference": "………",
        "birth": birth,
        "born": birth,
        "duree": "……… jours",
        "zone": f"heure de {_RULED[:24]}",
        **_contact_words(service),
    }
    items = {"demarche": [{"label": _RULED[:20], "formalites": _RULED * 2}] * _BLANK_DEMARCHES, "reserve": []}
    return filled(_file_bytes("mandat", version).decode(), facts, words, items)


def blocks(text: str) -> tuple[Block, ...]:
    """Cut a filled text into what a page lays out; nothing but line ends and item dashes is left out."""
    lines = [line for line in text.split("\n") if line]
    return tuple(_block(line, first=position == 0) for position, line in enumerate(lines))


def _block(line: str, *, first: bool) -> Block:
    if first and line.startswith("MANDAT "):
        return Block("title", line)
    if _HEADING.match(line):
        return Block("heading", line)
    return Block("item", line[2:]) if line.startswith("- ") else Block("paragraph", line)


def filled(template: str, facts: Facts, words: Words, items: Items) -> str:
    """Return a text of ours with its lines kept or left out and its blanks filled.  Raises KeyError, ValueError."""
    lines: list[str] = []
    for line in template.split("\n"):
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"not a line of a legal file: {line!r}")
        mark, name, rest = found["mark"], found["name"], found["rest"]
        if mark == "*":
            lines += [_with_words(rest, words | item) for item in items[name]]
        elif mark is None or facts[name] == (mark == "?"):
            lines.append(_with_words(rest, words))
    return "\n".join(lines)


def _with_words(line: str, words: Words) -> str:
    return _BLANK.sub(lambda blank: one_line(words[blank[1]]), line)


def one_line(text: str) -> str:
    """Return ``text`` in NFC on one line, as the papers can print it.

    Control, format (bidi) and unassigned characters go; what our fonts do not draw becomes ``?``:
    a PDF/A file refuses a missing glyph, and the text must be the same on screen and on paper.
    """
    kept = "".join(
        " " if character.isspace() and character not in "\u00a0\u202f" else character
        for character in unicodedata.normalize("NFC", text)
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    return re.sub(r" +", " ", NOT_PRINTABLE.sub("?", kept)).strip()


def _facts(given: TextInput) -> Facts:
    return {
        "franceconnect": given.identity == "franceconnect",
        "piece_vue": given.identity == "piece_vue",
        "single_use": given.single_use,
        "reserved": bool(given.reserved_acts),
        "argent": any(demarche.code == "argent" for demarche in given.demarches),
        "days": given.duree.days is not None,
        "sms": bool(given.service.sms_number),
        "host": given.host,
        "cited": bool(given.cited),
        "elsewhere": given.replaces_elsewhere,
    }


def _words(given: TextInput) -> Words:
    chosen = given.duree.chosen_last_day
    return {
        "reference": given.reference,
        "cited": given.cited,
        "mandant": full_name(given.mandant),
        "birth": _birth(given),
        "born": _born_on(given.mandant) + _born_where(given),
        "structure": given.structure.name,
        "siret": _grouped_siret(given.structure.siret),
        "address": given.structure.address,
        "aidant": f"{given.aidant.given_names} {given.aidant.family_name}",
        "duree": given.duree.label,
        "last_day": french_date(chosen) if chosen else "",
        "zone": zone_label(given.time_zone),
        **_contact_words(given.service),
    }


def _contact_words(service: ServiceContact) -> Words:
    return {
        "url": bare_address(service.usager_url),
        "telephone": service.telephone,
        "sms": service.sms_number,
        "post": service.post,
        "privacy": service.privacy,
    }


_FACT_NAMES: Final = (
    "franceconnect", "piece_vue", "single_use", "reserved", "argent", "days", "sms", "host", "cited", "elsewhere",
)  # fmt: skip
_WORD_NAMES: Final = (
    "reference", "cited", "mandant", "birth", "born", "structure", "siret", "address", "aidant", "duree",
    "last_day", "zone",
)  # fmt: skip


def _items(given: TextInput) -> Items:
    return {
        "demarche": [_demarche(demarche, given.demarches[-1] is demarche) for demarche in given.demarches],
        "reserve": [
            {"acte": RESERVED_ACTS[code] + ("." if code == given.reserved_acts[-1] else "\u00a0;")}
            for code in given.reserved_acts
        ],
    }


def _themes(given: TextInput) -> str:
    """Return the themes in full, or by their first word when there are many."""
    labels = [DEMARCHES[demarche.code].label for demarche in given.demarches]
    if len(labels) > _SUMMARY_FULL_LABELS:
        labels = [label.split(" - ")[0] for label in labels]
    return ", ".join(labels)


def _demarche(demarche: DemarcheAsked, last: bool) -> Words:
    formalites = ", ".join(demarche.formalites) or "toutes les démarches administratives de ce thème"
    return {"label": DEMARCHES[demarche.code].label, "formalites": formalites + ("." if last else "\u00a0;")}


def full_name(mandant: Mandant) -> str:
    """Return given names, birth name in capitals, and the name in use when there is another."""
    name = f"{mandant.given_names} {mandant.family_name.upper()}"
    used = mandant.preferred_username
    return f"{name} (nom d’usage\u00a0: {used})" if used and used != mandant.family_name else name


def _birth(given: TextInput) -> str:
    """Return when and where the mandant was born, as the versions before 2026-11-26 said it: by a code."""
    code = given.mandant.birthplace or given.mandant.birthcountry
    if given.birthplace_label or not code:
        return _born_on(given.mandant) + _born_where(given)
    return f"{_born_on(given.mandant)} (lieu de naissance\u00a0: code Insee {code})"


def _born_on(mandant: Mandant) -> str:
    day = french_birthdate(mandant.birthdate)
    born = _BORN.get(mandant.gender, "né(e)")
    return f"{born} en {day}" if mandant.birthdate.endswith("-00") else f"{born} le {day}"


def _born_where(given: TextInput) -> str:
    """Return where the mandant was born: as typed, or by the names of the codes that FranceConnect gives."""
    commune, country = given.mandant.birthplace, given.mandant.birthcountry
    if given.birthplace_label:
        return f" à {given.birthplace_label}"
    if commune:
        name = commune_name(commune)
        return (
            f" {_at(name)} ({departement_of(commune)})"
            if name
            else f" (commune de naissance\u00a0: code Insee {commune})"
        )
    if country:
        return f" (pays de naissance\u00a0: {country_name(country) or f'code Insee {country}'})"
    return ""


def _at(commune: str) -> str:
    """Return « à Gap », « au Havre », « aux Abymes »: French contracts the preposition and the article of a name."""
    article, _, rest = commune.partition(" ")
    return f"{_CONTRACTED[article]} {rest}" if article in _CONTRACTED else f"à {commune}"


def _grouped_siret(siret: str) -> str:
    return "\u00a0".join((siret[:3], siret[3:6], siret[6:9], siret[9:]))


def bare_address(url: str) -> str:
    """Return an address as people type it: without ``https://`` nor a final slash."""
    return one_line(url).removeprefix("https://").rstrip("/")


def _shortened(name: str) -> str:
    words = one_line(name).split(" ")
    short = " ".join(words[:_SUMMARY_NAME_WORDS]) + ("…" if len(words) > _SUMMARY_NAME_WORDS else "")
    return short if len(short) <= 80 else short[:79].rstrip() + "…"
