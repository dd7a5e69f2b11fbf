"""The record of one mandat, its papers, and the volet of the usager."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.journal.inscription import inscription_of
from aidants.journal.proofs import proof_of
from aidants.pages.posted import posted
from aidants.papiers.typesetting import PaperNotMade
from mandats.domain.events import MANDAT_SIGN
from mandats.pages.conseiller.access import with_mandat
from mandats.pages.conseiller.forms import VoletForm
from mandats.pages.conseiller.present import record_facts, resume_address
from mandats.pages.conseiller.streams import attachment, pdf_answer
from mandats.registre.dossier import document_of, dossier_of
from mandats.registre.models import Mandat
from mandats.registre.papers import print_volet, produce_document
from mandats.registre.selectors import brouillon_beside
from mandats.registre.services.consult import consult_document, consult_mandat, consult_proof
from mandats.registre.services.explications import explanation_choices

_EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "application/json": "json"}


@require_safe
@with_mandat
def detail(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Show the record; each opening is journaled."""
    now = timezone.now()
    consult_mandat(mandat, acteur, now)
    facts = record_facts(mandat, dossier_of(mandat), now, acteur.id)
    facts["inscription"] = inscription_of(mandat.id, MANDAT_SIGN)
    waiting = brouillon_beside(mandat)
    facts["couple_next"] = resume_address(waiting) if waiting else ""
    return render(request, "mandats/conseiller/detail.html", facts)


@require_safe
@with_mandat
def document(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Show the mandat's PDF, making it if it is still missing."""
    now = timezone.now()
    try:
        kept = produce_document(mandat.id, acteur, now)
    except PaperNotMade:
        messages.warning(request, "Le PDF n’est pas encore prêt. Réessayez dans une minute.")
        return redirect("mandats:detail", mandat.id)
    consult_document(kept, mandat, acteur, now)
    return pdf_answer(bytes(kept.content), f"mandat-{mandat.reference}.pdf")


@require_safe
@with_mandat
def piece(request: HttpRequest, acteur: Acteur, mandat: Mandat, document_id: UUID) -> HttpResponse:
    """Hand over one kept paper, as a file to save."""
    kept = document_of(mandat, document_id)
    if kept is None:
        raise Http404
    consult_document(kept, mandat, acteur, timezone.now())
    name = f"{kept.kind}-{mandat.reference}-{kept.version}.{_EXTENSIONS.get(kept.content_type, 'bin')}"
    return attachment(bytes(kept.content), kept.content_type, name)


@require_safe
@with_mandat
def proof(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Hand over the proof that the mandat's signature is in the journal, once the tree holds it."""
    found = proof_of(mandat.id, MANDAT_SIGN)
    if found is None:
        raise Http404
    consult_proof(mandat, acteur, timezone.now())
    return attachment(str(found).encode(), "text/plain; charset=utf-8", f"mandat-{mandat.reference}.tlog-proof")


@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def volet(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Say that the old codes end, then print the new ones once; nothing of them is kept."""
    form = VoletForm(posted(request))
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            printed = print_volet(mandat.id, acteur, timezone.now(), large=wanted["large"], plain=wanted["plain"])
        except PaperNotMade:
            messages.error(request, "La feuille n’a pas pu être faite. Les codes d’avant valent toujours. Réessayez.")
            return redirect("mandats:detail", mandat.id)
        if isinstance(printed, Denied):
            raise Http404
        return pdf_answer(printed, f"volet-{mandat.reference}.pdf")
    facts = {"mandat": mandat, "form": form, "forms": explanation_choices()}
    return render(request, "mandats/conseiller/volet.html", facts)
