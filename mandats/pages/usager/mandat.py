"""The usager's mandats: the list, one mandat, and what they may do with it: stop, make a code, take the PDF."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.domain.decisions import Denied
from aidants.journal.inscription import inscription_of
from aidants.journal.record import record
from mandats.document.explications import NoSuchForm
from mandats.domain import events
from mandats.domain.codes import grouped
from mandats.pages.usager.enter import usager_only
from mandats.pages.usager.reach import WAY, mine, standing
from mandats.pages.usager.session import UsagerSession
from mandats.registre.models import Autorisation, Mandat
from mandats.registre.services.explications import explanation_choices, print_explanation
from mandats.registre.services.many import acteur_usager
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.volet import (
    CodesVolet,
    cancel_verification_code,
    renew_codes,
    renew_verification_code,
)
from mandats.verification.usager_record import (
    latest_document,
    mandats_of_usager,
    parts_of,
    record_of,
    summary_of,
)


@require_safe
@usager_only
def page(request: HttpRequest, who: UsagerSession, now: datetime) -> HttpResponse:
    """List the mandats; a single one is shown at once."""
    mandats = list(mandats_of_usager(who.usager_id, who.mandat_id))
    if len(mandats) == 1:
        return redirect("mandats:usager_mandat", mandats[0].id)
    summaries = [summary_of(mandat, now) for mandat in mandats]
    context = {"summaries": summaries, "can_stop_all": any(one.is_standing for one in summaries)}
    return render(request, "usager/list.html", context)


@require_safe
@usager_only
def mandat(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Show one mandat and everything that was done with it."""
    found, inscription = record_of(mine(who, mandat_id), now), inscription_of(mandat_id, events.MANDAT_SIGN)
    context = {
        "record": found,
        "inscription": inscription,
        "has_list": who.mandat_id is None,
        "forms": explanation_choices(),
    }
    return render(request, "usager/mandat.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@usager_only
def stop(
    request: HttpRequest,
    who: UsagerSession,
    now: datetime,
    mandat_id: UUID,
    autorisation_id: UUID | None = None,
) -> HttpResponse:
    """Ask once « arrêter ? », then end the mandat, or one demarche of it.  No reason is asked (C. civ. 2004)."""
    mandat = mine(who, mandat_id)
    part = _part(mandat, autorisation_id)
    if request.method == "POST":
        _stop(request, who, mandat, part, now)
        return redirect("mandats:usager_mandat", mandat.id)
    labels = {found.autorisation.id: found.label for found in parts_of(mandat)}
    label = labels[part.id] if part else ""
    context = {"summary": summary_of(mandat, now), "label": label, "labels": labels.values()}
    return render(request, "usager/stop.html", context)


def _part(mandat: Mandat, autorisation_id: UUID | None) -> Autorisation | None:
    if autorisation_id is None:
        return None
    part = Autorisation.objects.filter(pk=autorisation_id, mandat=mandat).first()
    if part is None:
        raise Http404
    return part


def _stop(request: HttpRequest, who: UsagerSession, mandat: Mandat, part: Autorisation | None, now: datetime) -> None:
    acteur = acteur_usager(who.usager_id)
    if part:
        done = revoke_autorisation(part.id, acteur, way=WAY, now=now)
        told = "Cette démarche est arrêtée. Plus personne ne peut s’en servir, dès maintenant."
    else:
        done = revoke_mandat(mandat.id, acteur, way=WAY, now=now)
        told = "Le mandat est arrêté. Plus personne ne peut s’en servir, dès maintenant."
    if isinstance(done, Denied):
        messages.info(request, done.reason.message)
    else:
        messages.success(request, told)


@require_POST
@usager_only
def new_code(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Make a verification code and show it, this once."""
    mandat = standing(who, mandat_id, now)
    code = renew_verification_code(mandat.id, acteur_usager(who.usager_id), now)
    if isinstance(code, Denied):
        raise Http404
    return render(request, "usager/code.html", {"code": grouped(code), "mandat": mandat})


@require_POST
@usager_only
def new_codes(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Make both codes of a lost volet anew and show them, this once; only for who came by FranceConnect.

    A page opened by a code makes no other one: whoever found the sheet would keep its owner out.
    """
    mandat = standing(who, mandat_id, now)
    codes = None if who.mandat_id else renew_codes(mandat.id, acteur_usager(who.usager_id), now)
    if not isinstance(codes, CodesVolet):
        raise Http404
    context = {"verification": grouped(codes.verification), "revocation": grouped(codes.revocation), "mandat": mandat}
    return render(request, "usager/codes.html", context)


@require_POST
@usager_only
def cancel_code(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """End the verification code."""
    mandat = mine(who, mandat_id)
    cancel_verification_code(mandat.id, acteur_usager(who.usager_id), now)
    messages.success(request, "Le code de vérification ne marche plus.")
    return redirect("mandats:usager_mandat", mandat.id)


@require_safe
@usager_only
def document(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Hand the PDF of the mandat.  The entry is about the usager: the structure does not see it."""
    mandat = mine(who, mandat_id)
    found = latest_document(mandat)
    if found is None:
        raise Http404
    facts = {"kind": found.kind, "version": found.version}
    with transaction.atomic():
        acteur = acteur_usager(who.usager_id)
        record(events.DOCUMENT_CONSULT, acteur=acteur, at=now, subject=who.usager_id, facts=facts)
    name = f"mandat-{mandat.reference}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(found.content), content_type=found.content_type, headers=headers)


@require_safe
@usager_only
def form(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID, code: str) -> HttpResponse:
    """Hand an explanation of the mandat: large print, plain words, another language."""
    mandat = mine(who, mandat_id)
    try:
        printed = print_explanation(mandat, code, acteur_usager(who.usager_id), now)
    except NoSuchForm as error:
        raise Http404 from error
    headers = {"Content-Disposition": f'attachment; filename="mandat-{mandat.reference}-{code}.pdf"'}
    return HttpResponse(printed, content_type="application/pdf", headers=headers)
