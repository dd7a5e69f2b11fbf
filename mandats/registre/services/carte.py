"""Writes what the silent card gave: the usager may go on, or the brouillon disappears without a trace of who.

The card names several situations and takes one answer for all of them: neither the desk nor the journal learns which.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.journal.record import record, record_counted
from mandats.domain import errors, events, perimetre_errors
from mandats.registre.coffre import secret_digest
from mandats.registre.services.brouillons import erase, locked, refuse


@transaction.atomic
def answer_card(brouillon_id: UUID, acteur: Acteur, *, concerned: bool, now: datetime) -> Decision:
    """Keep that no situation of the card is the usager's; or erase the brouillon and keep a count (DOMAIN §3.1).

    The entry of a refusal names no brouillon and nobody who acts: only that it happened in the structure, how often
    in that minute.
    """
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    if concerned:
        erase(brouillon)
        _count(acteur.known_structure_id, now)
        return Denied(perimetre_errors.PROTECTED)
    brouillon.card_read_at = brouillon.updated_at = now
    brouillon.save(update_fields=("card_read_at", "updated_at"))
    record(events.BROUILLON_CARD, acteur=acteur, at=now, subject=brouillon.id)
    return GRANTED


def _count(structure_id: UUID, now: datetime) -> None:
    event, bucket = events.BROUILLON_PROTECTED, secret_digest("structure", str(structure_id))
    reason = perimetre_errors.PROTECTED.code
    record_counted(event, bucket=bucket, at=now, reason=reason, acteur=SYSTEME, structure=structure_id)
