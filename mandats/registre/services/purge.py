"""What disappears by schedule (DOMAIN §3.7)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from aidants.domain.acteur import SYSTEME
from aidants.journal.record import record
from mandats.domain import events
from mandats.registre.models import AccordContact, Brouillon, Document, Usager
from mandats.registre.services.accord_letters import LETTER_LIVES

BROUILLON_LIVES = timedelta(hours=24)
WAITING_LIVES = timedelta(days=15)


@transaction.atomic
def purge_brouillons(now: datetime) -> int:
    """Delete brouillons untouched for a day, and those whose text was presented, after fifteen days.

    What was agreed about their contacts goes too.
    """
    stale = Q(frozen_at__isnull=True, updated_at__lt=now - BROUILLON_LIVES)
    waited = Q(frozen_at__isnull=False, updated_at__lt=now - WAITING_LIVES)
    rows = list(Brouillon.objects.select_for_update(skip_locked=True).filter(stale | waited, signed_as__isnull=True))
    for row in rows:
        Document.objects.filter(brouillon=row).delete()
        record(events.BROUILLON_PURGE, acteur=SYSTEME, at=now, subject=row.id, structure=row.structure_id)
        row.delete()
    Brouillon.objects.filter(signed_as__isnull=False, updated_at__lt=now - BROUILLON_LIVES).delete()
    _forget_accords(now)
    return len(rows)


def _forget_accords(now: datetime) -> None:
    """Delete what was agreed for a brouillon that is no more, and requests that nobody answered in time."""
    subject = OuterRef("subject_id")
    lives = Exists(Brouillon.objects.filter(pk=subject)) | Exists(Usager.objects.filter(pk=subject))
    AccordContact.objects.filter(~lives, asked_at__lt=now - WAITING_LIVES).delete()
    AccordContact.objects.filter(confirmed_at__isnull=True, asked_at__lt=now - 2 * LETTER_LIVES).delete()
