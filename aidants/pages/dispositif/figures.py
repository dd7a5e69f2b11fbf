"""The parameters that the ANCT sets: posts of each department and network, days of the calls."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.dispositif import quotas
from aidants.dispositif.candidatures import campagnes
from aidants.dispositif.contrats import budget, overpaid_contrats
from aidants.dispositif.models import Campagne, Quota
from aidants.dispositif.parametres import funding_of, standing_on
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.departements import DEPARTEMENTS
from aidants.domain.dispositif.financement import (
    PUBLISHED_BUDGET,
    PUBLISHED_PARTS,
    Bareme,
    euros,
    label_of_rule,
)
from aidants.domain.dispositif.porteurs import LABELS, RESEAUX, Porteur
from aidants.domain.roles import Role
from aidants.pages.dispositif.forms import CampagneForm, MoveForm, QuotaForm
from aidants.pages.posted import posted


def label_of(quota: Quota) -> str:
    """Return a quota's name as people read it."""
    if quota.reseau:
        return f"Réseau {RESEAUX.get(quota.reseau, quota.reseau)}"
    return f"{quota.departement} {DEPARTEMENTS.get(quota.departement, '')}".strip()


def _page(request: HttpRequest, form: QuotaForm, moving: MoveForm, rows: list[Quota]) -> HttpResponse:
    context = {
        "form": form,
        "moving": moving,
        "rows": [(label_of(one), one, one.posts - one.retained) for one in rows],
        "figures": quotas.enveloppe(),
        "allotted": sum(one.posts for one in rows),
        "retained": sum(one.retained for one in rows),
    }
    wrong = form.errors or moving.errors
    return render(request, "aidants/dispositif/quotas.html", context, status=422 if wrong else 200)


def _places(rows: list[Quota]) -> list[tuple[str, str]]:
    return [(str(one.id), f"{label_of(one)} ({one.posts - one.retained} à donner)") for one in rows]


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def quota_list(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Show the quotas, and set one."""
    form, rows = QuotaForm(posted(request)), quotas.quotas()
    if form.is_valid():
        kind, _, code = form.cleaned_data["where"].partition(":")
        departement, reseau = (code, "") if kind == "d" else ("", code)
        verdict = quotas.set_quota(departement, reseau, form.cleaned_data["posts"], acteur, timezone.now())
        if not isinstance(verdict, Denied):
            flash.success(request, "Le nombre de postes est enregistré.")
            return redirect("aidants:quotas")
        form.add_error("posts", verdict.reason.message)
    return _page(request, form, MoveForm(places=_places(rows), auto_id="move_%s"), rows)


@require_POST
@for_role(Role.INSTRUCTEUR)
def move(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Move posts from one quota to another."""
    rows = quotas.quotas()
    moving = MoveForm(request.POST, places=_places(rows), auto_id="move_%s")
    if moving.is_valid():
        given = moving.cleaned_data
        source, target = UUID(given["source"]), UUID(given["target"])
        verdict = quotas.move_posts(source, target, given["posts"], acteur, timezone.now())
        if not isinstance(verdict, Denied):
            flash.success(request, "Les postes sont déplacés.")
            return redirect("aidants:quotas")
        moving.add_error(None, verdict.reason.message)
    return _page(request, QuotaForm(), moving, rows)


@require_safe
@for_role(Role.INSTRUCTEUR)
def calls(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the calls and their days."""
    stands = funding_of(standing_on(timezone.localdate()))
    rows = [
        (one, [LABELS[Porteur(kind)] for kind in one.kinds], label_of_rule(Bareme(one.bareme), stands))
        for one in campagnes()
    ]
    return render(request, "aidants/dispositif/appels.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def call(request: HttpRequest, acteur: Acteur, campagne_id: UUID) -> HttpResponse:
    """Change the days of a call."""
    found = get_object_or_404(Campagne, pk=campagne_id)
    initial = {"opens_on": found.opens_on, "closes_on": found.closes_on}
    form = CampagneForm(posted(request), initial=initial)
    if form.is_valid():
        quotas.set_campagne(found.id, **form.cleaned_data, acteur=acteur, now=timezone.now())
        flash.success(request, "Les dates sont enregistrées.")
        return redirect("aidants:appels_candidatures")
    context = {"form": form, "campagne": found}
    return render(request, "aidants/dispositif/appel.html", context, status=422 if form.errors else 200)


@require_safe
@for_role(Role.INSTRUCTEUR, Role.OPERATEUR)
def money(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Show the budget as published beside the sum of its parts, what is committed and what is paid."""
    found, figures = budget(), quotas.enveloppe()
    context = {
        "published": PUBLISHED_BUDGET,
        "parts": PUBLISHED_PARTS.items(),
        "sum": sum(PUBLISHED_PARTS.values()),
        "committed": euros(found.committed),
        "paid": euros(found.paid),
        "left": euros(max(0, found.committed - (found.paid - found.overpaid))),
        "overpaid": [(one.contrat, euros(one.over)) for one in overpaid_contrats()],
        "contracts": found.contracts,
        "figures": figures,
    }
    return render(request, "aidants/dispositif/budget.html", context)
