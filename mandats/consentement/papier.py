"""Consent on paper: the printed sheet, and the scan or photograph of it once signed."""

import io
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from PIL import Image, UnidentifiedImageError

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Decision, Denied
from aidants.papiers.opening import opens_as_pdf
from mandats.document.render import render_exemplaire
from mandats.domain import errors, events
from mandats.registre.coffre import identity_of
from mandats.registre.papers import exemplaire_of
from mandats.registre.selectors import brouillon_of
from mandats.registre.services import consent, exemplaires
from mandats.registre.services.brouillons import freeze, refuse

_PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png"}


def print_exemplaire(brouillon_id: UUID, acteur: Acteur, now: datetime) -> bytes | Denied:
    """Return the PDF to sign, with the frozen text; its bytes are kept."""
    frozen = freeze(brouillon_id, acteur, now)
    if isinstance(frozen, Denied):
        return frozen
    brouillon = brouillon_of(acteur.structure_id, brouillon_id) if acteur.structure_id else None
    identite = identity_of(brouillon) if brouillon else None
    if brouillon is None or identite is None:
        return Denied(errors.BROUILLON_GONE)
    pdf = render_exemplaire(exemplaire_of(brouillon, identite, frozen, now))
    kept = consent.keep_exemplaire(brouillon_id, pdf, acteur, now)
    return kept if isinstance(kept, Denied) else pdf


def consent_on_paper(
    brouillon_id: UUID,
    scan: bytes,
    text_sha256: str,
    acteur: Acteur,
    now: datetime,
    *,
    signed_on: date | None = None,
) -> Decision:
    """Take the signed sheet: PDF, JPEG or PNG, told by its content, 10 MiB at most."""
    content_type = content_type_of(scan)
    if content_type is None:
        return consent.refuse_scan(brouillon_id, acteur, now)
    return consent.consent_on_paper(brouillon_id, scan, content_type, text_sha256, acteur, now, signed_on=signed_on)


def add_sheet(mandat_id: UUID, scan: bytes, acteur: Acteur, now: datetime) -> Decision:
    """Take the signed sheet of a mandat already concluded: brought later, or in the place of one badly read."""
    content_type = content_type_of(scan)
    if content_type is None:
        return refuse(events.SCAN_REFUSED, errors.SCAN_REFUSED, acteur, now, mandat_id)
    return exemplaires.add_sheet(mandat_id, scan, content_type, acteur, now)


def is_heic(content: bytes) -> bool:
    """Tell whether these bytes are a photograph in HEIC, which few computers open (ISO/IEC 23008-12)."""
    return content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1")


def content_type_of(content: bytes) -> str | None:
    """Return the media type of a scan by opening it, or ``None`` when it is nothing we accept."""
    if not content or len(content) > settings.SCAN_MAX_BYTES:
        return None
    if content.startswith(b"%PDF-"):
        return "application/pdf" if opens_as_pdf(content) else None
    return _picture_type(content)


def _picture_type(content: bytes) -> str | None:
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_PICTURES)) as picture:
            picture.verify()
            return _PICTURES.get(picture.format or "")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
