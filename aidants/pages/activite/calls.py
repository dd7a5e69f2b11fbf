"""The national line « solidarité numérique »: the reception queues a call, a conseiller of the department takes it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.dispositif.soutien import calls
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite.comptes_rendus import THEMES
from aidants.domain.decisions import Denied
from aidants.domain.departements import DEPARTEMENTS, departement_of
from aidants.domain.roles import Role
from aidants.domain.telephone import BadTelephone, as_dialled, to_e164
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from aidants.structures.models import Affectation

View = Callable[..., HttpResponse]


class CallForm(forms.Form):
    """A call that came: where from, about what, and the number to call back.  No name is asked."""

    departement = forms.ChoiceField(
        label="Département",
        choices=[("", "Choisir"), *((code, f"{code} {name}") for code, name in DEPARTEMENTS.items())],
        error_messages={"required": "Choisissez le département."},
    )
    theme = forms.ChoiceField(label="Sur quoi", choices=list(THEMES.items()))
    telephone = forms.CharField(
        label="Numéro à rappeler",
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        error_messages={"required": "Saisissez le numéro."},
    )

    def clean_telephone(self) -> str:
        """Refuse what is no telephone number."""
        try:
            return to_e164(self.cleaned_data["telephone"])
        except BadTelephone as error:
            raise forms.ValidationError("Ce numéro n’existe pas. Vérifiez-le avec la personne.") from error


@sensitive_post_parameters("telephone")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ACCUEIL)
def receive(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Queue a call for its department."""
    form = CallForm(posted(request))
    if form.is_valid():
        data = form.cleaned_data
        calls.queue_call(data["departement"], data["telephone"], data["theme"], acteur, timezone.now())
        messages.success(request, "L’appel attend un conseiller du département.")
        return redirect("aidants:call_receive")
    return render(request, "aidants/activite/call_receive.html", {"form": form}, status=422 if form.errors else 200)


def _for_conseiller(view: View) -> View:
    """Hand the acteur and the department to the view; 403 for who is no conseiller here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        place: Affectation | None = getattr(request, "affectation", None)
        if not place or not (place.is_aidant and place.is_conseiller):
            raise PermissionDenied
        acteur = Acteur(Kind.COMPTE, place.compte_id, place.structure_id, Role.AIDANT.value)
        return view(request, acteur, departement_of(place.structure.insee_code), *args, **kwargs)

    return guarded


@require_safe
@_for_conseiller
def queue(request: HttpRequest, acteur: Acteur, departement: str) -> HttpResponse:
    """Show one's own calls, then those that wait in the department."""
    mine = [(row, number, as_dialled(number), THEMES[row.theme]) for row, number in calls.my_calls(acteur.known_id)]
    waiting = [(row, THEMES[row.theme]) for row in calls.waiting_calls(departement)[:50]]
    context = {
        "mine": mine,
        "waiting": waiting,
        "departement": DEPARTEMENTS.get(departement, departement),
        "outcomes": calls.OUTCOMES.items(),
    }
    return render(request, "aidants/activite/calls.html", context)


def _tell(request: HttpRequest, done: Any, words: str) -> None:
    if isinstance(done, Denied):
        warn(request, done)
    else:
        messages.success(request, words)


@require_POST
@_for_conseiller
def take(request: HttpRequest, acteur: Acteur, departement: str, call_id: UUID) -> HttpResponse:
    """Take a call."""
    done = calls.take_call(call_id, departement, acteur, timezone.now())
    _tell(request, done, "Cet appel est à vous. Rappelez la personne.")
    return redirect("aidants:calls")


@require_POST
@_for_conseiller
def back(request: HttpRequest, acteur: Acteur, departement: str, call_id: UUID) -> HttpResponse:
    """Say that the person was called back."""
    _tell(request, calls.call_back(call_id, acteur, timezone.now()), "C’est noté.")
    return redirect("aidants:calls")


@require_POST
@_for_conseiller
def end(request: HttpRequest, acteur: Acteur, departement: str, call_id: UUID) -> HttpResponse:
    """End a call; its report comes next, with its channel touched already."""
    done = calls.end_call(call_id, request.POST.get("outcome", ""), acteur, timezone.now())
    _tell(request, done, "L’appel est terminé, son numéro est oublié. Voici son compte rendu.")
    if isinstance(done, Denied):
        return redirect("aidants:calls")
    request.session["cra_channel"] = "appel_solidarite"
    return redirect("aidants:report")
