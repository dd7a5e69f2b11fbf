"""The record of one mandat, as its page reads it.  Never writes, never loads a paper's bytes with the rest."""

from dataclasses import dataclass
from uuid import UUID

from mandats.registre.models import Autorisation, CodeUsager, Document, Mandat, Utilisation, Verification


@dataclass(frozen=True, slots=True)
class Dossier:
    """What was given, what was done with it, who verified it, which papers and codes there are."""

    autorisations: list[Autorisation]
    utilisations: list[Utilisation]
    verifications: list[Verification]
    documents: list[Document]
    has_volet: bool


def dossier_of(mandat: Mandat) -> Dossier:
    """Return the record of a mandat, by five queries."""
    return Dossier(
        autorisations=list(mandat.autorisations.order_by("demarche")),
        utilisations=list(
            mandat.utilisations.select_related("aidant", "autorisation", "correction", "contestation").order_by(
                "-used_on", "-created_at", "id"
            )
        ),
        verifications=list(Verification.objects.filter(mandat=mandat).order_by("-created_at", "id")),
        documents=list(
            Document.objects.filter(mandat=mandat)
            .defer("content")
            .select_related("created_by")
            .order_by("created_at", "kind")
        ),
        has_volet=CodeUsager.objects.filter(mandat=mandat).exists(),
    )


def standing_autorisations(mandat: Mandat) -> list[Autorisation]:
    """Return the autorisations of the mandat that were not ended."""
    return list(mandat.autorisations.filter(ended_at__isnull=True).order_by("demarche"))


def autorisation_of(mandat: Mandat, autorisation_id: UUID) -> Autorisation | None:
    """Return one autorisation of the mandat, if it is one of its own."""
    return mandat.autorisations.filter(pk=autorisation_id).first()


def document_of(mandat: Mandat, document_id: UUID) -> Document | None:
    """Return one paper of the mandat, with its bytes."""
    return Document.objects.filter(mandat=mandat, pk=document_id).first()


def utilisation_of(mandat: Mandat, utilisation_id: UUID) -> Utilisation | None:
    """Return one use of the mandat, with what was said of it since."""
    rows = mandat.utilisations.select_related("aidant", "autorisation", "correction", "contestation")
    return rows.filter(pk=utilisation_id).first()
