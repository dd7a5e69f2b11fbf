"""What the papers are made of: plain data, copied from the tables by the caller.  No Django.

Texts are given as they were frozen, never filled again here: what is printed is what was shown.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from mandats.document.textes.given import ServiceContact

_ADDRESS_LINES: Final = 6


@dataclass(frozen=True, slots=True)
class MandatDocument:
    """The mandat, signed: everything on the paper that both keep.

    ``text`` and ``summary``   the frozen text and its summary, byte for byte as consented to
    ``mandant``, ``aidant``    full names, as printed under the signatures
    ``structure``              its name on the day
    ``consentement``, ``consent_method``  as in the acte (``ecran``, ``dessin``…)
    ``expires_at``             exclusive; all moments are aware; ``time_zone`` is an IANA name
    ``acte``                   the compact JWS, attached as ``acte.jws``
    ``qr``                     the statement's whole text, as ``sign_statement`` returned it
    ``signature_png``          the drawing, if the usager drew; a PNG or JPEG image
    """

    reference: str
    text: str
    summary: str
    mandant: str
    structure: str
    aidant: str
    consentement: str
    consent_method: str
    consented_at: datetime
    accepted_at: datetime
    expires_at: datetime
    time_zone: str
    place: str
    acte: str
    qr: str
    service: ServiceContact
    signature_png: bytes | None = None


@dataclass(frozen=True, slots=True)
class ExemplaireDocument:
    """The sheet to sign by hand: the same text, boxes for signatures, neither dates nor QR.

    ``duree`` is the duration's label (« 31 jours »); ``prepared_at`` dates the file.
    """

    reference: str
    text: str
    summary: str
    mandant: str
    structure: str
    aidant: str
    duree: str
    place: str
    prepared_at: datetime
    time_zone: str
    service: ServiceContact


@dataclass(frozen=True, slots=True)
class VoletDocument:
    """The sheet for the usager alone.  Holds codes in clear: rendered, handed over, never kept.

    ``verification_code`` and ``revocation_code`` are sixteen digits; ``last_day`` is the mandat's last
    day and ``verification_until`` the last day of the verification code, both in ``time_zone``;
    ``large`` asks for large print, ``plain`` for easy words (FALC).
    """

    reference: str
    mandant: str
    structure: str
    last_day: date
    verification_code: str
    revocation_code: str
    verification_until: date
    printed_at: datetime
    time_zone: str
    service: ServiceContact
    large: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class EndCertificate:
    """That a mandat, or part of it, has ended.  The motif is not among the facts: it is said to nobody.

    ``ended`` the demarches that have ended and ``standing`` those that go on, as words for the page
    (« Logement : demande d’APL »); none standing means the whole mandat.  ``ended_at`` and ``made_at``
    are aware; ``time_zone`` is an IANA name; ``verify`` the address where anybody may check.
    """

    reference: str
    usager: str
    structure: str
    ended_at: datetime
    made_at: datetime
    time_zone: str
    ended: tuple[str, ...]
    verify: str
    service: ServiceContact
    standing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """The receipt of a verification: the answer and its facts as labels and words.

    ``compact`` the signed receipt, attached as ``recu.jws``; ``keys`` the address of the keys that verify it.
    """

    id: str
    answer: str
    answered_at: datetime
    time_zone: str
    facts: tuple[tuple[str, str], ...]
    compact: str
    keys: str
    service: ServiceContact


@dataclass(frozen=True, slots=True)
class LetterTable:
    """Rows of words under their columns: the releve's lines."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row has one cell a column")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter for a window envelope, folded in three.

    ``recipient`` up to six lines, name first, postcode and town last (NF Z10-011); ``place`` and
    ``written_at`` stand above the object (« Gap, le 3 mars 2027 ») in ``time_zone``; ``reference`` may
    be empty; ``table`` comes between ``paragraphs`` and ``closing``; ``signatory`` ends it; ``large``
    asks for large print.
    """

    recipient: tuple[str, ...]
    place: str
    written_at: datetime
    time_zone: str
    object: str
    paragraphs: tuple[str, ...]
    service: ServiceContact
    signatory: str
    reference: str = ""
    table: LetterTable | None = None
    closing: tuple[str, ...] = ()
    large: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.recipient) <= _ADDRESS_LINES:
            raise ValueError("an address has one to six lines")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the certificate of training and certification says."""

    person: str
    hours: int
    completed_on: date
    obtained_on: date
    body: str
    skills: tuple[str, ...]
    service: str
    made_at: datetime
