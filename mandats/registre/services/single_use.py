"""Ends mandats that were for one single use (DOMAIN §3.2), and closes the rows of those whose term has passed.

A declared use ends its mandat at once.  One through the bridge leaves the site the time to ask for the identity:
no second use is granted meanwhile, and the worker ends it.  Each end has its entry, which the sites' sessions follow.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.journal.record import record
from mandats.domain.events import MANDAT_END
from mandats.domain.motifs import MotifDeFin
from mandats.registre.models import Autorisation, Mandat, Utilisation

BRIDGE_LASTS = timedelta(minutes=10)
"""A code lives a minute and an access token five: after that nobody asks for this use any more."""

_BATCH = 500


def spent(mandat: Mandat) -> bool:
    """Tell whether a mandat for one single use has served."""
    return mandat.single_use and Utilisation.objects.filter(mandat=mandat.pk).exists()


def close_spent(mandat: Mandat, acteur: Acteur, now: datetime) -> None:
    """End a mandat of one single use that has served; its row is locked by the caller."""
    motif = MotifDeFin.USAGE_UNIQUE
    Autorisation.objects.filter(mandat=mandat.pk, ended_at__isnull=True).update(ended_at=now, motif=motif)
    if Mandat.objects.filter(pk=mandat.pk, ended_at__isnull=True).update(ended_at=now, motif=motif):
        _tell(mandat, motif, acteur, now)


def _tell(mandat: Mandat, motif: MotifDeFin, acteur: Acteur, at: datetime) -> None:
    place = mandat.structure_id
    record(MANDAT_END, acteur=acteur, at=at, subject=mandat.pk, structure=place, facts={"motif": motif.value})


@transaction.atomic
def close_bridge_uses(now: datetime) -> int:
    """End the mandats of one single use that served through the bridge a while ago."""
    done = Utilisation.objects.filter(mandat=OuterRef("pk"), created_at__lte=now - BRIDGE_LASTS)
    rows = Mandat.objects.select_for_update(skip_locked=True).filter(
        Exists(done), single_use=True, ended_at__isnull=True, expires_at__gt=now
    )
    found = list(rows.only("pk", "structure").order_by("pk")[:_BATCH])
    for mandat in found:
        close_spent(mandat, SYSTEME, now)
    return len(found)


@transaction.atomic
def close_expired(now: datetime) -> int:
    """Write in the rows that the term has come, for a batch of mandats; each entry has the second of the term."""
    rows = Mandat.objects.select_for_update(skip_locked=True).filter(ended_at__isnull=True, expires_at__lte=now)
    found = list(rows.only("pk", "structure", "expires_at").order_by("expires_at", "pk")[:_BATCH])
    term = Mandat.objects.filter(pk=OuterRef("mandat")).values("expires_at")
    Autorisation.objects.filter(mandat__in=found, ended_at__isnull=True).update(
        ended_at=Subquery(term), motif=MotifDeFin.TERME
    )
    Mandat.objects.filter(pk__in=[one.pk for one in found]).update(ended_at=F("expires_at"), motif=MotifDeFin.TERME)
    for mandat in found:
        _tell(mandat, MotifDeFin.TERME, SYSTEME, mandat.expires_at)
    return len(found)
