"""Suspending and resuming one mandat; stopping or suspending all of them, in all structures."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from aidants.domain.decisions import Decision, Denied
from mandats.pages.usager.enter import usager_only
from mandats.pages.usager.reach import WAY, mine
from mandats.pages.usager.session import UsagerSession
from mandats.registre.services.many import acteur_usager, revoke_all, suspend_all
from mandats.registre.services.suspend import resume_mandat, suspend_mandat
from mandats.verification.usager_record import mandats_of_usager, summary_of

_SUSPENDED = (
    "Le mandat est suspendu. Personne ne peut s’en servir. Vous pouvez le remettre en route ici quand vous voulez."
)
_RESUMED = "Le mandat est remis en route."


@require_POST
@usager_only
def suspend(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Stop every use for the time being; nothing is asked twice, since it can be undone."""
    mandat = mine(who, mandat_id)
    done = suspend_mandat(mandat.id, acteur_usager(who.usager_id), way=WAY, now=now)
    return _told(request, done, _SUSPENDED, mandat.id)


@require_http_methods(["GET", "HEAD", "POST"])
@usager_only
def resume(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Ask once, then let uses begin again: it is the usager's act alone."""
    mandat = mine(who, mandat_id)
    if request.method == "POST":
        done = resume_mandat(mandat.id, acteur_usager(who.usager_id), way=WAY, now=now)
        return _told(request, done, _RESUMED, mandat.id)
    return render(request, "usager/resume.html", {"summary": summary_of(mandat, now)})


def _told(request: HttpRequest, done: Decision, told: str, mandat_id: UUID) -> HttpResponse:
    if isinstance(done, Denied):
        messages.info(request, done.reason.message)
    else:
        messages.success(request, told)
    return redirect("mandats:usager_mandat", mandat_id)


@require_http_methods(["GET", "HEAD", "POST"])
@usager_only
def stop_all(request: HttpRequest, who: UsagerSession, now: datetime) -> HttpResponse:
    """Ask once, then end or suspend every mandat; a page opened by one mandat's code reaches that one alone."""
    if who.mandat_id is not None:
        raise Http404
    summaries = [summary_of(row, now) for row in mandats_of_usager(who.usager_id, None)]
    running = [one for one in summaries if one.is_standing]
    if request.method != "POST":
        return render(request, "usager/stop_all.html", {"summaries": running})
    for_good = request.POST.get("how") == "fin"
    count = (revoke_all if for_good else suspend_all)(who.usager_id, way=WAY, now=now)
    verb = "arrêté" if for_good else "suspendu"
    plural = "s" if count > 1 else ""
    messages.success(request, f"C’est fait : {count} mandat{plural} {verb}{plural}. Plus personne ne peut s’en servir.")
    return redirect("mandats:usager_page")
