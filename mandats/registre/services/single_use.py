"""Ends mandats that were for one single use (DOMAIN §3.2), and closes the rows of those whose term has passed.

A declared use ends its mandat at once.  One through the bridge leaves the site the time to ask for the identity:
no second use is granted meanwhile, and the worker ends it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from mandats.domain.motifs import MotifDeFin
from mandats.registre.models import Autorisation, Mandat, Utilisation

BRIDGE_LASTS = timedelta(minutes=10)
"""A code lives a minute and an access token five: after that nobody asks for this use any more."""

_BATCH = 500


def spent(mandat: Mandat) -> bool:
    """Tell whether a mandat for one single use has served."""
    return mandat.single_use and Utilisation.objects.filter(mandat=mandat.pk).exists()


def close_spent(mandat: Mandat, now: datetime) -> None:
    """End a mandat of one single use that has served; its row is locked by the caller."""
    Autorisation.objects.filter(mandat=mandat.pk, ended_at__isnull=True).update(
        ended_at=now, motif=MotifDeFin.USAGE_UNIQUE
    )
    Mandat.objects.filter(pk=mandat.pk, ended_at__isnull=True).update(ended_at=now, motif=MotifDeFin.USAGE_UNIQUE)


@transaction.atomic
def close_bridge_uses(now: datetime) -> int:
    """End the mandats of one single use that served through the bridge a while ago."""
    done = Utilisation.objects.filter(mandat=OuterRef("pk"), created_at__lte=now - BRIDGE_LASTS)
    rows = Mandat.objects.select_for_update(skip_locked=True).filter(
        Exists(done), single_use=True, ended_at__isnull=True, expires_at__gt=now
    )
    found = list(rows.only("pk", "single_use").order_by("pk")[:_BATCH])
    for mandat in found:
        close_spent(mandat, now)
    return len(found)


@transaction.atomic
def close_expired(now: datetime) -> int:
    """Write in the rows that the term has come, for a batch of mandats; it was in the acte, so no entry tells it."""
    rows = Mandat.objects.select_for_update(skip_locked=True).filter(ended_at__isnull=True, expires_at__lte=now)
    found = list(rows.order_by("expires_at", "pk").values_list("pk", flat=True)[:_BATCH])
    for part in (
        Autorisation.objects.filter(mandat__in=found, ended_at__isnull=True).select_related("mandat").order_by("pk")
    ):
        part.ended_at, part.motif = part.mandat.expires_at, MotifDeFin.TERME
        part.save(update_fields=("ended_at", "motif"))
    Mandat.objects.filter(pk__in=found).update(ended_at=F("expires_at"), motif=MotifDeFin.TERME)
    return len(found)
