"""The Token Status Lists over HTTP: anybody reads them, they name nobody."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from aidants.comptes.address import client_network
from aidants.journal.limits import Throttled, count_failure, limit, throttled
from mandats.attestation.status_list import MEDIA_TYPE
from mandats.domain.events import HISTORY_REFUSED
from mandats.verification.statuses import TTL, UnknownList, current_list, list_at


@require_safe
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """Answer one list, now or at ``?time=`` (seconds since 1970; Token Status List §8.1, §8.4)."""
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
    headers = {
        "Cache-Control": f"public, max-age={seconds}",
        # Readers in browsers: the list is public and carries nothing of whoever asks (§8.1).
        "Access-Control-Allow-Origin": "*",
    }
    return HttpResponse(token, content_type=MEDIA_TYPE, headers=headers)
