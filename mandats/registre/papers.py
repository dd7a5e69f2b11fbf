"""From rows to papers: the final PDF, kept for ever; the sheet to sign; the volet, never kept."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.journal.record import record
from mandats.attestation.keys import active_key
from mandats.attestation.statement import sign_statement
from mandats.document.given import ExemplaireDocument, MandatDocument, VoletDocument
from mandats.document.render import render_mandat, render_volet
from mandats.document.textes.filling import full_name
from mandats.domain import events
from mandats.domain.actes import Acte
from mandats.domain.durees import local_date
from mandats.domain.identite import Identite
from mandats.registre.coffre import FrozenTexts, sha256_hex
from mandats.registre.models import Brouillon, Document, Mandat
from mandats.registre.services.volet import VERIFICATION_LIVES, renew_codes
from mandats.registre.texts import acte_in, duree_of, mandant_of, service_contact

_A_SECOND = timedelta(seconds=1)


def exemplaire_of(brouillon: Brouillon, identite: Identite, texts: FrozenTexts, now: datetime) -> ExemplaireDocument:
    """Return the sheet that the usager signs by hand."""
    return ExemplaireDocument(
        reference=brouillon.reference,
        text=texts.text,
        summary=texts.summary,
        mandant=full_name(mandant_of(identite)),
        structure=brouillon.structure.name,
        aidant=brouillon.aidant.full_name,
        duree=duree_of(brouillon.duree).label,
        place=brouillon.structure.city,
        prepared_at=now,
        time_zone=brouillon.structure.time_zone,
        service=service_contact(),
    )


def _mandat_document(mandat: Mandat, acte: Acte, qr: str) -> MandatDocument:
    drawing = mandat.documents.filter(kind="signature").first()
    return MandatDocument(
        reference=mandat.reference,
        text=mandat.frozen_text,
        summary=mandat.summary,
        mandant=full_name(acte.mandant),
        structure=acte.structure.name,
        aidant=f"{acte.aidant.given_names} {acte.aidant.family_name}",
        consentement=mandat.consentement,
        consent_method=mandat.consent_method,
        consented_at=mandat.consented_at,
        accepted_at=mandat.accepted_at,
        expires_at=mandat.expires_at,
        time_zone=mandat.time_zone,
        place=mandat.place,
        acte=mandat.acte,
        qr=qr,
        service=service_contact(),
        signature_png=bytes(drawing.content) if drawing else None,
    )


def produce_document(mandat_id: UUID, acteur: Acteur, now: datetime) -> Document:
    """Return the mandat's final PDF, making it if it does not exist yet.

    It comes after the signature, in its own transaction, so that a failing
    printer of PDFs never undoes a mandat; ``work`` makes what is still missing.
    """
    with transaction.atomic():
        mandat = Mandat.objects.select_for_update().get(pk=mandat_id)
        if existing := mandat.documents.filter(kind="mandat").order_by("-version").first():
            return existing
        acte = acte_in(mandat.acte)
        signing = active_key("acte", "ES256", now)
        pdf = render_mandat(_mandat_document(mandat, acte, sign_statement(acte, signing.ec, signing.kid)))
        document = Document.objects.create(
            mandat=mandat,
            kind="mandat",
            content=pdf,
            content_type="application/pdf",
            sha256=sha256_hex(pdf),
            created_by_id=mandat.aidant_id,
            created_at=now,
        )
        facts = {"sha256": document.sha256, "acte_sha256": sha256_hex(mandat.acte.encode())}
        event, place = events.DOCUMENT_PRODUCE, mandat.structure_id
        record(event, acteur=acteur, at=now, subject=mandat.id, structure=place, facts=facts)
    return document


def print_volet(mandat_id: UUID, acteur: Acteur, now: datetime, *, large: bool = False) -> bytes | Denied:
    """Return the volet with fresh codes; the bytes are handed over and never kept."""
    codes = renew_codes(mandat_id, acteur, now)
    if isinstance(codes, Denied):
        return codes
    mandat = Mandat.objects.select_related("usager", "structure").get(pk=mandat_id)
    acte = acte_in(mandat.acte)
    return render_volet(
        VoletDocument(
            reference=mandat.reference,
            mandant=full_name(acte.mandant),
            structure=acte.structure.name,
            last_day=local_date(mandat.expires_at.astimezone(UTC) - _A_SECOND, mandat.time_zone),
            verification_code=codes.verification,
            revocation_code=codes.revocation,
            verification_until=local_date(now + VERIFICATION_LIVES, mandat.time_zone),
            printed_at=now,
            time_zone=mandat.time_zone,
            service=service_contact(),
            large=large,
        )
    )
