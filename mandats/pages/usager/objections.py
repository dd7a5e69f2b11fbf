"""« Je n’ai pas demandé cela »: the usager objects to one use."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from aidants.domain.decisions import Denied
from mandats.pages.usager.enter import usager_only
from mandats.pages.usager.forms import ObjectionForm
from mandats.pages.usager.reach import mine
from mandats.pages.usager.session import UsagerSession
from mandats.registre.services.contestations import object_to_use
from mandats.registre.services.many import acteur_usager
from mandats.verification.usager_record import use_of

_TOLD = "C’est signalé. Le référent de la structure doit vous répondre ; sa réponse s’affichera ici."


@require_http_methods(["GET", "HEAD", "POST"])
@usager_only
def objection(
    request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID, utilisation_id: UUID
) -> HttpResponse:
    """Show the use again, take a few words or none, and tell those who must answer."""
    mandat = mine(who, mandat_id)
    use = use_of(mandat, utilisation_id)
    if use is None:
        raise Http404
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acteur = acteur_usager(who.usager_id)
        done = object_to_use(use.utilisation.id, acteur, form.cleaned_data["words"], now, mandat.id)
        denied = isinstance(done, Denied)
        messages.info(request, done.reason.message if denied else _TOLD)  # type: ignore[union-attr]
        return redirect("mandats:usager_mandat", mandat.id)
    context = {"mandat": mandat, "use": use, "form": form}
    return render(request, "usager/objection.html", context, status=422 if form.errors else 200)
