"""The conseiller's desk, and the list of the structure's mandats."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from aidants.comptes.fonctions import roles_held
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.habilitation.declarations import may_declare
from aidants.habilitation.selectors import may_act_for
from aidants.pages.context import note_right
from aidants.pages.posted import posted
from aidants.structures.acting import acteur_of
from mandats.domain.references import normalise
from mandats.pages.conseiller.access import for_aidant, place_of
from mandats.pages.conseiller.forms import FindForm
from mandats.pages.conseiller.present import brouillon_rows, mandat_rows
from mandats.pages.doors import Space, spaces_of
from mandats.registre.models import Mandat
from mandats.registre.plis import waiting_count
from mandats.registre.selectors import STATES, brouillons_of, mandats_of, mandats_of_person
from mandats.registre.services.consult import note_search

PAGE_SIZE = 20
FOUND_AT_MOST = 100
FILTERS = {**STATES, "bientot": "Se termine dans 30 jours"}
_LATEST = 5
_TO_RESUME = 10


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show where to start: the aidant's desk, or the spaces of the roles that the person holds."""
    place = getattr(request, "affectation", None)
    spaces = spaces_of(roles_held(request) | ({Role.REFERENT.value} if place and place.is_referent else set()))
    waits = place.is_referent and may_declare(place.structure_id) if place else False
    if not place or acteur_of(request).role != Role.AIDANT.value:
        return render(request, "mandats/conseiller/no_desk.html", {"spaces": spaces, "to_declare": waits})
    return _aidant_desk(request, acteur_of(request), spaces, to_declare=waits)


def _aidant_desk(request: HttpRequest, acteur: Acteur, spaces: list[Space], *, to_declare: bool) -> HttpResponse:
    """Brouillons to resume, a new mandat, the latest ones; what is missing to act is said first."""
    now, structure_id = timezone.now(), place_of(acteur)
    allowed = may_act_for(acteur.known_id, structure_id)
    note_right(request, structure_id, holds=not isinstance(allowed, Denied))
    context = {
        "spaces": spaces,
        "to_declare": to_declare,
        "missing": allowed.reason.message if isinstance(allowed, Denied) else "",
        "to_hand": waiting_count(structure_id),
        "brouillons": brouillon_rows(brouillons_of(structure_id)[:_TO_RESUME]),
        "rows": mandat_rows(_with_demarches(mandats_of(structure_id, acteur.known_id, now))[:_LATEST], now),
        "ending": mandats_of(structure_id, acteur.known_id, now, state="bientot").count(),
    }
    return render(request, "mandats/conseiller/desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_aidant
def mandat_list(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the mandats of the usagers served lately, by state, twenty a page; a search is posted: no name in addresses.

    A reference is no name, and may stand in an address.
    """
    now = timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    query, state = given.get("q", "").strip()[:100], given.get("etat", "")
    query = query if request.method == "POST" else normalise(query)
    state = state if state in FILTERS else ""
    found = _with_demarches(mandats_of(place_of(acteur), acteur.known_id, now, query, state))
    pages = Paginator(found, PAGE_SIZE if request.method != "POST" else FOUND_AT_MOST)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "page_numbers": pages.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "rows": mandat_rows(page, now),
        "q": query,
        "etat": state,
        "states": FILTERS,
        "searched": request.method == "POST",
    }
    return render(request, "mandats/conseiller/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_aidant
def find(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Find any other usager of the structure by birth name and birth date, both whole; the search is journaled."""
    now, form, rows = timezone.now(), FindForm(posted(request)), None
    if form.is_valid():
        name, birthdate = form.cleaned_data["family_name"], form.cleaned_data["birthdate"]
        found = list(_with_demarches(mandats_of_person(place_of(acteur), name, birthdate, now))[:FOUND_AT_MOST])
        note_search(acteur, len(found), now)
        rows = mandat_rows(found, now)
    status = 422 if form.errors else 200
    return render(request, "mandats/conseiller/find.html", {"form": form, "rows": rows}, status=status)


def _with_demarches(found: QuerySet[Mandat]) -> QuerySet[Mandat]:
    """Fetch what a line shows, and none of the long texts."""
    return found.defer("frozen_text", "summary", "acte").prefetch_related("autorisations")
