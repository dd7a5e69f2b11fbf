"""The Token Status Lists over HTTP: anybody reads them, they name nobody."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from aidants.comptes.address import client_network
from aidants.journal.limits import Throttled, count_failure, limit, throttled
from mandats.attestation.status_list import MEDIA_TYPE
from mandats.domain.events import HISTORY_REFUSED
from mandats.verification.statuses import TTL, UnknownList, current_list, list_at

_FOR_SCRIPTS: Final = {"Access-Control-Allow-Origin": "*"}
"""Readers in browsers: the list is public and carries nothing of whoever asks (§8.1)."""


@require_safe
@gzip_page
@vary_on_headers("Accept")
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """Answer one list, now or at ``?time=`` (seconds since 1970; Token Status List §8.1, §8.2, §8.4).

    A JWT, compressed for who takes that; 406 for who reads no other form than CWT, which we do not make.
    """
    if request.headers.get("Accept") and not request.accepts(MEDIA_TYPE):
        return HttpResponse(MEDIA_TYPE, status=406, content_type="text/plain", headers=_FOR_SCRIPTS)
    now, asked = timezone.now(), request.GET.get("time")
    try:
        if asked is None:
            return _answer(current_list(number, now), int(TTL.total_seconds()))
        return _past(request, number, asked, now)
    except UnknownList as unknown:
        raise Http404 from unknown


def _past(request: HttpRequest, number: int, asked: str, now: datetime) -> HttpResponse:
    """Answer a list as it stood at the moment asked; none of what is to come exists."""
    at = _moment(asked)
    if at is None:
        return HttpResponse("time: seconds since 1970", status=400, content_type="text/plain")
    if at > now:
        raise Http404
    waits = _counted(request, now)
    if waits:
        return HttpResponse("time", status=429, content_type="text/plain", headers={"Retry-After": str(waits.seconds)})
    return _answer(list_at(number, at, now), 3600)


@transaction.atomic
def _counted(request: HttpRequest, now: datetime) -> Throttled | None:
    """Count a list of the past, which is made for who asks: three hundred in ten minutes for one network."""
    limits = [limit("adresse", f"status {client_network(request)}", 300, timedelta(minutes=10), timedelta(minutes=1))]
    waits = throttled(HISTORY_REFUSED, limits, now)
    if waits is None:
        count_failure(HISTORY_REFUSED, limits, now)
    return waits


def _moment(asked: str) -> datetime | None:
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 11):
        return None
    return datetime.fromtimestamp(int(asked), UTC)


def _answer(token: str, seconds: int) -> HttpResponse:
    headers = _FOR_SCRIPTS | {"Cache-Control": f"public, max-age={seconds}"}
    return HttpResponse(token, content_type=MEDIA_TYPE, headers=headers)
