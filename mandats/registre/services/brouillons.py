"""Writes brouillons: open, change, identify, freeze, abandon.

Nothing here has legal value.  A brouillon is fetched within the acteur's
structure and locked for the time of the act.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.demarches import DEMARCHES
from aidants.domain.errors import ErrorCode
from aidants.domain.events import Event
from aidants.habilitation.selectors import may_act_for
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.domain.durees import is_adult, local_date
from mandats.domain.identite import Identite, PreuveIdentite
from mandats.domain.references import new_reference
from mandats.registre.coffre import (
    FrozenTexts,
    freeze_texts,
    identity_of,
    seal_identity,
    seal_texts,
    texts_of,
)
from mandats.registre.models import Brouillon, Document
from mandats.registre.selectors import offered_demarches
from mandats.registre.texts import summary_for, text_for


class DemarcheChoisie(TypedDict):
    """One theme chosen and the formalities named within it."""

    code: str
    formalites: Sequence[str]


def locked(brouillon_id: UUID, acteur: Acteur) -> Brouillon | None:
    """Return the brouillon of the acteur's structure under a row lock; ``None`` once signed or gone."""
    return (
        Brouillon.objects.select_for_update(of=("self",))
        .select_related("structure", "aidant")
        .filter(pk=brouillon_id, structure=acteur.structure_id, signed_as__isnull=True)
        .first()
    )


def refuse(event: Event, reason: ErrorCode, acteur: Acteur, now: datetime, subject: UUID | None) -> Denied:
    """Journal a refusal and return it."""
    record(event, acteur=acteur, at=now, subject=subject, reason=reason.code)
    return Denied(reason)


def _may_prepare(acteur: Acteur, demarches: Sequence[DemarcheChoisie]) -> Decision:
    """Only an habilitated aidant prepares, and only themes that the structure offers."""
    if acteur.id is None or acteur.structure_id is None:
        return Denied(errors.AUTORISATION_UNKNOWN)
    allowed = may_act_for(acteur.id, acteur.structure_id)
    if isinstance(allowed, Denied):
        return allowed
    codes = {chosen["code"] for chosen in demarches}
    if not codes or not codes <= DEMARCHES.keys():
        return Denied(errors.NO_DEMARCHE)
    return GRANTED if codes <= offered_demarches(acteur.structure_id) else Denied(errors.DEMARCHE_NARROWED)


@transaction.atomic
def open_brouillon(
    acteur: Acteur, *, demarches: Sequence[DemarcheChoisie], duree: str, now: datetime
) -> Brouillon | Denied:
    """Start a brouillon for the acteur's structure.  ``duree`` is a code of ``mandats.domain.durees``."""
    allowed = _may_prepare(acteur, demarches)
    if isinstance(allowed, Denied):
        return refuse(events.BROUILLON_REFUSED, allowed.reason, acteur, now, None)
    brouillon = Brouillon.objects.create(
        structure_id=acteur.known_structure_id,
        aidant_id=acteur.known_id,
        reference=new_reference(),
        demarches=_clean(demarches),
        duree=duree,
        created_at=now,
        updated_at=now,
    )
    record(events.BROUILLON_OPEN, acteur=acteur, at=now, subject=brouillon.id, facts=_facts(brouillon))
    return brouillon


