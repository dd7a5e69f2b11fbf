"""Inclusion kits: a referent orders and says what came; the ANCT sends."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.dispositif.soutien import kits
from aidants.dispositif.soutien.models import CommandeKit
from aidants.domain.acteur import Acteur
from aidants.domain.activite.kits import CATALOGUE, ETATS_COMMANDE, MOST, EtatCommande
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from aidants.pages.team import for_referent
from aidants.structures.models import Affectation

_PAGE = 20


def _number() -> forms.NumberInput:
    return forms.NumberInput(attrs={"inputmode": "numeric"})


class KitForm(forms.Form):
    """How many of each article."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add one number an article."""
        super().__init__(*args, **kwargs)
        for code, (label, _) in CATALOGUE.items():
            self.fields[code] = forms.IntegerField(
                label=label,
                min_value=0,
                max_value=MOST,
                required=False,
                widget=_number(),
                error_messages=dict.fromkeys(
                    ("invalid", "min_value", "max_value"), f"Indiquez un nombre entre 0 et {MOST}."
                ),
            )

    @property
    def families(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The numbers by family of articles, for the template."""
        names = dict.fromkeys(family for _, family in CATALOGUE.values())
        return [(name, [self[code] for code, (_, family) in CATALOGUE.items() if family == name]) for name in names]

    def articles(self) -> dict[str, int]:
        """Return what is ordered."""
        return {code: count for code, count in self.cleaned_data.items() if count}


def _line(order: CommandeKit) -> dict[str, Any]:
    articles = [f"{count} × {CATALOGUE[code][0]}" for code, count in order.articles.items() if code in CATALOGUE]
    return {"order": order, "articles": articles, "etat": ETATS_COMMANDE[EtatCommande(order.etat)]}


@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def order(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """Order a kit; the structure's orders stand below."""
    form = KitForm(posted(request))
    if form.is_valid():
        done = kits.order_kit(form.articles(), acteur, timezone.now())
        if not isinstance(done, Denied):
            messages.success(request, "La commande est partie. Vous direz ici quand le kit arrive.")
            return redirect("aidants:kits")
        form.add_error(None, done.reason.message)
    lines = [_line(row) for row in kits.orders_of(place.structure_id)]
    context = {"form": form, "lines": lines, "structure": place.structure}
    return render(request, "aidants/activite/kits.html", context, status=422 if form.errors else 200)


@require_POST
@for_referent
def follow(request: HttpRequest, place: Affectation, acteur: Acteur, commande_id: UUID) -> HttpResponse:
    """Say that a kit was received, or lost."""
    row = get_object_or_404(CommandeKit, pk=commande_id, structure=place.structure_id)
    etat = request.POST.get("etat", "")
    allowed = etat in (EtatCommande.RECUE, EtatCommande.PERDUE)
    done = kits.follow_kit(row, etat if allowed else "", acteur, timezone.now())
    _tell(request, done)
    return redirect("aidants:kits")


def _tell(request: HttpRequest, done: Any) -> None:
    if isinstance(done, Denied):
        warn(request, done)
    else:
        messages.success(request, "C’est noté.")


@require_safe
@for_role(Role.INSTRUCTEUR)
def to_send(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the orders that wait, then those on their way."""
    page = Paginator(kits.orders_to_send(), _PAGE).get_page(request.GET.get("page"))
    return render(request, "aidants/activite/kits_to_send.html", {"page": page, "lines": [_line(row) for row in page]})


@require_POST
@for_role(Role.INSTRUCTEUR)
def send(request: HttpRequest, acteur: Acteur, commande_id: UUID) -> HttpResponse:
    """Say that an order left."""
    row = get_object_or_404(CommandeKit, pk=commande_id)
    tracking = "".join(request.POST.get("tracking", "").split())[:64]
    _tell(request, kits.follow_kit(row, EtatCommande.EXPEDIEE, acteur, timezone.now(), tracking))
    return redirect("aidants:kits_to_send")
