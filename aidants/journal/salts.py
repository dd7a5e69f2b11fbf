"""Destroys salts at the end of keeping (DOMAIN §3.7): the entries, their digests and the tree stay as they are.

Without its salt a digest can be tied to no content by whoever sees the tree alone; the usager's own proof file carries
the salt and still verifies.  The one place that deletes anything of the journal.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.events import SALTS_DESTROY
from aidants.journal.models import Sel
from aidants.journal.record import record


@transaction.atomic
def destroy_salts(subjects: Collection[UUID], *, acteur: Acteur, now: datetime) -> int:
    """Destroy the salts of every entry about ``subjects``; return how many there were.

    ``subjects``  UUIDs of mandats, of the brouillons that they came from, of an usager: what entries are about
    ``acteur``    who ends the keeping; ``SYSTEME`` when the calendar does
    ``now``       aware datetime

    Joins the caller's transaction, if there is one.  One entry tells how many were destroyed, so that
    ``verify_journal`` knows a salt that was destroyed from one that somebody took away; none where there was none.
    """
    destroyed, _ = Sel.objects.filter(entree__subject_id__in=list(subjects)).delete()
    if destroyed:
        record(SALTS_DESTROY, acteur=acteur, at=now, facts={"count": destroyed})
    return destroyed
