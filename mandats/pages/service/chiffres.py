"""The referent's page of figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from aidants.domain.acteur import Acteur
from aidants.domain.demarches import DEMARCHES
from aidants.pages.team import for_referent
from aidants.structures.models import Affectation
from mandats.domain.seuils import SEUIL
from mandats.pages.public.series import rows_of
from mandats.pilotage.structure import figures_of


@require_safe
@for_referent
def figures(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """Show how many mandats and uses the structure has, by demarche; never for whom."""
    found = figures_of(place.structure_id, timezone.now())
    rows = rows_of(found.par_demarche, {code: one.label for code, one in DEMARCHES.items()})
    context = {"structure": place.structure, "figures": found, "rows": rows, "threshold": SEUIL}
    return render(request, "mandats/service/figures.html", context)
