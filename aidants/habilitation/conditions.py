"""Terms of use accepted by a person, and an aidant's habilitation withdrawn or restored by decision."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.activite import events
from aidants.domain.activite.errors import CONDITIONS_CHANGED
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.habilitation.models import AcceptationConditions, HabilitationAidant
from aidants.habilitation.selectors import decisions
from aidants.habilitation.textes import standing_conditions
from aidants.journal.record import record
from aidants.structures.models import Affectation


@transaction.atomic
def accept_conditions(compte: Compte, shown: str, acteur: Acteur, now: datetime) -> Decision:
    """Accept the terms that stand now, if ``shown`` is the SHA-256 of their file; once accepted, nothing more is kept.

    Other terms may have come into force while the person read: what they did not see, they do not accept.
    """
    terms = standing_conditions()
    if shown != terms.sha256:
        reason = CONDITIONS_CHANGED
        record(events.CONDITIONS_REFUSED, acteur=acteur, at=now, subject=compte.id, reason=reason.code)
        return Denied(reason)
    given = {"text_sha256": shown, "accepted_at": now}
    _, made = AcceptationConditions.objects.get_or_create(compte=compte, version=terms.version, defaults=given)
    if made:
        facts = {"version": terms.version, "text_sha256": shown}
        record(events.CONDITIONS_ACCEPT, acteur=acteur, at=now, subject=compte.id, facts=facts)
    return GRANTED


def has_accepted(compte_id: UUID) -> bool:
    """Tell whether somebody accepted the terms that stand now."""
    return AcceptationConditions.objects.filter(compte=compte_id, version=standing_conditions().version).exists()


@transaction.atomic
def withdraw_aidant(place: Affectation, why: str, acteur: Acteur, now: datetime) -> bool:
    """Withdraw an aidant's habilitation in one structure, whatever place they hold there; False when it was already."""
    Affectation.objects.select_for_update().only("id").get(pk=place.pk)
    if _is_withdrawn(place):
        return False
    if not _end_standing(place, "retrait", now):
        HabilitationAidant.objects.create(affectation=place, validee_at=now, ended_at=now, motif="retrait")
    who, where = place.compte_id, place.structure_id
    record(events.AIDANT_WITHDRAW, acteur=acteur, at=now, subject=who, structure=where, reason=why)
    return True


@transaction.atomic
def restore_aidant(place: Affectation, acteur: Acteur, now: datetime) -> bool:
    """Give back an habilitation that was withdrawn, from this place or from another of theirs."""
    Affectation.objects.select_for_update().only("id").get(pk=place.pk)
    if not _is_withdrawn(place):
        return False
    _end_standing(place, "remplacee", now)  # one may stand here that a withdrawal in an absorbed structure came after
    HabilitationAidant.objects.create(affectation=place, validee_at=now)
    record(events.AIDANT_RESTORE, acteur=acteur, at=now, subject=place.compte_id, structure=place.structure_id)
    return True


def _is_withdrawn(place: Affectation) -> bool:
    last = decisions(place.compte_id, place.structure_id).first()
    return last is not None and last.ended_at is not None


def _end_standing(place: Affectation, motif: str, now: datetime) -> int:
    """End the decisions that stand of this person in this structure."""
    theirs = {"affectation__compte": place.compte_id, "affectation__structure": place.structure_id}
    return HabilitationAidant.objects.filter(**theirs, ended_at__isnull=True).update(ended_at=now, motif=motif)
