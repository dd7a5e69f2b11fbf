"""Consent on the desk's screen: a drawn signature, or a tick and a code on the usager's own telephone."""

import io
import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings
from PIL import Image, UnidentifiedImageError

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Decision, Denied
from aidants.domain.telephone import BadTelephone, to_e164
from aidants.envois.sms import SmsRefused, sender
from mandats.domain import errors, events
from mandats.registre.selectors import brouillon_of
from mandats.registre.services import consent
from mandats.registre.services.brouillons import refuse
from mandats.registre.services.contacts import TELEPHONE, no_sms
from mandats.registre.services.contacts_bureau import fault_for_brouillon

MAX_DRAWING_BYTES = 512 * 1024
_MAX_SIDE = 2000
_INK_PIXELS = 40


def send_consent_code(brouillon_id: UUID, telephone: str, acteur: Acteur, now: datetime) -> Decision:
    """Send a six-digit code to the usager's own telephone: never the structure's, nor somebody else's (DOMAIN §3.5).

    Another usager's number is taken once both have confirmed that they share it, at the contacts' step.  An aidant's
    own number is recognised where the service knows it: on their account, as their structure's, or as an usager's.
    A landline is refused before anything is sent.

    The message leaves outside any transaction, once its code is counted and kept: a slow provider holds no lock, and
    one that does not answer is said at once, since the person waits for the code.
    """
    try:
        number = to_e164(telephone)
    except BadTelephone:
        return refuse(events.CONSENT_REFUSED, errors.TELEPHONE_REFUSED, acteur, now, brouillon_id)
    brouillon = brouillon_of(acteur.structure_id, brouillon_id) if acteur.structure_id else None
    if brouillon is None or brouillon.signed_as_id:
        return refuse(events.CONSENT_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    fault = fault_for_brouillon(TELEPHONE, number, brouillon) or no_sms(number)
    if fault is not None:
        return refuse(events.CONSENT_REFUSED, fault, acteur, now, brouillon_id)
    code = f"{secrets.randbelow(10**6):06d}"
    expected = consent.expect_code(brouillon_id, code, number, acteur, now)
    if isinstance(expected, Denied):
        return expected
    text = (
        f"{settings.SERVICE_NAME}. Code pour donner votre accord au mandat {brouillon.reference}, à "
        f"{brouillon.structure.name[:60]} : {code}. Tapez-le, ou dites-le à votre aidant. Valable 10 minutes. "
        "Rien demandé ? Ne le donnez à personne."
    )
    try:
        delivery = sender().send(number, text)
    except (OSError, SmsRefused):
        return refuse(events.CONSENT_REFUSED, errors.CODE_NOT_SENT, acteur, now, brouillon_id)
    return consent.note_delivery(brouillon_id, code, delivery, acteur, now)


def consent_by_code(brouillon_id: UUID, code: str, text_sha256: str, acteur: Acteur, now: datetime) -> Decision:
    """Take the code that the usager read on their telephone."""
    return consent.consent_by_code(brouillon_id, code, text_sha256, acteur, now)


def consent_by_drawing(brouillon_id: UUID, png: bytes, text_sha256: str, acteur: Acteur, now: datetime) -> Decision:
    """Take the drawn signature, written anew as a bare black-on-white image: no speed, no pressure."""
    drawing = _plain_drawing(png)
    if drawing is None:
        return refuse(events.CONSENT_REFUSED, errors.SIGNATURE_EMPTY, acteur, now, brouillon_id)
    return consent.consent_by_drawing(brouillon_id, drawing, text_sha256, acteur, now)


def _plain_drawing(png: bytes) -> bytes | None:
    """Return the drawing as a clean PNG without metadata; ``None`` when empty or no picture."""
    if len(png) > MAX_DRAWING_BYTES:
        return None
    try:
        picture = Image.open(io.BytesIO(png), formats=("PNG",))
        if max(picture.size) > _MAX_SIDE:
            return None
        drawn = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None
    paper = Image.new("RGBA", drawn.size, "white")
    grey = Image.alpha_composite(paper, drawn).convert("L")
    if sum(grey.histogram()[:128]) < _INK_PIXELS:
        return None
    output = io.BytesIO()
    grey.save(output, "PNG", optimize=True)
    return output.getvalue()
