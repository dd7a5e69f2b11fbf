"""The papers beside the mandat: explanations to hand over, a copy by e-mail, codes to copy by hand."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.pages.refusals import warn
from aidants.papiers.typesetting import PaperNotMade
from mandats.document.explications import NoSuchForm
from mandats.domain.codes import grouped
from mandats.pages.conseiller.access import with_mandat
from mandats.pages.conseiller.present import last_day_of
from mandats.pages.conseiller.streams import pdf_answer
from mandats.registre.models import Mandat
from mandats.registre.papers import produce_document
from mandats.registre.services.copies import send_copy
from mandats.registre.services.explications import print_explanation
from mandats.registre.services.told import usager_page
from mandats.registre.services.volet import show_codes

_ONCE = "codes_to_show"


@require_safe
@with_mandat
def form(request: HttpRequest, acteur: Acteur, mandat: Mandat, code: str) -> HttpResponse:
    """Print an explanation of the mandat: large print, plain words, another language."""
    try:
        printed = print_explanation(mandat, code, acteur, timezone.now())
    except NoSuchForm as error:
        raise Http404 from error
    return pdf_answer(printed, f"mandat-{mandat.reference}-{code}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def send(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Say what leaves and where to, then send the usager their copy."""
    now, kept = timezone.now(), None
    try:
        kept = produce_document(mandat.id, acteur, now)
    except PaperNotMade:
        messages.warning(request, "Le PDF n’est pas encore prêt. Réessayez dans une minute.")
        return redirect("mandats:detail", mandat.id)
    if request.method == "POST":
        sent = send_copy(mandat.id, acteur, now)
        if isinstance(sent, Denied):
            warn(request, sent, level=messages.ERROR)
        else:
            messages.success(request, f"La copie part à {mandat.usager.email}.")
        return redirect("mandats:detail", mandat.id)
    return render(request, "mandats/conseiller/send.html", {"mandat": mandat, "bytes": len(kept.content)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def codes(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Printer down: ask that the screen be turned to the usager, then show fresh codes to them, once.

    The page that asks carries a token that serves once: going back or reloading shows nothing again.
    """
    if request.method != "POST":
        request.session[_ONCE] = secrets.token_urlsafe(16)
        return render(request, "mandats/conseiller/codes_ask.html", {"mandat": mandat, "once": request.session[_ONCE]})
    wanted = request.session.pop(_ONCE, "")
    if not wanted or not secrets.compare_digest(wanted, request.POST.get("once", "")):
        warn(request, "Ces codes ont déjà été montrés. Pour d’autres codes, recommencez.")
        return redirect("mandats:detail", mandat.id)
    shown = show_codes(mandat.id, acteur, timezone.now())
    if isinstance(shown, Denied):
        raise Http404
    facts: dict[str, Any] = {"mandat": mandat, "last_day": last_day_of(mandat), "usager_url": usager_page()}
    facts |= {"revocation": grouped(shown.revocation), "verification": grouped(shown.verification)}
    return render(request, "mandats/conseiller/codes_shown.html", facts)
