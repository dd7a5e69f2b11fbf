"""The provider's web hook: a report on a message of ours, or a message that somebody sent us."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from aidants.comptes.address import client_network
from aidants.domain.vault import keyed_digest
from aidants.envois.gatewayapi import BadSignature, Report, told_by
from aidants.envois.inbox import OLDEST, may_come_too_soon, note_report
from aidants.journal.record import record_counted
from mandats.consentement.entrants import Reponse
from mandats.consentement.reponses import receive
from mandats.domain import events


@csrf_exempt
@never_cache
@require_POST
def callback(request: HttpRequest) -> HttpResponse:
    """Take what the provider signed; 204 also for what we have already, so that it asks no more.

    503 for a report on what is only just leaving: the provider brings it again.
    """
    now = timezone.now()
    try:
        told = told_by(request.headers.get("X-Gwapi-Signature", ""), settings.SMS_WEBHOOK_SECRET.encode())
    except BadSignature:
        _count_stranger(request)
        return HttpResponse("signature", status=401, content_type="text/plain")
    if isinstance(told, Report):
        if not note_report(told.delivery, told.status, told.at) and may_come_too_soon(told.delivery, told.at, now):
            return HttpResponse("not yet", status=503, content_type="text/plain", headers={"Retry-After": "60"})
    elif told.sent_at < now - OLDEST:
        _count_stranger(request)
    else:
        receive(Reponse(told.message_id, told.telephone, told.text), now)
    return HttpResponse(status=204)


def _count_stranger(request: HttpRequest) -> None:
    """Count a call that the provider did not sign, or signed too long ago; the first of a minute is journaled."""
    bucket = keyed_digest(settings.DIGEST_KEY, "limit-adresse", client_network(request))
    record_counted(events.SMS_REFUSED, bucket=bucket, at=timezone.now(), reason="")
