"""Writing an activity report, in ten seconds on a telephone; one's last reports, and taking one back."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from aidants.dispositif.activite import reports
from aidants.dispositif.activite.forms import ReportForm, usual
from aidants.domain.acteur import Acteur
from aidants.domain.activite.comptes_rendus import CHANNELS, KINDS, THEMES
from aidants.domain.decisions import Denied
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from aidants.structures.acting import for_aidant

_LAST = 10


@require_http_methods(["GET", "HEAD", "POST"])
@for_aidant
def report(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Write a report; the last ones stand below."""
    now = timezone.now()
    form, status = ReportForm(posted(request), initial=usual(_today(acteur), channel=_channel(request))), 200
    if form.is_valid():
        done = reports.write_report(form.content(), acteur, now)
        if not isinstance(done, Denied):
            request.session["cra_channel"] = done.channel
            messages.success(request, "C’est enregistré.")
            return redirect("aidants:report")
        form.add_error(None, done.reason.message)
        status = done.reason.http
    elif form.errors:
        status = 422
    last = reports.reports_of(acteur.known_id, acteur.known_structure_id)[:_LAST]
    context = {"form": form, "last": [_line(row) for row in last]}
    return render(request, "aidants/activite/report.html", context, status=status)


def _today(acteur: Acteur) -> date:
    return reports.place_of(acteur.known_structure_id, timezone.now()).today


def _channel(request: HttpRequest) -> str:
    """Return the place of the last report of this session: who works elsewhere today touches one thing less."""
    kept = request.session.get("cra_channel", "")
    return kept if kept in CHANNELS else "bureau"


def _line(row: Any) -> dict[str, Any]:
    themes = ", ".join(THEMES[word] for word in row.themes)
    return {"row": row, "kind": KINDS[row.kind], "channel": CHANNELS[row.channel], "themes": themes}


@require_POST
@for_aidant
def cancel(request: HttpRequest, acteur: Acteur, report_id: UUID) -> HttpResponse:
    """Take one's own report back."""
    if reports.cancel_report(report_id, acteur, timezone.now()):
        messages.success(request, "Le compte rendu est annulé : il ne compte plus.")
    else:
        warn(request, "Ce compte rendu n’est pas le vôtre, ou était déjà annulé.")
    return redirect("aidants:report")
