"""The referent's page about their structure: the demarches that it offers, and what binds it to the people it helps."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from aidants.habilitation.annuaire import set_listing
from aidants.pages.posted import posted
from aidants.pages.team import for_referent
from aidants.structures.models import Affectation, Structure
from aidants.structures.perimetre import set_perimeter


class PerimeterForm(CodeForm):
    """The ten themes, one declaration, and a fresh second factor."""

    demarches = forms.MultipleChoiceField(
        label="Démarches proposées",
        choices=[(code, one.label) for code, one in DEMARCHES.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Gardez au moins une démarche."},
    )
    houses_or_bills = forms.BooleanField(
        label="Notre structure héberge, emploie, prête de l’argent ou facture un service aux personnes qu’elle aide",
        help_text="Les personnes en sont averties avant de signer, et leurs mandats durent 31 jours au plus.",
        required=False,
    )


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def perimeter(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """Narrow or widen what the structure offers; older mandats follow at once."""
    structure, now = place.structure, timezone.now()
    form = PerimeterForm(posted(request), initial=_initial(structure))
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        data = form.cleaned_data
        chosen = {"demarches": data["demarches"], "houses_or_bills": data["houses_or_bills"]}
        verdict = set_perimeter(structure.id, acteur, **chosen, now=now)
        if not isinstance(verdict, Denied):
            messages.success(request, "C’est enregistré. Les mandats déjà conclus suivent dès maintenant.")
            return redirect("aidants:structure_perimeter")
        form.add_error(None, verdict.reason.message)
    context = {"form": form, "structure": structure}
    return render(request, "aidants/equipe/perimeter.html", context, status=422 if form.errors else 200)


class ListingForm(forms.Form):
    """One choice, whose change is undone in the same way: no second factor is asked."""

    is_listed = forms.BooleanField(
        label="Publier notre structure dans les données ouvertes",
        help_text="Nom, SIRET, adresse, téléphone et courriel de la structure. Aucun nom de personne.",
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def listing(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """Let the map of digital mediation show the structure, or not."""
    form = ListingForm(posted(request), initial={"is_listed": place.structure.is_listed})
    if form.is_valid():
        chosen = bool(form.cleaned_data["is_listed"])
        if not isinstance(set_listing(place.structure_id, acteur, is_listed=chosen, now=timezone.now()), Denied):
            messages.success(request, "C’est enregistré. La publication suit dans l’heure.")
            return redirect("aidants:structure_listing")
    return render(request, "aidants/equipe/listing.html", {"form": form, "structure": place.structure})


def _initial(structure: Structure) -> dict[str, Any]:
    return {"demarches": structure.demarches or list(DEMARCHES), "houses_or_bills": structure.houses_or_bills}
