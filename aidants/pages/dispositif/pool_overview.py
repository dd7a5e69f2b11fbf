"""The whole pool, for the ANCT: counts by state and department, then people by first name and commune."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aidants.comptes.fonctions import for_role
from aidants.dispositif.pool_states import STATES, by_departement, found
from aidants.domain.acteur import Acteur
from aidants.domain.departements import DEPARTEMENTS
from aidants.domain.dispositif.vivier import COMPETENCES
from aidants.domain.roles import Role
from aidants.pages.csv_answer import csv_answer

_PAGE = 30


class FilterForm(forms.Form):
    """Whom to list."""

    departement = forms.ChoiceField(
        label="Département",
        required=False,
        choices=[("", "Tous"), *((code, f"{code} {name}") for code, name in DEPARTEMENTS.items())],
    )
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *STATES.items()])


@require_safe
@for_role(Role.INSTRUCTEUR)
def overview(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Show the pool; ``format=csv`` gives the counts."""
    lines = [(one, DEPARTEMENTS.get(one.departement, "Sans commune")) for one in by_departement()]
    if request.GET.get("format") == "csv":
        rows = ((one.departement, name, *one.counts, one.total) for one, name in lines)
        return csv_answer(("code", "departement", *STATES, "total"), rows, "vivier.csv")
    form = FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"departement": "", "etat": ""}
    page = Paginator(found(asked["departement"], asked["etat"]), _PAGE).get_page(request.GET.get("page"))
    sums = [sum(one.counts[rank] for one, _ in lines) for rank in range(len(STATES))]
    context = {
        "form": form,
        "states": STATES.values(),
        "lines": [(one, name, zip(STATES.values(), one.counts, strict=True)) for one, name in lines],
        "sums": list(zip(STATES.values(), sums, strict=True)),
        "total": sum(sums),
        "page": page,
        "people": [
            (one, STATES[one.standing], [COMPETENCES[code] for code in one.skills if code in COMPETENCES])
            for one in page
        ],
    }
    return render(request, "aidants/dispositif/pool_overview.html", context)
