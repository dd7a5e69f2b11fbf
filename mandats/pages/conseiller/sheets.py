"""The signed sheet of a mandat already concluded: brought later, or in the place of one badly read."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from mandats.consentement import papier
from mandats.domain.fins import EXEMPLAIRE
from mandats.pages.conseiller.access import with_mandat
from mandats.pages.conseiller.forms import SheetForm
from mandats.pages.conseiller.present import moment
from mandats.registre.models import Mandat


@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def add(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Take the sheet; every earlier one stays, under its own version."""
    if mandat.consentement != "papier":
        raise Http404
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    if form.is_valid():
        done = papier.add_sheet(mandat.id, form.cleaned_data["scan"].read(), acteur, timezone.now())
        if not isinstance(done, Denied):
            told = "La feuille signée est ajoutée."
            messages.success(request, f"{told} Le mandat reprend." if mandat.suspension_way == EXEMPLAIRE else told)
            return redirect("mandats:detail", mandat.id)
        form.add_error("scan", done.reason.message)
    due = moment(mandat.scan_due_at, mandat.time_zone) if mandat.scan_due_at else ""
    context = {"mandat": mandat, "form": form, "due": due}
    return render(request, "mandats/conseiller/sheet.html", context, status=422 if form.errors else 200)
