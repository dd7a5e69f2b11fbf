"""Writes the usager's consent in a brouillon, whichever way it was given.

A consent binds one text: the digest that the usager's screen or sheet carried
must be the brouillon's of this moment.
"""

import hmac
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.domain.papier import may_be_signed_on, signing_moment
from mandats.registre.coffre import secret_digest, sha256_hex
from mandats.registre.models import Brouillon, Document
from mandats.registre.services.brouillons import cancel_demandes, locked, refuse

CODE_LIVES = timedelta(minutes=10)
CODE_TRIES = 5
CODE_SENDS = 5
"""Codes sent for one brouillon: with five tries each, guessing six digits stays one chance in 40 000."""
_PURPOSE = "consent-code"


def ready(brouillon_id: UUID, text_sha256: str, acteur: Acteur, now: datetime) -> Brouillon | Denied:
    """Return the locked brouillon that waits for consent to the very text that was shown, or the refusal."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        reason = errors.BROUILLON_GONE
    elif brouillon.identity_sealed is None:
        reason = errors.NO_IDENTITY
    elif not brouillon.text_sha256 or not hmac.compare_digest(brouillon.text_sha256, text_sha256):
        reason = errors.TEXT_CHANGED
    else:
        return brouillon
    return refuse(events.CONSENT_REFUSED, reason, acteur, now, brouillon_id)


@transaction.atomic
def expect_code(brouillon_id: UUID, code: str, telephone: str, acteur: Acteur, now: datetime) -> Decision:
    """Keep the digest of a code about to leave: five a brouillon, each good for ten minutes and five tries.

    Counted under the brouillon's lock and before the message leaves: of several screens that ask at once, no sixth
    code.  A consent given another way falls: the proof kept from here on is this one's.
    """
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None or brouillon.code_sends >= CODE_SENDS:
        reason = errors.TOO_MANY_CODES if brouillon else errors.BROUILLON_GONE
        return refuse(events.CONSENT_REFUSED, reason, acteur, now, brouillon_id)
    brouillon.code_digest = _code_digest(brouillon, code)
    brouillon.code_sent_at, brouillon.code_tries, brouillon.updated_at = now, 0, now
    brouillon.code_sends += 1
    forget_consent(brouillon)
    brouillon.consent_proof = {"telephone_sha256": secret_digest("telephone", telephone)}
    brouillon.save()
    return GRANTED


@transaction.atomic
def note_delivery(brouillon_id: UUID, code: str, delivery: str, acteur: Acteur, now: datetime) -> Decision:
    """Write that a code left, and by which delivery; a code is taken from then on, unless a later one replaced it."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.CONSENT_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    if hmac.compare_digest(brouillon.code_digest, _code_digest(brouillon, code)):
        brouillon.consent_proof |= {"delivery_sha256": sha256_hex(delivery.encode())}
        brouillon.save(update_fields=("consent_proof",))
    record(events.CONSENT_CODE_SEND, acteur=acteur, at=now, subject=brouillon.id, facts={"delivery": delivery})
    return GRANTED


@transaction.atomic
def consent_by_code(brouillon_id: UUID, code: str, text_sha256: str, acteur: Acteur, now: datetime) -> Decision:
    """The usager ticks and gives the code received on their own telephone."""
    brouillon = ready(brouillon_id, text_sha256, acteur, now)
    if isinstance(brouillon, Denied):
        return brouillon
    if not _code_matches(brouillon, code, now):
        brouillon.code_tries += 1
        brouillon.save(update_fields=("code_tries",))
        return refuse(events.CONSENT_CODE_REFUSED, errors.CONSENT_CODE_REFUSED, acteur, now, brouillon_id)
    return give(brouillon, "ecran", "code", dict(brouillon.consent_proof), acteur, now, main_proof="delivery_sha256")


def _code_matches(brouillon: Brouillon, code: str, now: datetime) -> bool:
    """Compare in constant time; an old code, one whose delivery is not known, or a sixth try never matches."""
    if not brouillon.code_digest or brouillon.code_sent_at is None or brouillon.code_tries >= CODE_TRIES:
        return False
    if now - brouillon.code_sent_at > CODE_LIVES or "delivery_sha256" not in brouillon.consent_proof:
        return False
    return hmac.compare_digest(brouillon.code_digest, _code_digest(brouillon, "".join(code.split())))


def _code_digest(brouillon: Brouillon, code: str) -> str:
    return secret_digest(_PURPOSE, f"{brouillon.id}:{code}")


@transaction.atomic
def consent_by_drawing(brouillon_id: UUID, png: bytes, text_sha256: str, acteur: Acteur, now: datetime) -> Decision:
    """The usager signs on the screen; the drawing is kept as an image only."""
    brouillon = ready(brouillon_id, text_sha256, acteur, now)
    if isinstance(brouillon, Denied):
        return brouillon
    document = keep_document(brouillon, "signature", png, "image/png", acteur, now)
    proof = {"drawing_sha256": document.sha256}
    return give(brouillon, "ecran", "dessin", proof, acteur, now, main_proof="drawing_sha256")


