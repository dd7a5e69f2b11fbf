"""The préfecture's opinion on the applications of its own department: fifteen days, then « sans avis »."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.dispositif.models import AvisPrefet
from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import events
from aidants.domain.dispositif.errors import AVIS_ALREADY_GIVEN
from aidants.domain.dispositif.etats import UNDER_REVIEW, SensAvis
from aidants.journal.record import record


def avis_of_departement(departement: str) -> list[AvisPrefet]:
    """Return what a préfecture is or was asked, what waits first, then the last asked."""
    rows = AvisPrefet.objects.filter(departement=departement).select_related("candidature")
    return sorted(rows.order_by("-asked_at", "id"), key=lambda one: bool(one.sens))


@transaction.atomic
def give_avis(
    candidature_id: UUID, sens: SensAvis, comment: str, posts_advised: int | None, acteur: Acteur, now: datetime
) -> Decision:
    """Write the opinion; after the delay too, until the committee decides.  A given one does not change."""
    row = AvisPrefet.objects.select_for_update(of=("self",)).select_related("candidature")
    avis = row.get(candidature=candidature_id)
    may_still = avis.sens in ("", SensAvis.SANS_AVIS) and avis.candidature.state in UNDER_REVIEW
    if not may_still:
        reason = AVIS_ALREADY_GIVEN.code
        record(events.AVIS_PREFET_REFUSED, acteur=acteur, at=now, subject=candidature_id, reason=reason)
        return Denied(AVIS_ALREADY_GIVEN)
    avis.sens, avis.comment, avis.posts_advised = sens.value, comment, posts_advised
    avis.given_by_id, avis.given_at = acteur.known_id, now
    avis.save()
    facts = {"sens": sens.value, "departement": avis.departement}
    record(events.AVIS_PREFET_GIVE, acteur=acteur, at=now, subject=candidature_id, facts=facts)
    return GRANTED


def lapse_due(now: datetime) -> int:
    """Note « sans avis » where fifteen days have passed; return how many."""
    due = AvisPrefet.objects.filter(sens="", due_at__lte=now)
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True).order_by("due_at", "id")[:200])
        for avis in rows:
            avis.sens, avis.given_at = SensAvis.SANS_AVIS.value, now
            avis.save(update_fields=("sens", "given_at"))
            facts = {"departement": avis.departement}
            record(events.AVIS_PREFET_LAPSE, acteur=SYSTEME, at=now, subject=avis.candidature_id, facts=facts)
    return len(rows)
