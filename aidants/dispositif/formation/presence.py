"""Attendance by half-day, and what it adds up to: written together, so that the right follows at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from aidants.dispositif.formation.models import Inscription, Parcours, Presence, SessionFormation
from aidants.dispositif.parametres import training_on
from aidants.domain.acteur import Acteur
from aidants.domain.activite import errors, events
from aidants.domain.activite.formation import Cadre, Moment, is_done
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.journal.record import record


@dataclass(frozen=True, slots=True)
class HalfDay:
    """One half-day: its day and a value of ``Moment``."""

    day: date
    moment: str


def half_days_of(session: SessionFormation, today: date) -> list[HalfDay]:
    """Return the half-days of a session that may be marked today, weekends left out, the last first."""
    last = min(session.ends_on, today)
    days = (session.starts_on + timedelta(days=gap) for gap in range((last - session.starts_on).days + 1))
    rows = [HalfDay(day, moment.value) for day in days if day.weekday() < 5 for moment in Moment]
    return rows[::-1]


@transaction.atomic
def mark_attendance(
    session_id: UUID, half_day: HalfDay, present: Collection[UUID], acteur: Acteur, now: datetime, today: date
) -> Decision:
    """Mark who was there: every person inscribed, present if their inscription is in ``present``, absent if not.

    A half-day marked again replaces what was said; the journal keeps both.
    """
    session = SessionFormation.objects.select_for_update().get(pk=session_id)
    facts: dict[str, object] = {"day": half_day.day.isoformat(), "moment": half_day.moment}
    inside = session.starts_on <= half_day.day <= min(session.ends_on, today)
    if session.cancelled_at or not inside or half_day.moment not in list(Moment):
        reason = errors.HALF_DAY_OUTSIDE
        record(events.PRESENCE_MARK_REFUSED, acteur=acteur, at=now, subject=session_id, reason=reason.code, facts=facts)
        return Denied(reason)
    inscrits = list(Inscription.objects.filter(session=session, ended_at__isnull=True).order_by("compte"))
    rows = [_presence(one, half_day, one.id in present, acteur, now) for one in inscrits]
    Presence.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=("inscription", "day", "moment"),
        update_fields=("present", "marked_by", "marked_at"),
    )
    there = sum(row.present for row in rows)
    facts |= {"present": there, "absent": len(rows) - there}
    record(events.PRESENCE_MARK, acteur=acteur, at=now, subject=session_id, facts=facts)
    for one in inscrits:
        _add_up(one.compte_id, Cadre(one.cadre), acteur, now)
    return GRANTED


def _presence(one: Inscription, half_day: HalfDay, present: bool, acteur: Acteur, now: datetime) -> Presence:
    marked = {"marked_by_id": acteur.known_id, "marked_at": now}
    return Presence(inscription=one, day=half_day.day, moment=half_day.moment, present=present, **marked)


def _add_up(compte_id: UUID, cadre: Cadre, acteur: Acteur, now: datetime) -> None:
    """Count somebody's half-days anew; the day on which all that is owed was there is the training's last."""
    row, _ = Parcours.objects.select_for_update().get_or_create(compte_id=compte_id, cadre=cadre)
    if row.source != "presences":
        return
    days = Presence.objects.filter(inscription__compte=compte_id, inscription__cadre=cadre, present=True)
    ordered = list(days.order_by("day", "-moment").values_list("day", flat=True))
    # Who began owes what was owed that day: a call that changes its figures changes nobody's training.
    figures = training_on(ordered[0] if ordered else timezone.localdate(now))
    was, owed = row.completed_on, figures.owed(cadre)
    row.half_days, row.started_on = len(ordered), ordered[0] if ordered else None
    row.completed_on = ordered[owed - 1] if is_done(cadre, len(ordered), figures) else None
    row.save(update_fields=("half_days", "started_on", "completed_on"))
    if bool(was) != bool(row.completed_on):
        event = events.FORMATION_DONE if row.completed_on else events.FORMATION_UNDONE
        facts = {"cadre": cadre.value, "half_days": row.half_days}
        record(event, acteur=acteur, at=now, subject=compte_id, facts=facts)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's line on a session's sheet."""

    inscription: Inscription
    present: bool | None
    attended: int


def sheet_of(session: SessionFormation, half_day: HalfDay | None) -> list[Sheet]:
    """Return who is inscribed, with their mark of one half-day and how many they attended here, by name."""
    inscrits = (
        Inscription.objects.filter(session=session, ended_at__isnull=True)
        .select_related("compte")
        .annotate(attended=Count("presences", filter=Q(presences__present=True)))
        .order_by("compte__family_name", "compte__given_name", "id")
    )
    marks: dict[UUID, bool] = {}
    if half_day:
        rows = Presence.objects.filter(
            inscription__session=session, day=half_day.day, moment=half_day.moment
        ).values_list("inscription", "present")
        marks = dict(rows.order_by("id"))
    return [Sheet(one, marks.get(one.id), one.attended) for one in inscrits]
