"""What the rules said, the word of who looked, and the rules as every aidant may read them.

No usager's name, no reference of a mandat: a referent who is no aidant sees figures only (DOMAIN §3.4).
"""

from collections.abc import Callable
from functools import wraps
from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from aidants.comptes.fonctions import fonction_of
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from aidants.structures.acting import PlacedRequest
from mandats.alertes.models import Alerte
from mandats.alertes.service import acknowledge, alertes_for
from mandats.domain.alertes import RULE_BY_CODE, RULES

_PAGE = 20
View = Callable[..., HttpResponse]


class WordForm(forms.Form):
    """What was found, in a word."""

    word = forms.CharField(
        label="Ce que vous avez constaté",
        help_text="Quelques mots, sans nom de personne aidée : « atelier du mardi », « vu avec l’aidant ».",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Écrivez en un mot ce que vous avez constaté."},
    )


def _watcher(request: HttpRequest) -> Acteur | None:
    """Return the referent of the structure chosen, or an instructeur; ``None`` for anybody else."""
    place = cast("PlacedRequest", request).affectation
    if place and place.is_referent:
        return Acteur(Kind.COMPTE, place.compte_id, place.structure_id, Role.REFERENT.value)
    held = fonction_of(request.user.pk, Role.INSTRUCTEUR) if request.user.is_authenticated else None
    return Acteur(Kind.COMPTE, held.compte_id, None, held.role) if held else None


def for_watcher(view: View) -> View:
    """Hand the acteur to the view; 403 for who is neither referent here nor instructeur."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        acteur = _watcher(request)
        if acteur is None:
            raise PermissionDenied
        return view(request, acteur, *args, **kwargs)

    return guarded


@require_safe
@for_watcher
def index(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the alerts, those that nobody has looked at first."""
    pages = Paginator(alertes_for(acteur), _PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, RULE_BY_CODE[row.rule]) for row in page],
        "everywhere": acteur.role == Role.INSTRUCTEUR,
    }
    return render(request, "mandats/alertes/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_watcher
def answer(request: HttpRequest, acteur: Acteur, alerte_id: UUID) -> HttpResponse:
    """One alert, and the word that closes it."""
    row = alertes_for(acteur).filter(pk=alerte_id).first()
    if row is None:
        raise Http404
    form = WordForm(posted(request))
    if form.is_valid():
        done = acknowledge(alerte_id, acteur, form.cleaned_data["word"], timezone.now())
        if not isinstance(done, Denied):
            messages.success(request, "C’est noté.")
            return redirect("mandats:alertes:list")
        form.add_error(None, done.reason.message)
    context = {"row": row, "rule": RULE_BY_CODE[row.rule], "form": form, "is_mine": _is_mine(row, acteur)}
    return render(request, "mandats/alertes/answer.html", context, status=422 if form.errors else 200)


def _is_mine(row: Alerte, acteur: Acteur) -> bool:
    return row.aidant_id == acteur.id


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Tell every signed-in person what is looked at, by whom, and that it never sanctions."""
    return render(request, "mandats/alertes/rules.html", {"rules": RULES})
