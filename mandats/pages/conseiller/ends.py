"""Stopping a mandat, or one demarche of it, at the usager's wish: a fresh second factor each time; what proves it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Decision, Denied
from aidants.domain.demarches import DEMARCHES
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from mandats.consentement.formulaire import revoke_on_paper
from mandats.pages.conseiller.access import with_mandat
from mandats.pages.conseiller.present import last_day_of
from mandats.pages.conseiller.streams import pdf_answer
from mandats.pages.service.forms import DeskPaperForm
from mandats.registre.dossier import autorisation_of
from mandats.registre.models import Mandat
from mandats.registre.papers import produce_end_certificate
from mandats.registre.services.consult import consult_document
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat

_WAY = "aidant"


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def revoke(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Stop the whole mandat."""

    def stop(now: datetime) -> Decision:
        return revoke_mandat(mandat.id, acteur, way=_WAY, now=now)

    return _ask_and_stop(request, acteur, mandat, stop, "")


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def revoke_one(request: HttpRequest, acteur: Acteur, mandat: Mandat, autorisation_id: UUID) -> HttpResponse:
    """Stop one demarche; the others go on."""
    row = autorisation_of(mandat, autorisation_id)
    if row is None:
        raise Http404

    def stop(now: datetime) -> Decision:
        return revoke_autorisation(autorisation_id, acteur, way=_WAY, now=now)

    return _ask_and_stop(request, acteur, mandat, stop, DEMARCHES[row.demarche].label)


def _ask_and_stop(
    request: HttpRequest, acteur: Acteur, mandat: Mandat, stop: Callable[[datetime], Decision], label: str
) -> HttpResponse:
    """Ask for a fresh code, then stop at once."""
    now, form = timezone.now(), CodeForm(posted(request))
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        outcome = stop(now)
        if isinstance(outcome, Denied):
            warn(request, outcome)
        else:
            messages.success(request, "C’est arrêté. Les administrations le voient dès maintenant.")
        return redirect("mandats:detail", mandat.id)
    context = {"mandat": mandat, "form": form, "label": label, "last_day": last_day_of(mandat)}
    return render(request, "mandats/conseiller/revoke.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def on_paper(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Stop the whole mandat by the form that the usager signed; the form is kept."""
    now, form = timezone.now(), DeskPaperForm(posted(request), request.FILES or None)
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        outcome = revoke_on_paper(mandat.id, form.cleaned_data["scan"].read(), acteur, now)
        if not isinstance(outcome, Denied):
            messages.success(request, "C’est arrêté. Les administrations le voient dès maintenant.")
            return redirect("mandats:detail", mandat.id)
        form.add_error(None, outcome.reason.message)
    context = {"mandat": mandat, "form": form}
    return render(request, "mandats/conseiller/revoke_paper.html", context, status=422 if form.errors else 200)


@require_safe
@with_mandat
def certificate(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Hand the sealed certificate of what has ended."""
    now = timezone.now()
    made = produce_end_certificate(mandat.id, acteur, now)
    if isinstance(made, Denied):
        raise Http404
    consult_document(made, mandat, acteur, now)
    return pdf_answer(bytes(made.content), f"attestation-fin-{mandat.reference}.pdf")
