"""The conseiller's desk, and the list of the structure's mandats."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.habilitation.selectors import may_act_for
from aidants.structures.acting import acteur_of
from mandats.pages.conseiller.access import for_aidant, place_of
from mandats.pages.conseiller.present import brouillon_rows, mandat_rows
from mandats.registre.models import Mandat
from mandats.registre.selectors import STATES, brouillons_of, mandats_of

PAGE_SIZE = 20
_LATEST = 5
_TO_RESUME = 10


def desk(request: HttpRequest) -> HttpResponse:
    """Show where to start; who is no aidant of a structure is told what they may do."""
    place = getattr(request, "affectation", None)
    if not place or acteur_of(request).role != Role.AIDANT.value:
        return render(request, "mandats/conseiller/no_desk.html")
    return _aidant_desk(request, acteur_of(request))


def _aidant_desk(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Brouillons to resume, a new mandat, the latest ones; what is missing to act is said first."""
    now, structure_id = timezone.now(), place_of(acteur)
    allowed = may_act_for(acteur.id, structure_id) if acteur.id else None
    context = {
        "missing": allowed.reason.message if isinstance(allowed, Denied) else "",
        "brouillons": brouillon_rows(brouillons_of(structure_id)[:_TO_RESUME]),
        "rows": mandat_rows(_with_demarches(mandats_of(structure_id, now))[:_LATEST], now),
    }
    return render(request, "mandats/conseiller/desk.html", context)


@for_aidant
def mandat_list(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the structure's mandats, found by name or reference and by state, twenty a page."""
    now = timezone.now()
    query, state = request.GET.get("q", "").strip()[:100], request.GET.get("etat", "")
    state = state if state in STATES else ""
    found = _with_demarches(mandats_of(place_of(acteur), now, query, state))
    pages = Paginator(found, PAGE_SIZE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "page_numbers": pages.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "rows": mandat_rows(page, now),
        "q": query,
        "etat": state,
        "states": STATES,
    }
    return render(request, "mandats/conseiller/list.html", context)


def _with_demarches(found: QuerySet[Mandat]) -> QuerySet[Mandat]:
    """Fetch what a line shows, and none of the long texts."""
    return found.defer("frozen_text", "summary", "acte").prefetch_related("autorisations")
