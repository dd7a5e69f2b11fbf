"""The dashboards.  The nation and its table are for the ANCT and the Banque; a préfecture sees its own department."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from aidants.comptes.fonctions import fonctions_of, for_role
from aidants.dispositif.activite import figures
from aidants.domain.acteur import Acteur
from aidants.domain.activite.comptes_rendus import NOTHING, Totals
from aidants.domain.departements import DEPARTEMENTS
from aidants.domain.dispositif.porteurs import RESEAUX
from aidants.domain.roles import Role
from aidants.pages.activite.statistics import PERIODS, charts, months_asked
from aidants.pages.bars import bars
from aidants.pages.csv_answer import csv_answer
from mandats.pages.public.carte import SIDE, Tile, tiles
from mandats.pilotage import par_departement, scheme

_ALL = (Role.INSTRUCTEUR, Role.ADMINISTRATEUR, Role.OPERATEUR)
_COLUMNS = (
    "code", "departement", "quota", "retenus", "en_poste", "comptes_rendus", "personnes", "mandats", "utilisations",
)  # fmt: skip
_LEVELS = ((90, 4), (60, 3), (30, 2), (1, 1))


def _activity(scope: figures.Scope, count: int) -> dict[str, Any]:
    months = figures.by_month(scope, figures.last_months(timezone.localdate(), count))
    totals = figures.add_up(months)
    lines = bars((date_format(month, "F Y"), part.reports) for month, part in months.items())
    return {"months": lines, "totals": totals, "charts": charts(totals), "month_rows": months}


def _shared(departement: str) -> dict[str, Any]:
    """Return what both dashboards say of a department, or of all."""
    paid = scheme.money(departement)
    return {
        "people": scheme.people(departement),
        "committed": paid.committed / 100,
        "paid": paid.paid / 100,
        "steps": scheme.steps(departement),
        "mandats": par_departement.mandats_figures(departement),
        "periods": PERIODS,
    }


@require_safe
@for_role(*_ALL)
def nation(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Show the nation: posts, milestone, people reached, mandats, training, money, delays, activity."""
    count, today = months_asked(request), timezone.localdate()
    activity = _activity(figures.Scope("nation"), count)
    if request.GET.get("format") == "csv":
        return csv_answer(figures.CSV_COLUMNS, figures.csv_rows(activity["month_rows"]), "activite-nationale.csv")
    reached = activity["totals"].people
    context = {
        **activity,
        **_shared(""),
        "national": scheme.national(today),
        "count": count,
        "reached_percent": round(100 * reached / scheme.DIGITALLY_FAR, 2),
        "far": scheme.DIGITALLY_FAR,
        "published": scheme.PUBLISHED_BUDGET,
        "parts": scheme.BUDGET_PARTS,
        "sum_of_parts": sum(amount for _, amount in scheme.BUDGET_PARTS),
    }
    return render(request, "mandats/pilotage/nation.html", context)


def _line(code: str, posts: scheme.Posts | None, totals: Totals, kept: par_departement.Kept | None) -> dict[str, Any]:
    return {
        "code": code,
        "name": DEPARTEMENTS.get(code) or RESEAUX.get(code, code),
        "linked": code in DEPARTEMENTS,
        "quota": posts.quota if posts else 0,
        "retained": posts.retained if posts else 0,
        "at_work": posts.at_work if posts else 0,
        "percent": posts.percent if posts else 0,
        "reports": totals.reports,
        "people": totals.people,
        "mandats": kept.mandats if kept else 0,
        "utilisations": kept.utilisations if kept else 0,
    }


def _lines(count: int) -> list[dict[str, Any]]:
    """Return one line a department, networks last; by three queries."""
    today = timezone.localdate()
    posts = {one.key: one for one in scheme.posts(today)}
    totals = figures.by_departement(figures.last_months(today, count))
    kept = par_departement.by_departement()
    keys = [*DEPARTEMENTS, *(key for key in posts if key not in DEPARTEMENTS)]
    return [_line(key, posts.get(key), totals.get(key, NOTHING), kept.get(key)) for key in keys]


def _map(lines: list[dict[str, Any]]) -> Iterator[tuple[Tile, int]]:
    """Yield each tile with the class of its posts filled."""
    found = {line["code"]: line for line in lines}
    for tile in tiles({}):
        line = found[tile.code]
        level = next((level for least, level in _LEVELS if line["percent"] >= least), 0)
        told = f"{line['at_work']} en poste pour {line['quota']}"
        yield Tile(tile.code, tile.name, tile.x, tile.y, level, told), SIDE


@require_safe
@for_role(*_ALL)
def departements(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Show the map and its table, or give the table as CSV."""
    count = months_asked(request)
    lines = _lines(count)
    if request.GET.get("format") == "csv":
        names = ("code", "name", "quota", "retained", "at_work", "reports", "people", "mandats", "utilisations")
        return csv_answer(_COLUMNS, ([line[name] for name in names] for line in lines), "departements.csv")
    context = {"lines": lines, "tiles": [tile for tile, _ in _map(lines)], "periods": PERIODS, "count": count}
    return render(request, "mandats/pilotage/departements.html", context)


@require_safe
@for_role(Role.PREFECTURE)
def mine(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Show a préfecture its department."""
    held = next(one for one in fonctions_of(acteur.known_id) if one.role == Role.PREFECTURE)
    if held.departement not in DEPARTEMENTS:
        return render(request, "mandats/pilotage/no_departement.html")
    return _departement(request, held.departement)


@require_safe
@for_role(*_ALL, Role.PREFECTURE)
def departement(request: HttpRequest, acteur: Acteur, departement: str) -> HttpResponse:
    """Show one department; a préfecture's own alone."""
    code = departement.upper()
    if code not in DEPARTEMENTS:
        raise Http404
    held = fonctions_of(acteur.known_id)
    if not any(one.role in _ALL or (one.role == Role.PREFECTURE and one.departement == code) for one in held):
        raise PermissionDenied
    return _departement(request, code)


def _departement(request: HttpRequest, code: str) -> HttpResponse:
    count = months_asked(request)
    activity = _activity(figures.Scope("departement", code), count)
    if request.GET.get("format") == "csv":
        rows = figures.csv_rows(activity["month_rows"])
        return csv_answer(figures.CSV_COLUMNS, rows, f"activite-{code}.csv")
    posts = next((one for one in scheme.posts(timezone.localdate()) if one.key == code), None)
    beside = [(RESEAUX.get(one.key, one.key), one) for one in scheme.networks_in(code, timezone.localdate())]
    context = {
        **activity,
        **_shared(code),
        "networks": beside,
        "code": code,
        "name": DEPARTEMENTS[code],
        "posts": posts,
        "count": count,
    }
    return render(request, "mandats/pilotage/departement.html", context)
