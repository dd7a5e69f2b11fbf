"""An identity document seen at the desk: which kinds, and what is typed from it (DOMAIN §3.5).

Neither its number nor a copy is ever asked.  What it proves is weak: nobody but the aidant saw it.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum

from aidants.domain.folding import fold

LEVEL = "faible"
"""The level of an identity that only an aidant saw, in the acte, in the claims and on the pages."""


class Piece(StrEnum):
    """A kind of document with a photograph, which a public body delivers."""

    CARTE_IDENTITE = "carte_identite"
    PASSEPORT = "passeport"
    TITRE_SEJOUR = "titre_sejour"
    PERMIS = "permis"
    RECEPISSE = "recepisse"


LABELS = {
    Piece.CARTE_IDENTITE: "Carte nationale d’identité",
    Piece.PASSEPORT: "Passeport",
    Piece.TITRE_SEJOUR: "Titre de séjour",
    Piece.PERMIS: "Permis de conduire",
    Piece.RECEPISSE: "Récépissé ou attestation de demande, avec photographie",
}
GENDERS = {"female": "Femme", "male": "Homme", "unspecified": "Non précisé"}
DECLARATION = (
    "J’ai vu l’original de cette pièce. La photographie correspond à la personne présente. "
    "Je n’en ai ni noté le numéro, ni gardé de copie."
)
_SPACES = re.compile(r"\s+")


def typed_name(text: str) -> str:
    """Return a name as typed, in NFC, on one line, without leading or trailing space."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def looks_like_a_name(text: str) -> bool:
    """Tell whether ``text`` may be a name: letters, spaces, hyphens, apostrophes, full stops."""
    return any(one.isalpha() for one in text) and all(
        one.isalpha() or unicodedata.combining(one) or one in " -'’." for one in text
    )


def is_birthdate(text: str, today: date) -> bool:
    """Tell whether ``text`` is a date of birth: ``YYYY-MM-DD``, ``YYYY-MM-00`` or ``YYYY-00-00``.

    In the last 125 years.
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    if found is None:
        return False
    year, month, day = (int(part) for part in found.groups())
    if month == 0 and day != 0:
        return False
    try:
        earliest = date(year, month or 1, day or 1)
    except ValueError:
        return False
    return today.year - 125 <= year and earliest <= today


def same_person_key(family_name: str, given_name: str, birthdate: str, place: str) -> tuple[str, str, str, str]:
    """Return what two records of one person have in common: accents, capitals and hyphens do not count."""
    return fold(family_name), fold(given_name), birthdate, fold(place)