@transaction.atomic
def change_brouillon(
    brouillon_id: UUID, acteur: Acteur, *, demarches: Sequence[DemarcheChoisie], duree: str, now: datetime
) -> Brouillon | Denied:
    """Change what is asked; the frozen text and any consent given to it fall."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    allowed = _may_prepare(acteur, demarches)
    if isinstance(allowed, Denied):
        return refuse(events.BROUILLON_REFUSED, allowed.reason, acteur, now, brouillon_id)
    brouillon.demarches, brouillon.duree = _clean(demarches), duree
    _thaw(brouillon, now)
    record(events.BROUILLON_CHANGE, acteur=acteur, at=now, subject=brouillon.id, facts=_facts(brouillon))
    return brouillon


@transaction.atomic
def identify(brouillon_id: UUID, identite: Identite, preuve: PreuveIdentite, acteur: Acteur, now: datetime) -> Decision:
    """Keep who the usager is.  A minor is refused and the brouillon deleted: no name is kept."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_IDENTIFY_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    if not is_adult(identite.birthdate, local_date(now, brouillon.structure.time_zone)):
        _delete(brouillon)
        return refuse(events.BROUILLON_IDENTIFY_REFUSED, errors.MINOR, acteur, now, None)
    brouillon.identity_sealed = seal_identity(identite)
    brouillon.identity, brouillon.identity_level = preuve.kind, preuve.level
    brouillon.identity_proof = {"sub_sha256": preuve.sub_digest, "token_sha256": preuve.token_id_digest}
    brouillon.identified_at = now
    _thaw(brouillon, now)
    facts = {"identity": preuve.kind, "level": preuve.level}
    record(events.BROUILLON_IDENTIFY, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    return GRANTED


@transaction.atomic
def not_me(brouillon_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """« Ce n'est pas moi »: forget the identity, keep the rest."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_IDENTIFY_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    brouillon.identity_sealed, brouillon.identified_at = None, None
    brouillon.identity = brouillon.identity_level = ""
    brouillon.identity_proof = {}
    _thaw(brouillon, now)
    record(events.BROUILLON_NOT_ME, acteur=acteur, at=now, subject=brouillon.id)
    return GRANTED


@transaction.atomic
def freeze(brouillon_id: UUID, acteur: Acteur, now: datetime) -> FrozenTexts | Denied:
    """Fix the exact text and summary that the usager reads; asked again, return the same."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.CONSENT_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    identite = identity_of(brouillon)
    if identite is None:
        return refuse(events.CONSENT_REFUSED, errors.NO_IDENTITY, acteur, now, brouillon_id)
    frozen = texts_of(brouillon)
    if frozen is not None:
        return frozen
    texts = freeze_texts(text_for(brouillon, identite), summary_for(brouillon, identite))
    brouillon.frozen_sealed, brouillon.frozen_at, brouillon.updated_at = seal_texts(texts), now, now
    brouillon.text_sha256, brouillon.summary_sha256 = texts.text_sha256, texts.summary_sha256
    brouillon.save()
    facts = {"text_sha256": texts.text_sha256, "summary_sha256": texts.summary_sha256}
    record(events.BROUILLON_FREEZE, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    return texts


@transaction.atomic
def abandon(brouillon_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """« Je veux réfléchir », or the conseiller gives up: the brouillon and its papers disappear."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    _delete(brouillon)
    record(events.BROUILLON_ABANDON, acteur=acteur, at=now, subject=brouillon_id)
    return GRANTED


def _clean(demarches: Sequence[DemarcheChoisie]) -> list[dict[str, Any]]:
    """Keep each theme once, in the table's order, with its formalities as typed."""
    chosen = {item["code"]: [text.strip() for text in item["formalites"] if text.strip()] for item in demarches}
    return [{"code": code, "formalites": chosen[code]} for code in DEMARCHES if code in chosen]


def _facts(brouillon: Brouillon) -> dict[str, Any]:
    return {"demarches": [chosen["code"] for chosen in brouillon.demarches], "duree": brouillon.duree}


def _thaw(brouillon: Brouillon, now: datetime) -> None:
    """Undo text and consent: what was agreed to is no longer what is asked."""
    Document.objects.filter(brouillon=brouillon).delete()
    brouillon.frozen_sealed, brouillon.frozen_at, brouillon.consented_at = None, None, None
    brouillon.text_sha256 = brouillon.summary_sha256 = ""
    brouillon.consentement = brouillon.consent_method = brouillon.code_digest = ""
    brouillon.consent_proof, brouillon.code_sent_at, brouillon.code_tries = {}, None, 0
    brouillon.updated_at = now
    brouillon.save()


def _delete(brouillon: Brouillon) -> None:
    Document.objects.filter(brouillon=brouillon).delete()
    brouillon.delete()
