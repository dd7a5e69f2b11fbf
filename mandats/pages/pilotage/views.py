"""Why mandats are refused, for administrateur and instructeur."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from aidants.comptes.fonctions import for_role
from aidants.domain.acteur import Acteur
from aidants.domain.roles import Role
from mandats.pilotage.refus import refusals


@require_safe
@for_role(Role.ADMINISTRATEUR, Role.INSTRUCTEUR)
def refus(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Show what agents told after their verifications, over twelve months."""
    return render(request, "mandats/pilotage/refus.html", {"refus": refusals(timezone.now())})