@transaction.atomic
def keep_exemplaire(brouillon_id: UUID, pdf: bytes, acteur: Acteur, now: datetime) -> Decision:
    """Keep the very bytes that were printed for signature; printing again keeps a new version."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.CONSENT_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    document = keep_document(brouillon, "exemplaire", pdf, "application/pdf", acteur, now)
    record(
        events.EXEMPLAIRE_PRINT,
        acteur=acteur,
        at=now,
        subject=brouillon.id,
        facts={"sha256": document.sha256},
    )
    return GRANTED


@transaction.atomic
def consent_on_paper(
    brouillon_id: UUID,
    scan: bytes,
    content_type: str,
    text_sha256: str,
    acteur: Acteur,
    now: datetime,
    *,
    signed_on: date | None = None,
) -> Decision:
    """The signed sheet came back as a scan or a photograph; its content was checked by the caller.

    ``signed_on``: the day written on it, today when left out; a mandat signed away from the desk keeps it.
    """
    brouillon = ready(brouillon_id, text_sha256, acteur, now)
    if isinstance(brouillon, Denied):
        return brouillon
    printed = printed_sheet(brouillon, signed_on, now)
    if isinstance(printed, Denied):
        return refuse(events.CONSENT_REFUSED, printed.reason, acteur, now, brouillon_id)
    document = keep_document(brouillon, "scan", scan, content_type, acteur, now)
    facts = {"sha256": document.sha256, "version": document.version}
    record(events.SCAN_ADD, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    proof = {"printed_sha256": printed.sha256, "scan_sha256": document.sha256}
    signed_at = moment_of(brouillon, signed_on, now)
    return give(brouillon, "papier", "scan", proof, acteur, now, main_proof="scan_sha256", signed_at=signed_at)


def printed_sheet(brouillon: Brouillon, signed_on: date | None, now: datetime) -> Document | Denied:
    """Return the sheet that was printed, if it may have been signed on that day."""
    sheets = brouillon.documents.filter(kind="exemplaire").defer("content")
    printed, first = sheets.order_by("-version").first(), sheets.order_by("version").first()
    if printed is None or first is None:
        return Denied(errors.NOT_PRINTED)
    zone = brouillon.structure.time_zone
    if signed_on is not None and not may_be_signed_on(signed_on, first.created_at, now, zone):
        return Denied(errors.SIGNING_DATE_REFUSED)
    return printed


def moment_of(brouillon: Brouillon, signed_on: date | None, now: datetime) -> datetime:
    """Return the moment kept for the signature of a sheet."""
    if signed_on is None:
        return now
    first = brouillon.documents.filter(kind="exemplaire").defer("content").earliest("version")
    return signing_moment(signed_on, first.created_at, now, brouillon.structure.time_zone)


@transaction.atomic
def refuse_scan(brouillon_id: UUID, acteur: Acteur, now: datetime) -> Denied:
    """Journal that a file was not acceptable as a signed sheet."""
    return refuse(events.SCAN_REFUSED, errors.SCAN_REFUSED, acteur, now, brouillon_id)


def forget_consent(brouillon: Brouillon) -> None:
    """Let a consent fall that is asked for anew: who answers no, or nothing, has not consented.  Nothing is saved."""
    brouillon.consentement = brouillon.consent_method = ""
    brouillon.consent_proof, brouillon.consented_at, brouillon.declared_at = {}, None, None


def keep_document(
    brouillon: Brouillon, kind: str, content: bytes, content_type: str, acteur: Acteur, now: datetime
) -> Document:
    """Keep bytes under the next version of their kind."""
    version = Document.objects.filter(brouillon=brouillon, kind=kind).count() + 1
    return Document.objects.create(
        brouillon=brouillon,
        kind=kind,
        version=version,
        content=content,
        content_type=content_type,
        sha256=sha256_hex(content),
        created_by_id=acteur.known_id,
        created_at=now,
    )


def give(
    brouillon: Brouillon,
    kind: str,
    method: str,
    proof: dict[str, str],
    acteur: Acteur,
    now: datetime,
    *,
    main_proof: str,
    signed_at: datetime | None = None,
) -> Decision:
    """Write the consent: kind, method, moment and the digests of its proof.

    ``main_proof`` names the digest of ``proof`` that the journal keeps.  Raises ``KeyError`` when it is not there.
    ``signed_at`` is the moment of the usager's own act when it was not now: a sheet signed away from the desk.
    """
    cancel_demandes(brouillon, now)
    brouillon.consentement, brouillon.consent_method = kind, method
    brouillon.consent_proof, brouillon.consented_at = proof, signed_at or now
    brouillon.declared_at = now if method == "declaration" else None
    brouillon.code_digest, brouillon.updated_at = "", now
    brouillon.save()
    digests = {"text_sha256": brouillon.text_sha256, "proof_sha256": proof[main_proof]}
    facts = {"kind": kind, "method": method} | digests
    record(events.CONSENT, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    return GRANTED
