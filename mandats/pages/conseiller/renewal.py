"""Renewing a mandat from its record: with the person, or not at all."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from aidants.pages.posted import posted
from mandats.domain.autonomie import LEVELS
from mandats.pages.conseiller.access import with_mandat
from mandats.pages.conseiller.present import last_day_of
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.renew import NothingLeft, refuse_alone, start_renewal

_ALONE, _THERE = "non", "oui"


class RenewalForm(forms.Form):
    """Is the person there?  And, for each demarche, what do they now do by themselves?"""

    present = forms.ChoiceField(
        label="La personne est-elle avec vous ?",
        choices=[(_THERE, "Oui, elle est là"), (_ALONE, "Non, elle n’est pas là")],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si la personne est avec vous."},
    )

    def __init__(self, *args: Any, demarches: list[str], **kwargs: Any) -> None:
        """Ask for each of ``demarches``."""
        super().__init__(*args, **kwargs)
        self.demarches = demarches
        for code in demarches:
            self.fields[f"autonomie_{code}"] = forms.ChoiceField(
                label=DEMARCHES[code].label,
                choices=list(LEVELS.items()),
                widget=forms.RadioSelect,
                required=False,
                error_messages={"required": "Répondez pour cette démarche."},
            )

    def clean(self) -> dict[str, Any]:
        """The figures are asked of who is there."""
        cleaned = super().clean() or {}
        if cleaned.get("present") == _THERE:
            for code in self.demarches:
                if not cleaned.get(f"autonomie_{code}") and f"autonomie_{code}" not in self.errors:
                    self.add_error(f"autonomie_{code}", "Répondez pour cette démarche.")
        return cleaned

    @property
    def alone(self) -> bool:
        """Whether the aidant says that the person is not there."""
        return bool(self.cleaned_data["present"] == _ALONE)

    def levels(self) -> dict[str, str]:
        """Return demarche → level."""
        return {code: self.cleaned_data[f"autonomie_{code}"] for code in self.demarches}

    def questions(self) -> list[forms.BoundField]:
        """Return the question of each demarche."""
        return [self[f"autonomie_{code}"] for code in self.demarches]


@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def renew(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Ask who is there and what changed; then start again from the silent card, with the person."""
    codes = list(mandat.autorisations.order_by("demarche").values_list("demarche", flat=True))
    form = RenewalForm(posted(request), demarches=codes)
    if form.is_valid():
        if form.alone:
            return _alone(request, acteur, mandat)
        started = start_renewal(mandat.id, acteur, form.levels(), timezone.now())
        if isinstance(started, Brouillon):
            return redirect("mandats:brouillon_card", started.id)
        if isinstance(started, NothingLeft):
            messages.success(request, "Rien à renouveler : la personne fait maintenant tout cela seule. C’est noté.")
            return redirect("mandats:detail", mandat.id)
        form.add_error(None, started.reason.message)
    context = {"mandat": mandat, "form": form, "last_day": last_day_of(mandat)}
    return render(request, "mandats/conseiller/renew.html", context, status=422 if form.errors else 200)


def _alone(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """An aidant alone renews nothing: 403, and a line in the journal that the person reads."""
    denied: Denied = refuse_alone(mandat.id, acteur, timezone.now())
    context = {"mandat": mandat, "message": denied.reason.message}
    return render(request, "mandats/conseiller/renew_alone.html", context, status=denied.reason.http)
