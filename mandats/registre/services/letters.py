"""Marks letters as handed over or posted, and keeps where to post them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.registre.models import Avis, Usager
from mandats.registre.services.avis import ACCUEIL, STRUCTURE

HOWS = {"main": "Remis en main propre", "poste": "Posté"}


def letters_within(acteur: Acteur) -> QuerySet[Avis]:
    """Return the letters that this acteur may print: of their structure, or the accueil's own."""
    rows = Avis.objects.filter(channel="courrier")
    if acteur.structure_id:
        return rows.filter(office=STRUCTURE, mandat__structure=acteur.structure_id)
    return rows.filter(office=ACCUEIL)


@transaction.atomic
def hand_over(avis_ids: Iterable[UUID], acteur: Acteur, how: str, now: datetime) -> int:
    """Mark as given the lines that were on the sheet, and no line written since; return how many were marked.

    ``how`` is a key of ``HOWS``.  What a colleague marked first stays theirs.
    """
    rows = letters_within(acteur).filter(pk__in=list(avis_ids), handed_at__isnull=True)
    waiting = list(rows.select_for_update(of=("self",)).order_by("id"))
    if how not in HOWS or not waiting:
        return 0
    Avis.objects.filter(pk__in=[row.pk for row in waiting]).update(
        handed_at=now, handed_how=how, handed_by=acteur.known_id
    )
    for usager_id in {row.usager_id for row in waiting}:
        count = sum(1 for row in waiting if row.usager_id == usager_id)
        facts = {"count": count, "how": how}
        record(events.AVIS_HAND, acteur=acteur, at=now, subject=usager_id, facts=facts)
    return len(waiting)


@transaction.atomic
def keep_address(usager_id: UUID, address: str, acteur: Acteur, now: datetime) -> Decision:
    """Keep where an usager wants their letters, while one waits at the structure; an empty address forgets it.

    The address serves every structure's letters: whoever has nothing to send does not say where they go.
    """
    waiting = letters_within(acteur).filter(usager=usager_id, handed_at__isnull=True)
    if acteur.structure_id is None or not waiting.exists():
        return Denied(errors.AUTORISATION_UNKNOWN)
    lines = [" ".join(line.split()) for line in address.splitlines() if line.strip()]
    Usager.objects.filter(pk=usager_id).update(postal_address="\n".join(lines))
    record(events.ADDRESS_KEEP, acteur=acteur, at=now, subject=usager_id, facts={"count": len(lines)})
    return GRANTED


@transaction.atomic
def note_releve(usager_id: UUID, acteur: Acteur, how: str, count: int, now: datetime) -> None:
    """Journal that the account of uses was handed to the usager: on screen, on paper, by e-mail."""
    record(events.RELEVE_HAND, acteur=acteur, at=now, subject=usager_id, facts={"count": count, "how": how})
