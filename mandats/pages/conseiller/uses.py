"""Declaring a use made by telephone, by letter or at a counter: two gestures."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from aidants.pages.posted import posted
from mandats.domain.durees import french_date, local_date
from mandats.pages.conseiller.access import with_mandat
from mandats.pages.conseiller.forms import UtilisationForm
from mandats.registre.dossier import standing_autorisations
from mandats.registre.models import Mandat
from mandats.registre.services.uses import DECLARED_CHANNELS, declare_utilisation


@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def declare(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """First gesture: say what was done.  Second: read it again and confirm."""
    form = _form(request, mandat)
    if request.method == "POST" and "correct" not in request.POST and form.is_valid():
        if "confirmed" not in request.POST:
            return _confirmation(request, mandat, form)
        data = form.cleaned_data | {"autorisation_id": UUID(form.cleaned_data["autorisation"])}
        data.pop("autorisation")
        done = declare_utilisation(acteur=acteur, now=timezone.now(), **data)
        if not isinstance(done, Denied):
            messages.success(request, "Utilisation déclarée. La personne la verra dans son espace.")
            return redirect("mandats:detail", mandat.id)
        form.add_error(None, done.reason.message)
    failed = "correct" not in request.POST and bool(form.errors)
    context = {"mandat": mandat, "form": form, "failed": failed}
    return render(request, "mandats/conseiller/declare_use.html", context, status=422 if failed else 200)


def _form(request: HttpRequest, mandat: Mandat) -> UtilisationForm:
    choices = [(str(row.id), DEMARCHES[row.demarche].label) for row in standing_autorisations(mandat)]
    today = local_date(timezone.now(), mandat.time_zone)
    initial = {"used_on": today, "autorisation": choices[0][0] if len(choices) == 1 else None}
    data = posted(request)
    return UtilisationForm(data, choices=choices, initial=initial)


def _confirmation(request: HttpRequest, mandat: Mandat, form: UtilisationForm) -> HttpResponse:
    data = form.cleaned_data
    labels = dict(form.fields["autorisation"].choices)  # type: ignore[attr-defined]
    context = {
        "mandat": mandat,
        "form": form,
        "demarche": labels[data["autorisation"]],
        "channel": DECLARED_CHANNELS[data["channel"]],
        "day": french_date(data["used_on"]),
    }
    return render(request, "mandats/conseiller/confirm_use.html", context)
