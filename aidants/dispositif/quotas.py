"""How many posts a department or a network may be given; set and moved by the ANCT, counted by the database."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from aidants.dispositif.models import Campagne, Enveloppe, Quota
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import errors, events
from aidants.journal.record import record


def quotas() -> list[Quota]:
    """Return every quota: departments by code, then networks."""
    return sorted(Quota.objects.order_by("departement", "reseau"), key=lambda one: not one.departement)


def enveloppe() -> Enveloppe:
    """Return the national figures."""
    return Enveloppe.objects.get()


def quota_for(departement: str, reseau: str) -> Quota | None:
    """Return what a post is counted in: its network's quota, or its department's."""
    key = {"reseau": reseau, "departement": ""} if reseau else {"reseau": "", "departement": departement}
    return Quota.objects.filter(**key).first()


@transaction.atomic
def set_quota(departement: str, reseau: str, posts: int, acteur: Acteur, now: datetime) -> Decision:
    """Set how many posts a department or a network may be given; never under those that were."""
    row, _ = Quota.objects.get_or_create(departement=departement, reseau=reseau, defaults={"posts": 0})
    row = Quota.objects.select_for_update(no_key=True).get(pk=row.pk)
    facts = {"departement": departement, "reseau": reseau, "posts": posts, "before": row.posts}
    if posts < row.retained:
        record_refusal(row.id, row.id, posts, acteur, now)
        return Denied(errors.QUOTA_EXCEEDED)
    row.posts = posts
    row.save(update_fields=("posts",))
    record(events.QUOTA_SET, acteur=acteur, at=now, subject=row.id, facts=facts)
    return GRANTED


@transaction.atomic
def move_posts(source_id: UUID, target_id: UUID, posts: int, acteur: Acteur, now: datetime) -> Decision:
    """Move posts from one quota to another: both rows in one statement's locks, their sum unchanged.

    Denied when the first has not so many left beside those that it gave.
    """
    rows = Quota.objects.select_for_update(no_key=True).filter(pk__in=(source_id, target_id)).order_by("id")
    found = {row.id: row for row in rows}
    if len(found) < 2 or posts < 1:
        return Denied(errors.QUOTA_UNKNOWN)
    source, target = found[source_id], found[target_id]
    if source.posts - source.retained < posts:
        record_refusal(source_id, target_id, posts, acteur, now)
        return Denied(errors.QUOTA_EXCEEDED)
    source.posts -= posts
    target.posts += posts
    source.save(update_fields=("posts",))
    target.save(update_fields=("posts",))
    facts = {"from": str(source_id), "to": str(target_id), "posts": posts}
    record(events.QUOTA_MOVE, acteur=acteur, at=now, subject=source_id, facts=facts)
    return GRANTED


def record_refusal(source_id: UUID, target_id: UUID, posts: int, acteur: Acteur, now: datetime) -> None:
    """Journal a change of quota that was refused."""
    facts = {"from": str(source_id), "to": str(target_id), "posts": posts}
    reason = errors.QUOTA_EXCEEDED.code
    record(events.QUOTA_REFUSED, acteur=acteur, at=now, subject=source_id, reason=reason, facts=facts)


@transaction.atomic
def set_campagne(campagne_id: UUID, opens_on: date, closes_on: date | None, acteur: Acteur, now: datetime) -> None:
    """Change the days of a call; applications already submitted keep it."""
    row = Campagne.objects.select_for_update(no_key=True).get(pk=campagne_id)
    row.opens_on, row.closes_on = opens_on, closes_on
    row.save(update_fields=("opens_on", "closes_on"))
    facts = {"opens_on": opens_on.isoformat(), "closes_on": closes_on.isoformat() if closes_on else ""}
    record(events.CAMPAGNE_SET, acteur=acteur, at=now, subject=row.id, facts=facts)
