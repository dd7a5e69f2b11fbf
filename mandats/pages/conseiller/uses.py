"""Declaring a use made by telephone, by letter or at a counter: two gestures; and what may be said of it after."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from mandats.domain.actes import RESERVED_ACTS
from mandats.domain.durees import french_date, local_date
from mandats.domain.utilisations import DECLARED_CHANNELS, MANNERS
from mandats.pages.conseiller.access import with_mandat
from mandats.pages.conseiller.forms import CorrectionForm, UtilisationForm
from mandats.pages.conseiller.use_rows import UseRow, use_rows
from mandats.registre.dossier import standing_autorisations, utilisation_of
from mandats.registre.models import Mandat
from mandats.registre.services.corrections import correct_utilisation
from mandats.registre.services.uses import declare_utilisation, say_manner


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
            messages.success(request, f"Utilisation déclarée. {_told(mandat)}")
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
    reserved = [(code, RESERVED_ACTS[code].capitalize()) for code in mandat.reserved_acts]
    return UtilisationForm(data, choices=choices, reserved=reserved, initial=initial)


def _told(mandat: Mandat) -> str:
    """Say how the usager learns it: a message has left, or a letter is to be printed."""
    written = mandat.usager.email or mandat.usager.sms_number
    return "La personne en est avertie." if written else "Sa lettre attend dans « À remettre »."


def _confirmation(request: HttpRequest, mandat: Mandat, form: UtilisationForm) -> HttpResponse:
    data = form.cleaned_data
    labels = dict(form.fields["autorisation"].choices)  # type: ignore[attr-defined]
    context = {
        "mandat": mandat,
        "form": form,
        "demarche": labels[data["autorisation"]],
        "channel": DECLARED_CHANNELS[data["channel"]],
        "manner": MANNERS[data["manner"]],
        "day": french_date(data["used_on"]),
        "written": mandat.usager.email or mandat.usager.sms_number,
        "reserved_act": RESERVED_ACTS.get(data["reserved_act"], ""),
    }
    return render(request, "mandats/conseiller/confirm_use.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def correct(request: HttpRequest, acteur: Acteur, mandat: Mandat, utilisation_id: UUID) -> HttpResponse:
    """Write the counter-entry of a use declared by mistake; the use itself stays."""
    row, form = _use(mandat, utilisation_id, acteur), CorrectionForm(posted(request))
    if form.is_valid():
        done = correct_utilisation(utilisation_id, acteur, form.cleaned_data["reason"], timezone.now())
        if not isinstance(done, Denied):
            messages.success(request, f"Ligne corrigée. {_told(mandat)}")
            return redirect("mandats:detail", mandat.id)
        form.add_error(None, done.reason.message)
    context = {"mandat": mandat, "form": form, "row": row}
    return render(request, "mandats/conseiller/correct_use.html", context, status=422 if form.errors else 200)


@require_POST
@with_mandat
def manner(request: HttpRequest, acteur: Acteur, mandat: Mandat, utilisation_id: UUID) -> HttpResponse:
    """Say after the fact whether a use through the bridge was made with the usager or in their place."""
    _use(mandat, utilisation_id, acteur)
    done = say_manner(utilisation_id, acteur, request.POST.get("manner", ""), timezone.now())
    if isinstance(done, Denied):
        warn(request, done, level=messages.ERROR)
    else:
        messages.success(request, "C’est noté.")
    return redirect("mandats:detail", mandat.id)


def _use(mandat: Mandat, utilisation_id: UUID, acteur: Acteur) -> UseRow:
    """Return one use of this mandat; any other answers as an unknown one."""
    use = utilisation_of(mandat, utilisation_id)
    if use is None:
        raise Http404
    return use_rows([use], mandat.time_zone, acteur.id)[0]
