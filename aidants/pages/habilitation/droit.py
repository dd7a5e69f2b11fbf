"""A person's own right to conclude mandats: what holds, what is missing, who can act; and the terms of use."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite.droit import CONDITIONS
from aidants.domain.decisions import Denied
from aidants.habilitation.conditions import accept_conditions, has_accepted
from aidants.habilitation.rules import may_act, missing
from aidants.habilitation.selectors import acting_facts
from aidants.habilitation.structures import right_of
from aidants.habilitation.textes import standing_conditions
from aidants.pages.context import note_right
from aidants.structures.acting import acteur_of
from aidants.structures.models import Affectation


@require_safe
def right(request: HttpRequest) -> HttpResponse:
    """Tell each condition, whether it holds, and who can bring it."""
    acteur = acteur_of(request)
    facts = acting_facts(acteur.known_id, acteur.known_structure_id)
    gone, holds = set(missing(facts)), bool(may_act(facts))
    note_right(request, acteur.known_structure_id, holds=holds)
    place: Affectation | None = getattr(request, "affectation", None)
    right_lost = right_of(acteur.known_structure_id) if "structure" in gone else None
    context = {
        "suspended_at": right_lost.suspended_at if right_lost and not right_lost.ended_at else None,
        "ended_at": right_lost.ended_at if right_lost else None,
        "lines": [(one, one.code not in gone) for one in CONDITIONS],
        "holds": holds,
        "is_aidant": facts.is_aidant,
        "is_referent": bool(place and place.is_referent),
    }
    return render(request, "aidants/habilitation/right.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """Show the terms of use; accept them."""
    now, changed, status = timezone.now(), "", 200
    if request.method == "POST":
        compte = cast("Compte", request.user)
        outcome = accept_conditions(compte, request.POST.get("shown", ""), Acteur(Kind.COMPTE, compte.id), now)
        if not isinstance(outcome, Denied):
            messages.success(request, "Vous avez accepté les conditions d’utilisation.")
            return redirect("aidants:terms")
        changed, status = outcome.reason.message, outcome.reason.http
    accepted = has_accepted(request.user.pk) if request.user.pk else False
    context = {"accepted": accepted, "conditions": standing_conditions(), "changed": changed}
    return render(request, "aidants/habilitation/terms.html", context, status=status)
