"""Finding the person who asks, their sheet, and writing down what they ask."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from mandats.domain.droits import LABELS, Droit
from mandats.droits.demandes import ask
from mandats.droits.persons import find_persons, open_person, person_of
from mandats.pages.administration.forms import DemandeForm, RectificationForm, SearchForm
from mandats.pages.administration.present import person_rows
from mandats.registre.models import Usager
from mandats.registre.services.rectify import changes_of

_ASKABLE = (Droit.EXPORT, Droit.RECTIFICATION, Droit.EFFACEMENT)


@sensitive_post_parameters("family_name", "day", "month", "year")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMINISTRATEUR)
def search(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Find a person by what they gave; never by leafing.  Names are posted: they stand in no address."""
    form, found = SearchForm(posted(request)), None
    if form.is_valid():
        found = find_persons(acteur, now=timezone.now(), **form.cleaned_data)
    status = 422 if form.errors else 200
    context = {"form": form, "found": found}
    return render(request, "mandats/administration/search.html", context, status=status)


def _found(usager_id: UUID) -> Usager:
    usager = person_of(usager_id)
    if usager is None:
        raise Http404
    return usager


@require_safe
@for_role(Role.ADMINISTRATEUR)
def person(request: HttpRequest, acteur: Acteur, usager_id: UUID) -> HttpResponse:
    """What is kept of a person, until when, and what they may ask."""
    usager = _found(usager_id)
    context = {
        "usager": usager,
        "facts": person_rows(usager),
        "kept": open_person(usager, acteur, timezone.now()),
        "kinds": [(kind.value, LABELS[kind]) for kind in _ASKABLE],
    }
    return render(request, "mandats/administration/person.html", context)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMINISTRATEUR)
def ask_for(request: HttpRequest, acteur: Acteur, usager_id: UUID, kind: str) -> HttpResponse:
    """Write down a request of this person; somebody else answers it."""
    usager, now = _found(usager_id), timezone.now()
    if kind not in _ASKABLE:
        raise Http404
    form = _form(request, usager, kind)
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        changes = changes_of(usager, form.changes) if isinstance(form, RectificationForm) else None
        given = {name: form.cleaned_data[name] for name in ("origin", "proof", "received_on")}
        made = ask(usager.id, Droit(kind), acteur, changes=changes, now=now, **given)
        if not isinstance(made, Denied):
            messages.success(request, "Demande enregistrée. Une autre personne doit l’approuver sous sept jours.")
            return redirect("mandats:administration:demande", made.id)
        form.add_error(None, made.reason.message)
    context = {"usager": usager, "form": form, "kind": kind, "label": LABELS[Droit(kind)]}
    return render(request, "mandats/administration/ask.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, usager: Usager, kind: str) -> DemandeForm:
    initial = {"received_on": timezone.localdate()}
    if kind == Droit.RECTIFICATION:
        return RectificationForm(posted(request), usager=usager, initial=initial)
    return DemandeForm(posted(request), initial=initial)
