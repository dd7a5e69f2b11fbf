"""From rows to papers: the final PDF, kept for ever; the sheet to sign; the volet, never kept."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from mandats.attestation.keys import active_key
from mandats.attestation.statement import sign_statement
from mandats.document.given import EndCertificate, ExemplaireDocument, MandatDocument, VoletDocument
from mandats.document.render import render_end_certificate, render_mandat, render_volet
from mandats.document.sealing import seal_paper
from mandats.document.textes.filling import full_name
from mandats.domain import errors, events
from mandats.domain.actes import Acte
from mandats.domain.durees import local_date
from mandats.domain.identite import Identite
from mandats.registre.coffre import FrozenTexts, sha256_hex
from mandats.registre.models import Autorisation, Brouillon, Document, Mandat
from mandats.registre.services import documents
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
    drawing = _drawing_of(mandat, acte)
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


def _drawing_of(mandat: Mandat, acte: Acte) -> Document | None:
    """Return the drawing whose digest was signed: who drew twice, or agreed otherwise in the end, left others."""
    signed = [proof.sha256 for proof in acte.consentement.proofs if proof.name == "drawing"]
    return mandat.documents.filter(kind="signature", sha256__in=signed).order_by("version").last()


def produce_document(mandat_id: UUID, acteur: Acteur, now: datetime) -> Document:
    """Return the mandat's final PDF, sealed, making it if it does not exist yet.

    It comes after the signature, so that a failing printer of PDFs never undoes a mandat; ``work`` makes
    what is still missing, and asks for the time-stamps that did not come.  Raises ``PaperNotMade``.
    """
    if existing := documents.latest(mandat_id, documents.MANDAT):
        return existing
    mandat = Mandat.objects.get(pk=mandat_id)
    acte = acte_in(mandat.acte)
    signing = active_key("acte", "ES256", now)
    pdf = render_mandat(_mandat_document(mandat, acte, sign_statement(acte, signing.ec, signing.kid)))
    paper = seal_paper(pdf, now, reason=f"Mandat {mandat.reference}")
    acte_sha256 = sha256_hex(mandat.acte.encode())
    return documents.keep_sealed(
        mandat_id, documents.MANDAT, 0, paper, events.DOCUMENT_PRODUCE, acteur, now, acte_sha256=acte_sha256
    )


def produce_end_certificate(mandat_id: UUID, acteur: Acteur, now: datetime) -> Document | Denied:
    """Return the sealed certificate of what has ended so far, making it if it does not tell the latest end.

    Its motif is not said.  Denied while nothing has ended.  Raises ``PaperNotMade``.
    """
    mandat = Mandat.objects.select_related("usager", "structure").get(pk=mandat_id)
    rows = list(mandat.autorisations.order_by("demarche"))
    ended_at = _ended_at(mandat, rows, now)
    if ended_at is None:
        return Denied(errors.NOTHING_ENDED)
    existing = documents.latest(mandat_id, documents.END_CERTIFICATE)
    if existing is not None and existing.created_at >= ended_at:
        return existing
    after = existing.version if existing else 0
    whole = mandat.ended_at is not None or mandat.expires_at <= now
    pdf = render_end_certificate(
        EndCertificate(
            reference=mandat.reference,
            usager=full_name(acte_in(mandat.acte).mandant),
            structure=acte_in(mandat.acte).structure.name,
            ended_at=ended_at,
            made_at=now,
            time_zone=mandat.time_zone,
            ended=tuple(_in_words(row) for row in rows if whole or row.ended_at),
            standing=tuple(_in_words(row) for row in rows if not (whole or row.ended_at)),
            verify=f"{settings.ISSUER}/verifier",
            service=service_contact(),
        )
    )
    paper = seal_paper(pdf, now, reason=f"Attestation de fin, mandat {mandat.reference}")
    return documents.keep_sealed(
        mandat_id,
        documents.END_CERTIFICATE,
        after,
        paper,
        events.CERTIFICATE_PRODUCE,
        acteur,
        now,
        version=after + 1,
    )


def _ended_at(mandat: Mandat, rows: list[Autorisation], now: datetime) -> datetime | None:
    """Return when the latest end came: the whole mandat's, its term's, or one demarche's."""
    if mandat.ended_at is not None:
        return mandat.ended_at
    if mandat.expires_at <= now:
        return mandat.expires_at
    return max((row.ended_at for row in rows if row.ended_at), default=None)


def _in_words(row: Autorisation) -> str:
    label = DEMARCHES[row.demarche].label
    return f"{label}\u00a0: {', '.join(row.formalites)}" if row.formalites else label


@transaction.atomic
def print_volet(
    mandat_id: UUID, acteur: Acteur, now: datetime, *, large: bool = False, plain: bool = False
) -> bytes | Denied:
    """Return the volet with fresh codes; the bytes are handed over and never kept.

    Raises ``PaperNotMade``: the codes of the sheet in hand live on then, since nobody received others.
    """
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
            plain=plain,
        )
    )
