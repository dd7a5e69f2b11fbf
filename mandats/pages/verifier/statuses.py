"""The Token Status Lists over HTTP: anybody reads them, they name nobody."""

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from mandats.attestation.status_list import MEDIA_TYPE
from mandats.verification.statuses import TTL, current_list, list_at, list_exists


@require_safe
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """Answer one list, now or at ``?time=`` (seconds since 1970; Token Status List §8.1, §8.4)."""
    now = timezone.now()
    if not list_exists(number):
        raise Http404
    asked = request.GET.get("time")
    if asked is None:
        return _answer(current_list(number, now), int(TTL.total_seconds()))
    at = _moment(asked)
    if at is None:
        return HttpResponse("time: seconds since 1970", status=400, content_type="text/plain")
    if at > now:
        raise Http404
    return _answer(list_at(number, at, now), 3600)


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
