"""The open data of structures, for people and for machines; security.txt and robots.txt."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from aidants.habilitation.annuaire import COLUMNS, as_row, places
from aidants.journal.export import safe
from mandats.pages.public.kept import for_machines, page

_HOUR = 3600
_VALID = timedelta(days=180)
# A coordinate or a telephone number: a spreadsheet has nothing to run in it, and the schema takes no apostrophe before.
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
# What serves to act, and answers nothing to who only passes by.
_NOT_FOR_ROBOTS = (
    "/connexion", "/invitation", "/bienvenue", "/mot-de-passe/", "/usager/", "/verifier/", "/v", "/authorize",
    "/api/", "/journal/tile/", "/nous-ecrire", "/contact", "/aide-en-ligne?",
)  # fmt: skip


@require_safe
@page
def open_data(request: HttpRequest) -> HttpResponse:
    """Say what is published, in which form, under which licence."""
    return render(request, "public/open_data.html", {"columns": COLUMNS})


@require_safe
@for_machines(_HOUR)
def structures_json(request: HttpRequest) -> HttpResponse:
    """Publish the structures as a JSON array, a place an object, unknown columns left out."""
    return HttpResponse(json.dumps(list(places()), ensure_ascii=False), content_type="application/json")


class _Line:
    """A file of one line: hands back what the CSV writer writes."""

    def write(self, text: str) -> str:
        return text


def _lines() -> Iterator[str]:
    writer = csv.writer(_Line())
    yield str(writer.writerow(COLUMNS))
    for place in places():
        yield str(writer.writerow([_cell(cell) for cell in as_row(place)]))


def _cell(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else safe(text)


@require_safe
@for_machines(_HOUR)
def structures_csv(request: HttpRequest) -> HttpResponse:
    """Publish the same as CSV, commas and UTF-8 as the schema wants it; no cell is a formula."""
    answer = HttpResponse("".join(_lines()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="structures.csv"'
    return answer


@require_safe
@for_machines(24 * _HOUR)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say whom to tell of a weakness (RFC 9116); the date of expiry moves on by itself."""
    expires = (datetime.now(UTC) + _VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.ISSUER}{reverse('mandats:public:security_txt')}",
        f"Policy: {settings.ISSUER}{reverse('mandats:public:legal')}",
    )
    return HttpResponse("\r\n".join(lines) + "\r\n", content_type="text/plain; charset=utf-8")


@require_safe
@for_machines(24 * _HOUR)
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Let robots read the public pages, and leave alone what serves to act."""
    lines = ("User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ROBOTS))
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
