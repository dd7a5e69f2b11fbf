"""What anybody needs to verify our papers without us, for ever: keys, certificates, the journal's key."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from aidants.journal.notes import Signer
from mandats.attestation.keys import published_keys
from mandats.attestation.sealing_keys import published_certificates


@require_safe
@cache_control(public=True, max_age=300)
def trust(request: HttpRequest) -> JsonResponse:
    """Publish the file that ``python -m mandats.attestation.verify --keys`` reads: a JWK Set with more members."""
    keys = published_keys(timezone.now())
    journal = str(Signer.parse(settings.JOURNAL_KEY).verifier)
    return JsonResponse({**keys, **published_certificates(), "journal": journal}, json_dumps_params={"indent": 1})
