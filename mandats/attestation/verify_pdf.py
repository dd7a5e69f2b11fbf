"""What a sealed PDF is worth: acte, texts, seal, time-stamp, each named when it does not hold.  Plain Python.

Stricter than a PDF reader on purpose.  What a seal does not cover (the room of the signature, the
unsigned parts of the CMS) must have its one spelling, so that no bit of the file can change unseen.
"""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pikepdf
from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import CMSExtractionError, SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel

from mandats.attestation.acte import verify_acte
from mandats.attestation.compact import Jwks
from mandats.attestation.horodatage import TimestampRefused, trusting, verify_token
from mandats.attestation.sceau import NotSealed, canonical, content_of, gap_of, seal_in, token_in_seal
from mandats.domain.actes import Acte

ACTE_NAME: Final = "acte.jws"
TEXTS: Final = {"texte.txt": "frozen_sha256", "resume.txt": "summary_sha256"}
END_MARK: Final = b"%%EOF"

_BROKEN: Final = (
    NotSealed,
    PdfError,
    CMSExtractionError,
    SigningError,
    SignatureValidationError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom a verifier believes: keys of actes (JWK Set), roots of seals and of time-stamps."""

    jwks: Jwks
    seals: tuple[x509.Certificate, ...] = ()
    timestamps: tuple[x509.Certificate, ...] = ()


class PartRefused(ValueError):
    """One part of the file does not hold: ``part`` names it, ``why`` says what was found, both in French."""

    def __init__(self, part: str, why: str) -> None:
        super().__init__(f"{part} : {why}")
        self.part = part
        self.why = why


@dataclass(frozen=True, slots=True)
class Paper:
    """What a PDF holds: its acte (none in a certificate of end), and when its seal was dated."""

    acte: Acte | None
    stamped_at: datetime


def open_paper(data: bytes) -> Mapping[str, bytes]:
    """Return the files attached to a PDF that is sound.  Raises :class:`PartRefused`."""
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            problems = document.check_pdf_syntax()
            attached = {name: document.attachments[name].get_file().read_bytes() for name in document.attachments}
    except (pikepdf.PdfError, ValueError, KeyError, TypeError) as error:
        raise PartRefused("fichier PDF", "il est abîmé") from error
    if problems:
        raise PartRefused("fichier PDF", f"il est abîmé ({problems[0]})")
    return attached


def verify_paper(data: bytes, trust: Trust) -> Paper:
    """Check everything that a sealed PDF holds.  Raises :class:`PartRefused` and ``AttestationRefused``."""
    acte = _acte(open_paper(data), trust.jwks)
    stamped_at = verify_seal(data, trust)
    if acte is not None and stamped_at.timestamp() < acte.accepted_at.timestamp() - _CLOCKS:
        raise PartRefused("horodatage", "il est antérieur à l’acte")
    return Paper(acte, stamped_at)


_CLOCKS: Final = 300.0
"""Seconds by which two clocks may differ."""


def _acte(attached: Mapping[str, bytes], jwks: Jwks) -> Acte | None:
    """Return the acte attached, its two texts compared with the digests that it holds; none: a certificate of end."""
    if not attached:
        return None
    if ACTE_NAME not in attached:
        raise PartRefused("acte", f"{ACTE_NAME} n’est plus joint au PDF")
    try:
        acte = verify_acte(attached[ACTE_NAME].decode("ascii"), jwks)
    except UnicodeDecodeError as error:
        raise PartRefused("acte", "il est illisible") from error
    for name, field in TEXTS.items():
        if name not in attached:
            raise PartRefused(name, "il n’est plus joint au PDF")
        if hashlib.sha256(attached[name]).hexdigest() != getattr(acte.text, field):
            raise PartRefused(name, "ce n’est pas le texte qui a été signé")
    return acte


def verify_seal(data: bytes, trust: Trust) -> datetime:
    """Return when the seal of ``data`` was dated, if all of the file is what was sealed.

    Raises :class:`PartRefused` naming the seal or the time-stamp.
    """
    try:
        seal = seal_in(data)
        start, end = gap_of(seal)
        token = token_in_seal(seal)
        _one_spelling(data, seal, token, start, end)
    except PartRefused:
        raise
    except _BROKEN as error:
        raise PartRefused("sceau", f"il manque, ou il est abîmé ({error})") from error
    if token is None:
        raise PartRefused("horodatage", "ce document attend encore le sien : demandez sa version horodatée")
    try:
        at = verify_token(token, bytes(seal.signer_info["signature"].native), list(trust.timestamps))
    except TimestampRefused as error:
        raise PartRefused("horodatage", f"il n’est pas exact ({error})") from error
    _sealed_whole(seal, trust, at)
    return at


def _sealed_whole(seal: Any, trust: Trust, at: datetime) -> None:
    """Judge the seal at the moment of its time-stamp: its certificate may have expired since.

    Raises :class:`PartRefused`.
    """
    try:
        roots = trusting(list(trust.seals), at)
        status = validate_pdf_signature(seal, roots, trusting(list(trust.timestamps), at))
    except _BROKEN as error:
        raise PartRefused("sceau", f"il est abîmé ({error})") from error
    if not (status.intact and status.valid):
        raise PartRefused("sceau", "le fichier a été modifié après avoir été scellé")
    if not status.trusted:
        raise PartRefused("sceau", "il n’est pas du service : son certificat n’est pas parmi ceux donnés")
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE or not status.bottom_line:
        raise PartRefused("sceau", "quelque chose a été ajouté au fichier après le sceau")


def _one_spelling(data: bytes, seal: Any, token: bytes | None, start: int, end: int) -> None:
    """Refuse any other writing of the signature's room than ours.  Raises :class:`PartRefused`."""
    value = canonical(content_of(seal), token).hex().encode()
    if data[start - 1 : end + 1] != b"<" + value.ljust(end - start, b"0") + b">":
        raise PartRefused("sceau", "la place de la signature a été modifiée, hors de ce qui est signé")
    if not data.rstrip(b"\r\n").endswith(END_MARK):
        raise PartRefused("fichier PDF", "sa fin a été modifiée")
