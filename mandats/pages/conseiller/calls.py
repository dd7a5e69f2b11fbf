"""The aidant's call code: shown once, for ten minutes, to be read aloud on the telephone."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.structures.acting import PlacedRequest
from mandats.pages.conseiller.access import for_aidant
from mandats.pages.conseiller.present import hour
from mandats.registre.services.appels import LIVES, draw_call_code


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_aidant
def call_code(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Explain the code; draw it when asked."""
    place = cast("PlacedRequest", request).affectation
    structure = place.structure if place else None
    context = {"structure": structure, "code": "", "until": "", "refused": ""}
    if request.method == "POST" and structure:
        now = timezone.now()
        drawn = draw_call_code(acteur, structure.siret, now)
        if isinstance(drawn, Denied):
            context["refused"] = drawn.reason.message
        else:
            context |= {"code": f"{drawn[:3]} {drawn[3:]}", "until": hour(now + LIVES, structure.time_zone)}
    return render(request, "mandats/conseiller/call_code.html", context)
