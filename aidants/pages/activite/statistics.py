"""Figures of one's own activity and of one's structure: bars that read as text, a CSV, La Coop's shape."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from aidants.dispositif.activite import coop, figures
from aidants.dispositif.activite.models import CompteRendu
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite import activity_events as events
from aidants.domain.activite.comptes_rendus import Totals
from aidants.journal.record import record
from aidants.pages.bars import Bar, bars
from aidants.pages.csv_answer import csv_answer
from aidants.structures.models import Affectation

PERIODS = {3: "3 mois", 12: "12 mois", 24: "24 mois"}
TITLES = (
    ("theme", "Sur quoi"),
    ("kind", "Individuel, atelier, aide rapide"),
    ("channel", "Où"),
    ("manner", "Avec la personne ou à sa place"),
    ("outcome", "Et ensuite"),
    ("place", "Vers quels lieux"),
    ("age", "Âges"),
)


def months_asked(request: HttpRequest) -> int:
    """Return how many months the reader asks for."""
    asked = request.GET.get("mois", "")
    return int(asked) if asked.isdigit() and int(asked) in PERIODS else 12


def charts(totals: Totals) -> list[tuple[str, list[Bar]]]:
    """Return each axis as bars, with its title."""
    return [(title, bars(totals.axis(axis))) for axis, title in TITLES]


def _asked(request: HttpRequest) -> tuple[Affectation, figures.Scope, str]:
    """Return the place, the scope and its title; who is no aidant sees the structure's alone."""
    place: Affectation | None = getattr(request, "affectation", None)
    if not place:
        raise PermissionDenied
    mine = request.GET.get("portee") != "structure" and place.is_aidant
    if mine:
        return place, figures.compte_scope(place.compte_id), "Mon activité"
    return place, figures.structure_scope(place.structure_id), "Activité de la structure"


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the figures, or give them as CSV."""
    place, scope, title = _asked(request)
    count = months_asked(request)
    months = figures.by_month(scope, figures.last_months(timezone.localdate(), count))
    if request.GET.get("format") == "csv":
        return csv_answer(figures.CSV_COLUMNS, figures.csv_rows(months), "activite.csv")
    totals = figures.add_up(months)
    context = {
        "title": title,
        "structure": place.structure,
        "is_mine": scope.kind == "compte",
        "may_see_mine": place.is_aidant,
        "totals": totals,
        "months": bars((date_format(month, "F Y"), part.reports) for month, part in months.items()),
        "charts": charts(totals),
        "periods": PERIODS,
        "count": count,
    }
    return render(request, "aidants/activite/statistics.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the structure's reports in the shape of La Coop's API; by its referent, journaled."""
    place: Affectation | None = getattr(request, "affectation", None)
    if not place or not place.is_referent:
        raise PermissionDenied
    rows = coop.exportable(CompteRendu.objects.filter(structure=place.structure_id))
    count = rows.count()
    acteur = Acteur(Kind.COMPTE, place.compte_id, place.structure_id, "referent")
    with transaction.atomic():
        facts = {"count": count, "form": "coop"}
        record(events.CRA_EXPORT, acteur=acteur, at=timezone.now(), subject=place.structure_id, facts=facts)
    headers = {"Content-Disposition": 'attachment; filename="activites.json"', "Cache-Control": "no-store"}
    lines = coop.document(rows.iterator(1000), count, request.build_absolute_uri(request.path))
    return StreamingHttpResponse(lines, content_type="application/vnd.api+json", headers=headers)
