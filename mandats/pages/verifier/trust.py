"""What anybody may have: what verifies our papers without us, for ever, and the type mandat, blank."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from aidants.journal.notes import Signer
from mandats.attestation.credential import type_metadata
from mandats.attestation.keys import published_keys
from mandats.attestation.sealing_keys import published_certificates
from mandats.document.render import render_blank
from mandats.document.textes import ServiceContact
from mandats.registre.texts import service_contact


@require_safe
@cache_control(public=True, max_age=300)
def trust(request: HttpRequest) -> JsonResponse:
    """Publish the file that ``python -m mandats.attestation.verify --keys`` reads: a JWK Set with more members."""
    keys = published_keys(timezone.now())
    journal = str(Signer.parse(settings.JOURNAL_KEY).verifier)
    return JsonResponse({**keys, **published_certificates(), "journal": journal}, json_dumps_params={"indent": 1})


def open_to_all(document: dict[str, Any]) -> JsonResponse:
    """Publish a description that readers in browsers fetch too; it is the same for everybody."""
    return JsonResponse(document, headers={"Access-Control-Allow-Origin": "*"})


@require_safe
@cache_control(public=True, max_age=3600)
def vct(request: HttpRequest) -> JsonResponse:
    """Describe the type of our credentials at its own name (SD-JWT VC §6.3.1)."""
    return open_to_all(type_metadata(settings.ISSUER))


@require_safe
@cache_control(public=True, max_age=300)
def vc_issuer(request: HttpRequest) -> JsonResponse:
    """Say where the keys of our credentials are (SD-JWT VC §5)."""
    return open_to_all({"issuer": settings.ISSUER, "jwks_uri": f"{settings.ISSUER}/jwks"})


_MADE: Final = datetime(2026, 11, 25, tzinfo=UTC)
"""The date of the legal text: the blank is the same file for everybody, as long as the text is."""


@require_safe
@cache_control(public=True, max_age=3600)
def blank(request: HttpRequest) -> HttpResponse:
    """Hand the type mandat, blank, to whoever wants to read it first."""
    headers = {"Content-Disposition": 'inline; filename="mandat-type.pdf"'}
    return HttpResponse(_blank(service_contact()), content_type="application/pdf", headers=headers)


@lru_cache(maxsize=4)
def _blank(service: ServiceContact) -> bytes:
    return render_blank(service, _MADE, "Europe/Paris")
