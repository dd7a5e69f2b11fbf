"""The journal's screens: an instructeur searches all of it and takes copies, a referent reads their structure's.

Every consultation and every copy is itself an entry.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.domain.acteur import Acteur
from aidants.domain.events import JOURNAL_CONSULT, JOURNAL_EXPORT
from aidants.domain.roles import Role
from aidants.journal.export import as_csv, as_json_lines
from aidants.journal.record import record
from aidants.journal.refusals import counted, kinds_since, label_of
from aidants.journal.search import PAGE, Criteria, batches, found, page_of
from aidants.pages.journal_forms import JournalForm
from aidants.pages.journal_lines import for_referent, lines_for_referent, lines_of
from aidants.structures.acting import acteur_of

_FORMS = {"csv": (as_csv, "text/csv; charset=utf-8"), "jsonl": (as_json_lines, "application/jsonl; charset=utf-8")}
_TIMES = {"jour": timedelta(days=1), "semaine": timedelta(days=7), "mois": timedelta(days=30)}


def _number(text: str | None) -> int | None:
    """Read an identifier of an address; anything else asks nothing."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


def _asked(typed: QueryDict) -> QueryDict:
    """Return the fields of the form that say something, to be sent again with the next page or the copy."""
    kept = QueryDict(mutable=True)
    for name in JournalForm.base_fields:
        if value := typed.get(name):
            kept[name] = value
    return kept


@transaction.atomic
def _tell(acteur: Acteur, criteria: Criteria, now: datetime, form: str = "") -> None:
    """Journal that the journal was read: which criteria, never what was typed in them."""
    subject = criteria.subjects[0] if criteria.subjects else None
    facts: dict[str, object] = {"criteria": criteria.names}
    event = JOURNAL_EXPORT if form else JOURNAL_CONSULT
    facts |= {"form": form} if form else {}
    record(event, acteur=acteur, at=now, subject=subject, facts=facts)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def search(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Search the whole journal, newest first.  Somebody's address is posted: it stands in no address of ours."""
    typed = request.POST if request.method == "POST" else request.GET
    asked = _asked(typed)
    if request.method != "POST":
        asked.pop("email", None)
    form = JournalForm(asked)
    if not form.is_valid():
        return render(request, "aidants/journal_search.html", {"form": form, "asked": asked, "lines": []}, status=422)
    criteria = form.criteria()
    page = page_of(found(criteria), _number(typed.get("avant")))
    _tell(acteur, criteria, timezone.now())
    context = {"form": form, "asked": asked, "lines": lines_of(page.entries), "older": page.older, "size": PAGE}
    return render(request, "aidants/journal_search.html", context | {"later": "avant" in typed})


@require_POST
@for_role(Role.INSTRUCTEUR)
def export(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Hand over all that a search finds, as a file."""
    asked = _asked(request.POST)
    form = JournalForm(asked)
    if not form.is_valid() or request.POST.get("format") not in _FORMS:
        return render(request, "aidants/journal_search.html", {"form": form, "asked": asked, "lines": []}, status=422)
    criteria, chosen, now = form.criteria(), request.POST["format"], timezone.now()
    _tell(acteur, criteria, now, chosen)
    written, content_type = _FORMS[chosen]
    headers = {"Content-Disposition": f'attachment; filename="journal-{now:%Y-%m-%d-%H%M%S}.{chosen}"'}
    streamed = StreamingHttpResponse(written(batches(found(criteria))), content_type=content_type, headers=headers)
    return cast("HttpResponse", streamed)


@require_safe
@for_role(Role.INSTRUCTEUR)
def refusals(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Show the refusals of strangers, which are counted instead of written one by one."""
    now, kind = timezone.now(), request.GET.get("genre", "")[:200]
    time = request.GET.get("periode", "")
    time = time if time in _TIMES else "jour"
    page = page_of_counts(kind, request.GET.get("page"))
    _tell(acteur, Criteria(refused=True), now)
    context = {
        "kinds": kinds_since(now - _TIMES[time]),
        "times": {"jour": "24 heures", "semaine": "7 jours", "mois": "30 jours"},
        "time": time,
        "kind": kind,
        "kind_label": label_of(kind) if kind else "",
        **page,
    }
    return render(request, "aidants/journal_refusals.html", context)


def page_of_counts(kind: str, page: str | None) -> dict[str, object]:
    """Return one page of counts, a line a kind, bucket and minute."""
    number = max(1, _number(page) or 1)
    rows = list(counted(kind)[(number - 1) * PAGE : number * PAGE + 1])
    lines = [(row.minute, label_of(row.kind), row.bucket[:8], row.count) for row in rows[:PAGE]]
    return {"counts": lines, "page": number, "next": number + 1 if len(rows) > PAGE else None}


PlaceView = Callable[[HttpRequest, Acteur, UUID], HttpResponse]


def for_referent_only(view: PlaceView) -> Callable[[HttpRequest], HttpResponse]:
    """Hand the acteur and their structure to ``view``; 403 for who is no referent there."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        place = getattr(request, "affectation", None)
        if not place or not place.is_referent:
            raise PermissionDenied
        return view(request, acteur_of(request), place.structure_id)

    return guarded


@require_safe
@for_referent_only
def of_structure(request: HttpRequest, acteur: Acteur, structure_id: UUID) -> HttpResponse:
    """Show a referent what was done for their structure, without usagers."""
    rows = for_referent(found(Criteria()), structure_id)
    page = page_of(rows, _number(request.GET.get("avant")))
    with transaction.atomic():
        facts = {"criteria": ["structures"]}
        record(JOURNAL_CONSULT, acteur=acteur, at=timezone.now(), structure=structure_id, facts=facts)
    context = {"lines": lines_for_referent(page.entries, structure_id), "older": page.older}
    return render(request, "aidants/journal_structure.html", context | {"later": "avant" in request.GET})
