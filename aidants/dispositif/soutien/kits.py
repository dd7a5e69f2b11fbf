"""Ordering a kit, following it: one act, one entry."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from aidants.dispositif.soutien.models import CommandeKit
from aidants.domain.acteur import Acteur
from aidants.domain.activite import activity_events as events
from aidants.domain.activite.kits import EtatCommande, may_follow, may_order
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.journal.record import record


@transaction.atomic
def order_kit(articles: Mapping[str, int], acteur: Acteur, now: datetime) -> CommandeKit | Denied:
    """Order for the acteur's structure."""
    verdict = may_order(articles)
    if isinstance(verdict, Denied):
        reason = verdict.reason.code
        record(events.KIT_ORDER_REFUSED, acteur=acteur, at=now, subject=acteur.structure_id, reason=reason)
        return verdict
    made = CommandeKit.objects.create(
        structure_id=acteur.known_structure_id, ordered_by_id=acteur.known_id, articles=dict(articles), ordered_at=now
    )
    record(events.KIT_ORDER, acteur=acteur, at=now, subject=made.id, facts={"articles": sum(articles.values())})
    return made


@transaction.atomic
def follow_kit(order: CommandeKit, etat: str, acteur: Acteur, now: datetime, tracking: str = "") -> Decision:
    """Say that an order was sent, received, or lost."""
    row = CommandeKit.objects.select_for_update().get(pk=order.pk)
    verdict = may_follow(row.etat, etat)
    facts = {"etat": etat[:16]}
    if isinstance(verdict, Denied):
        record(events.KIT_MOVE_REFUSED, acteur=acteur, at=now, subject=row.id, reason=verdict.reason.code, facts=facts)
        return verdict
    row.etat = etat
    if etat == EtatCommande.EXPEDIEE:
        row.sent_at, row.tracking = now, tracking
    else:
        row.ended_at = now
    row.save(update_fields=("etat", "sent_at", "tracking", "ended_at"))
    record(events.KIT_MOVE, acteur=acteur, at=now, subject=row.id, structure=row.structure_id, facts=facts)
    return GRANTED


def orders_of(structure_id: UUID) -> QuerySet[CommandeKit]:
    """Return a structure's orders, the last first."""
    return CommandeKit.objects.filter(structure=structure_id).order_by("-ordered_at", "id")


def orders_to_send() -> QuerySet[CommandeKit]:
    """Return the orders that wait to be sent, the oldest first, then those on their way."""
    rows = CommandeKit.objects.filter(etat__in=(EtatCommande.COMMANDEE, EtatCommande.EXPEDIEE))
    return rows.select_related("structure").order_by("etat", "ordered_at", "id")
