"""What may end between a code and its token."""

from datetime import timedelta

from django.utils import timezone

from aidants.habilitation.models import HabilitationAidant
from mandats.registre.models import Mandat


def end(what: str) -> None:
    """Make the mandat or its aidant unfit."""
    now = timezone.now()
    if what == "revoked":
        Mandat.objects.update(ended_at=now, motif="revocation")
    elif what == "suspended":
        Mandat.objects.update(suspended_at=now)
    elif what == "expired":
        Mandat.objects.update(expires_at=now, accepted_at=now - timedelta(days=2), consented_at=now - timedelta(days=2))
    else:
        HabilitationAidant.objects.update(ended_at=now)
