"""The training body's screens: its sessions, the sheet of a half-day, results one by one or by file.

A body reaches its own sessions and the people inscribed in them; any other identifier answers as unknown.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.dispositif.formation import certification, presence, sessions
from aidants.dispositif.formation.forms import ResultForm, ResultsFileForm, SessionForm
from aidants.dispositif.formation.models import Certification, Organisme, SessionFormation
from aidants.domain.acteur import Acteur
from aidants.domain.activite.formation import CADRES, MOMENTS, Cadre, Moment
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from aidants.pages.refusals import warn

_PAGE = 20
View = Callable[..., HttpResponse]


def _for_body(view: View) -> View:
    """Hand the acteur and their body to the view; who works for none is told so."""

    @wraps(view)
    @for_role(Role.ORGANISME)
    def guarded(request: HttpRequest, acteur: Acteur, **kwargs: Any) -> HttpResponse:
        body = sessions.organisme_of(acteur.known_id)
        if body is None:
            if request.method == "POST":
                raise PermissionDenied
            return render(request, "aidants/formation/no_body.html")
        return view(request, acteur, body, **kwargs)

    return guarded


@require_safe
@_for_body
def index(request: HttpRequest, acteur: Acteur, body: Organisme) -> HttpResponse:
    """List the body's sessions."""
    page = Paginator(sessions.sessions_of(body), _PAGE).get_page(request.GET.get("page"))
    rows = [(row, CADRES[Cadre(row.cadre)]) for row in page]
    context = {"body": body, "page": page, "rows": rows, "today": timezone.localdate()}
    return render(request, "aidants/formation/sessions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_body
def new(request: HttpRequest, acteur: Acteur, body: Organisme) -> HttpResponse:
    """Open a session."""
    form = SessionForm(posted(request))
    if form.is_valid() and form.commune is not None:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "postcode"}
        typed |= {"insee_code": form.commune.code, "departement": form.commune.departement}
        given = sessions.NewSession(**typed)
        made = sessions.open_session(body, given, acteur, timezone.now())
        messages.success(request, "La session est ouverte aux inscriptions.")
        return redirect("aidants:organisme_session", made.id)
    return render(request, "aidants/formation/new.html", {"form": form}, status=422 if form.errors else 200)


def _session(body: Organisme, session_id: UUID) -> SessionFormation:
    found = sessions.sessions_of(body).filter(pk=session_id).first()
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest, options: list[presence.HalfDay]) -> presence.HalfDay | None:
    """Return the half-day asked for, or the last that may be marked."""
    try:
        day = parse_date(request.GET.get("jour", ""))
    except ValueError:
        day = None
    moment = request.GET.get("moment", Moment.MATIN.value)
    asked = presence.HalfDay(day, moment) if day else None
    return asked if asked in options else (options[0] if options else None)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_body
def session(request: HttpRequest, acteur: Acteur, body: Organisme, session_id: UUID) -> HttpResponse:
    """One session: who is inscribed, and the sheet of one half-day, which is marked here."""
    found, today = _session(body, session_id), timezone.localdate()
    options = presence.half_days_of(found, today)
    asked = _asked(request, options)
    if request.method == "POST":
        return _mark(request, acteur, found)
    context = {
        "session": found,
        "cadre": CADRES[Cadre(found.cadre)],
        "options": [(one, MOMENTS[Moment(one.moment)]) for one in options[:20]],
        "days": options,
        "asked": asked,
        "asked_moment": MOMENTS[Moment(asked.moment)] if asked else "",
        "moments": MOMENTS.items(),
        "sheet": presence.sheet_of(found, asked),
        "may_cancel": found.starts_on > today and found.cancelled_at is None,
    }
    return render(request, "aidants/formation/session.html", context)


def _mark(request: HttpRequest, acteur: Acteur, found: SessionFormation) -> HttpResponse:
    present = {UUID(one) for one in request.POST.getlist("present") if _is_uuid(one)}
    day = parse_date(request.POST.get("jour", "")) if request.POST.get("jour", "")[:10].count("-") == 2 else None
    half_day = presence.HalfDay(day or timezone.localdate(), request.POST.get("moment", ""))
    done = presence.mark_attendance(found.id, half_day, present, acteur, timezone.now(), timezone.localdate())
    if isinstance(done, Denied):
        warn(request, done)
        return redirect("aidants:organisme_session", found.id)
    messages.success(request, "Les présences sont enregistrées.")
    answer = redirect("aidants:organisme_session", found.id)
    answer["Location"] += f"?jour={half_day.day.isoformat()}&moment={half_day.moment}"
    return answer


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@require_POST
@_for_body
def cancel(request: HttpRequest, acteur: Acteur, body: Organisme, session_id: UUID) -> HttpResponse:
    """Cancel a session that has not begun."""
    if sessions.cancel_session(_session(body, session_id), acteur, timezone.now()):
        messages.success(request, "La session est annulée ; les inscrits peuvent en choisir une autre.")
    else:
        warn(request, "Cette session a commencé, ou était déjà annulée.")
    return redirect("aidants:organisme")


@require_http_methods(["GET", "HEAD", "POST"])
@_for_body
def results(request: HttpRequest, acteur: Acteur, body: Organisme) -> HttpResponse:
    """Enter one result of the certification; the last ones entered stand below."""
    form, status = ResultForm(posted(request)), 200
    if form.is_valid():
        data = form.cleaned_data
        given = certification.Result(data["email"], data["result"] == "obtenue", data["day"])
        done = certification.record_result(body, given, acteur, timezone.now(), timezone.localdate())
        if not isinstance(done, Denied):
            messages.success(request, "Le résultat est enregistré. Le droit de la personne suit aussitôt.")
            return redirect("aidants:organisme_results")
        form.add_error(None, done.reason.message)
        status = done.reason.http if done.reason.http != 404 else 422
    elif form.errors:
        status = 422
    return _results(request, body, form, ResultsFileForm(), [], status)


def _results(
    request: HttpRequest, body: Organisme, form: ResultForm, upload: ResultsFileForm, bad: list[str], status: int
) -> HttpResponse:
    rows = Certification.objects.filter(organisme=body).select_related("compte").order_by("-written_at", "id")[:20]
    context = {"form": form, "upload": upload, "bad": bad, "rows": rows}
    return render(request, "aidants/formation/results.html", context, status=status)


@sensitive_post_parameters("code", "passkey")
@require_POST
@_for_body
def import_file(request: HttpRequest, acteur: Acteur, body: Organisme) -> HttpResponse:
    """Take a file of results by a fresh factor: all its rows, or none and what is wrong with each."""
    upload, now, today = ResultsFileForm(request.POST, request.FILES), timezone.now(), timezone.localdate()
    if not upload.is_valid() or not fresh_factor_given(request, upload, acteur, now):
        return _results(request, body, ResultForm(), upload, [], 422)
    count, bad = certification.import_results(body, upload.cleaned_data["results"], acteur, now, today)
    if bad:
        return _results(request, body, ResultForm(), ResultsFileForm(), bad[:100], 422)
    messages.success(request, f"{count} {'résultats enregistrés' if count > 1 else 'résultat enregistré'}.")
    return redirect("aidants:organisme_results")
