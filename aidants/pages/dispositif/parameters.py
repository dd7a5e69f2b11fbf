"""The figures of the call, on screen: what stands, since when and by whom; what will stand from a day on."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.dispositif import parametres, quotas
from aidants.dispositif.models import ParametresAppel
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.dispositif.financement import euros
from aidants.domain.dispositif.parametres import CATALOGUE, Parametre, whole
from aidants.domain.roles import Role
from aidants.pages.dispositif.fields import EurosField, day_field, text_field
from aidants.pages.dispositif.forms import whole_field
from aidants.pages.posted import posted

_HISTORY = 20


def _said(one: Parametre, value: int) -> str:
    return euros(value) if one.unit == "euros" else f"{value}\u00a0{one.unit}"


def _field(one: Parametre) -> forms.Field:
    default = f"Par défaut : {_said(one, one.default)}."
    if one.unit != "euros":
        return whole_field(f"{one.label} ({one.unit})", one.most, default, one.least)
    return EurosField(
        label=f"{one.label} (euros)",
        help_text=default,
        min_value=Decimal(one.least) / 100,
        max_value=Decimal(one.most) / 100,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value", "max_decimal_places"),
            f"Indiquez un montant en euros, de {_said(one, one.least)} à {_said(one, one.most)}.",
        ),
    )


class FiguresForm(CodeForm):
    """Every figure, from which day on, why, and a fresh second factor."""

    effective_on = day_field("Valables à partir du", "Aujourd’hui ou plus tard : ce qui est décidé garde ses chiffres.")
    why = text_field("Motif", 500, "Par exemple le texte qui change le montant.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add one field a figure."""
        super().__init__(*args, **kwargs)
        for one in CATALOGUE:
            self.fields[one.code] = _field(one)

    def figures(self) -> dict[str, int]:
        """Return the figures typed: amounts in cents."""
        given = self.cleaned_data
        return {one.code: int(given[one.code] * (100 if one.unit == "euros" else 1)) for one in CATALOGUE}

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield each group's title and fields, for the template."""
        for group in dict.fromkeys(one.group for one in CATALOGUE):
            yield group, [self[one.code] for one in CATALOGUE if one.group == group]


_TOTALS = ("total", "milestone", "milestone_on")


class TotalForm(CodeForm):
    """How many may be recruited in all, the milestone, and a fresh second factor."""

    total = whole_field("Postes en tout", 100_000)
    milestone = whole_field("Jalon : au travail", 100_000)
    milestone_on = day_field("Date du jalon")
    field_order = (*_TOTALS, "code")


def _initial(values: dict[str, int], today: date) -> dict[str, Any]:
    typed = {
        one.code: f"{Decimal(values[one.code]) / 100:f}".replace(".", ",") if one.unit == "euros" else values[one.code]
        for one in CATALOGUE
    }
    return typed | {"effective_on": today}


def _changes(rows: list[ParametresAppel]) -> Iterator[tuple[ParametresAppel, list[str]]]:
    """Yield each set with what it changed of the one that stood before it, in words."""
    for rank, row in enumerate(rows[:_HISTORY]):
        after = whole(row.figures)
        before = whole(rows[rank + 1].figures if rank + 1 < len(rows) else {})
        yield (
            row,
            [
                f"{one.label} : {_said(one, before[one.code])} puis {_said(one, after[one.code])}"
                for one in CATALOGUE
                if before[one.code] != after[one.code]
            ],
        )


def _page(request: HttpRequest, form: FiguresForm | None, totals: TotalForm | None) -> HttpResponse:
    today = timezone.localdate()
    rows = list(parametres.written()[: _HISTORY + 1])
    standing = next((row for row in rows if row.effective_on <= today), None)
    values, enveloppe = whole(standing.figures if standing else {}), quotas.enveloppe()
    here = {name: getattr(enveloppe, name) for name in _TOTALS}
    context = {
        "form": form or FiguresForm(initial=_initial(values, today)),
        "totals": totals or TotalForm(initial=here, auto_id="total_%s"),
        "enveloppe": enveloppe,
        "standing": standing,
        "today": today,
        "history": list(_changes(rows)),
    }
    wrong = bool((form and form.errors) or (totals and totals.errors))
    return render(request, "aidants/dispositif/parametres.html", context, status=422 if wrong else 200)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR, Role.ADMINISTRATEUR)
def parameters(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Show the figures; write others, from a day on, by a fresh factor."""
    form, now = FiguresForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        given = form.cleaned_data
        made = parametres.set_figures(form.figures(), given["effective_on"], given["why"], acteur, now)
        if not isinstance(made, Denied):
            flash.success(request, "Les chiffres sont enregistrés. Ce qui est déjà décidé garde les siens.")
            return redirect("aidants:parametres")
        form.add_error(None, made.reason.message)
    return _page(request, form if form.is_bound else None, None)


@sensitive_post_parameters("code", "passkey")
@require_POST
@for_role(Role.INSTRUCTEUR, Role.ADMINISTRATEUR)
def total(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Change the national number of posts, and the milestone, by a fresh factor."""
    form, now = TotalForm(request.POST, auto_id="total_%s"), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        given = {name: form.cleaned_data[name] for name in _TOTALS}
        verdict = parametres.set_enveloppe(**given, acteur=acteur, now=now)
        if not isinstance(verdict, Denied):
            flash.success(request, "Le nombre de postes est enregistré.")
            return redirect("aidants:parametres")
        form.add_error("total", verdict.reason.message)
    return _page(request, None, form)
