"""The figures of the call: which stand on a day, and their change by the ANCT: dated, journaled, never backwards."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from aidants.dispositif.models import Enveloppe, ParametresAppel
from aidants.domain.acteur import Acteur
from aidants.domain.activite.formation import Figures
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import errors, events
from aidants.domain.dispositif.financement import Parametres
from aidants.domain.dispositif.parametres import DEFAULTS, funding, may_stand, training, whole
from aidants.domain.errors import ErrorCode
from aidants.journal.record import record


def written() -> QuerySet[ParametresAppel]:
    """Return every set that was written, the one that stands last first."""
    return ParametresAppel.objects.select_related("written_by").order_by("-effective_on", "-written_at", "id")


def standing_on(day: date) -> ParametresAppel | None:
    """Return the set that stands on a day; none where the defaults do."""
    return written().filter(effective_on__lte=day).first()


def values_on(day: date) -> dict[str, int]:
    """Return every figure of a day."""
    found = standing_on(day)
    return whole(found.figures if found else {})


def funding_of(row: ParametresAppel | None) -> Parametres:
    """Return the figures of funding of a set; the defaults without one."""
    return funding(row.figures if row else {})


def training_on(day: date) -> Figures:
    """Return the figures of training of a day."""
    return training(values_on(day))


@transaction.atomic
def set_figures(
    given: Mapping[str, int], effective_on: date, why: str, acteur: Acteur, now: datetime
) -> ParametresAppel | Denied:
    """Write a set of figures, from today or a later day on: what was decided before keeps its own."""
    facts: dict[str, object] = {"effective_on": effective_on.isoformat()}
    verdict: Decision = may_stand(given)
    if effective_on < timezone.localdate(now):
        verdict = Denied(errors.FIGURES_PAST)
    if isinstance(verdict, Denied):
        reason = verdict.reason
        record(events.FIGURES_REFUSED, acteur=acteur, at=now, subject=acteur.id, reason=reason.code, facts=facts)
        return verdict
    before, after = values_on(effective_on), whole(given)
    row = ParametresAppel.objects.create(
        effective_on=effective_on, figures=after, why=why.strip(), written_at=now, written_by_id=acteur.known_id
    )
    facts["changed"] = [f"{code} {before[code]} {after[code]}" for code in DEFAULTS if before[code] != after[code]]
    record(events.FIGURES_SET, acteur=acteur, at=now, subject=row.id, facts=facts)
    return row


@transaction.atomic
def set_enveloppe(total: int, milestone: int, milestone_on: date, acteur: Acteur, now: datetime) -> Decision:
    """Change how many may be recruited in all, and the milestone; never under those who are."""
    row = Enveloppe.objects.select_for_update(no_key=True).get()
    if total < row.recruited:
        return _refused(errors.TOTAL_BELOW_RECRUITED, total, acteur.id, acteur, now)
    facts = {"total": total, "before": row.total, "milestone": milestone, "on": milestone_on.isoformat()}
    row.total, row.milestone, row.milestone_on = total, milestone, milestone_on
    row.save(update_fields=("total", "milestone", "milestone_on"))
    record(events.ENVELOPPE_SET, acteur=acteur, at=now, subject=acteur.id, facts=facts)
    return GRANTED


def _refused(reason: ErrorCode, total: int, subject: UUID | None, acteur: Acteur, now: datetime) -> Denied:
    facts = {"total": total}
    record(events.ENVELOPPE_REFUSED, acteur=acteur, at=now, subject=subject, reason=reason.code, facts=facts)
    return Denied(reason)
