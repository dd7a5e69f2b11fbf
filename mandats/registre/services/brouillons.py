"""Writes brouillons: open, change, identify, freeze, abandon.

Nothing here has legal value.  A brouillon is fetched within the acteur's
structure and locked for the time of the act.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.demarches import DEMARCHES
from aidants.domain.errors import ErrorCode
from aidants.domain.events import Event
from aidants.habilitation.selectors import may_act_for
from aidants.journal.record import record
from aidants.structures.models import Structure
from mandats.document.textes import TEXT_VERSION
from mandats.domain import errors, events, perimetre_errors
from mandats.domain.durees import Duree, is_adult, local_date
from mandats.domain.identite import Identite, PreuveIdentite, same_person
from mandats.domain.perimetre import (
    Perimetre,
    PrepareFacts,
    cleaned,
    may_prepare,
    ordered_reserved_acts,
)
from mandats.domain.references import new_reference
from mandats.registre.coffre import (
    FrozenTexts,
    freeze_texts,
    identity_of,
    seal_identity,
    seal_texts,
    texts_of,
)
from mandats.registre.models import AccordContact, Brouillon, DemandeSms, Document, Mandat
from mandats.registre.selectors import identite_of, other_of
from mandats.registre.texts import duree_of, summary_for, text_for


def locked(brouillon_id: UUID, acteur: Acteur) -> Brouillon | None:
    """Return the brouillon of the acteur's structure under a row lock; ``None`` once signed or gone."""
    return (
        Brouillon.objects.select_for_update(of=("self",))
        .select_related("structure", "aidant", "cites", "renews__usager")
        .filter(pk=brouillon_id, structure=acteur.structure_id, signed_as__isnull=True)
        .first()
    )


def refuse(event: Event, reason: ErrorCode, acteur: Acteur, now: datetime, subject: UUID | None) -> Denied:
    """Journal a refusal and return it; in a transaction of its own outside one."""
    with transaction.atomic(savepoint=False):
        record(event, acteur=acteur, at=now, subject=subject, reason=reason.code)
    return Denied(reason)


def _may_prepare(acteur: Acteur, asked: Perimetre, shown_for: UUID, now: datetime) -> Decision:
    """Only an habilitated aidant prepares, for the structure that their page showed, and what may be asked now."""
    if acteur.id is None or acteur.structure_id is None:
        return Denied(errors.AUTORISATION_UNKNOWN)
    structure = Structure.objects.get(pk=acteur.structure_id)
    facts = PrepareFacts(
        asked=asked,
        duree=_duree(asked.duree),
        offered=frozenset(structure.demarches or DEMARCHES),
        host=structure.houses_or_bills,
        time_zone=structure.time_zone,
        now=now,
        shown_structure=shown_for == acteur.structure_id,
    )
    return may_act_for(acteur.id, acteur.structure_id) and may_prepare(facts)


def _duree(stored: str) -> Duree | None:
    try:
        return duree_of(stored)
    except ValueError:
        return None


@transaction.atomic
def open_brouillon(
    acteur: Acteur,
    asked: Perimetre,
    now: datetime,
    *,
    shown_for: UUID,
    couple: UUID | None = None,
    renews: Mandat | None = None,
) -> Brouillon | Denied:
    """Start a brouillon for the acteur's structure.

    ``shown_for``  the structure that the page named when it was opened; another one than the acteur's is refused
    ``couple``     links the two brouillons of one appointment; ``renews``: the structure's mandat that is renewed
    """
    allowed = _may_prepare(acteur, asked, shown_for, now)
    if isinstance(allowed, Denied):
        return refuse(events.BROUILLON_REFUSED, allowed.reason, acteur, now, None)
    brouillon = Brouillon(
        structure_id=acteur.known_structure_id,
        aidant_id=acteur.known_id,
        reference=new_reference(),
        couple=couple,
        renews=renews,
        created_at=now,
        updated_at=now,
    )
    _ask(brouillon, asked)
    brouillon.save(force_insert=True)
    record(events.BROUILLON_OPEN, acteur=acteur, at=now, subject=brouillon.id, facts=_facts(brouillon))
    return brouillon


@transaction.atomic
def change_brouillon(
    brouillon_id: UUID, acteur: Acteur, asked: Perimetre, now: datetime, *, shown_for: UUID
) -> Brouillon | Denied:
    """Change what is asked; the frozen text and any consent given to it fall."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    allowed = _may_prepare(acteur, asked, shown_for, now)
    if isinstance(allowed, Denied):
        return refuse(events.BROUILLON_REFUSED, allowed.reason, acteur, now, brouillon_id)
    _ask(brouillon, asked)
    thaw(brouillon, now)
    record(events.BROUILLON_CHANGE, acteur=acteur, at=now, subject=brouillon.id, facts=_facts(brouillon))
    return brouillon


def _ask(brouillon: Brouillon, asked: Perimetre) -> None:
    """Write what is asked, in its one order."""
    brouillon.demarches, brouillon.duree = cleaned(asked), asked.duree
    brouillon.single_use = asked.single_use
    brouillon.reserved_acts = ordered_reserved_acts(asked.reserved_acts)


@transaction.atomic
def identify(brouillon_id: UUID, identite: Identite, preuve: PreuveIdentite, acteur: Acteur, now: datetime) -> Decision:
    """Keep who the usager is.  A minor is refused and the brouillon deleted: no name is kept."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_IDENTIFY_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    if not is_adult(identite.birthdate, local_date(now, brouillon.structure.time_zone)):
        erase(brouillon)
        return refuse(events.BROUILLON_IDENTIFY_REFUSED, errors.MINOR, acteur, now, None)
    expected = _may_be(brouillon, identite)
    if isinstance(expected, Denied):
        return refuse(events.BROUILLON_IDENTIFY_REFUSED, expected.reason, acteur, now, brouillon_id)
    _forget_choices(brouillon)
    brouillon.identity_sealed = seal_identity(identite)
    brouillon.identity, brouillon.identity_level = preuve.kind, preuve.level
    brouillon.identity_piece, brouillon.same_as, brouillon.same_answer = preuve.piece, None, ""
    brouillon.identity_proof = {
        "sub_sha256": preuve.sub_digest,
        "token_sha256": preuve.token_id_digest,
        "declaration_sha256": preuve.declaration_digest,
    }
    brouillon.identified_at = now
    thaw(brouillon, now)
    facts = {"identity": preuve.kind, "level": preuve.level, "piece": preuve.piece}
    record(events.BROUILLON_IDENTIFY, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    return GRANTED


def _forget_choices(brouillon: Brouillon) -> None:
    """Forget what another person chose about their mandats elsewhere, and what was agreed about their contacts."""
    if brouillon.identity_sealed is not None:
        AccordContact.objects.filter(subject_id=brouillon.pk).delete()
    brouillon.elsewhere, brouillon.cites = "", None


def _may_be(brouillon: Brouillon, identite: Identite) -> Decision:
    """The card was read; a renewal is for the same person, a couple's two mandats are for two."""
    if brouillon.card_read_at is None:
        return Denied(perimetre_errors.CARD_NOT_READ)
    if brouillon.renews is not None and not same_person(identite, identite_of(brouillon.renews.usager)):
        return Denied(perimetre_errors.RENEWAL_OTHER_PERSON)
    other = identity_in_couple(brouillon)
    return Denied(perimetre_errors.COUPLE_SAME_PERSON) if other and same_person(identite, other) else GRANTED


def identity_in_couple(brouillon: Brouillon) -> Identite | None:
    """Return who the other brouillon of the appointment, or the mandat that it became, is for."""
    other = other_of(brouillon)
    if other is None:
        return None
    return identite_of(other.signed_as.usager) if other.signed_as else identity_of(other)


@transaction.atomic
def not_me(brouillon_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """« Ce n'est pas moi »: forget the identity, keep the rest."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_IDENTIFY_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    _forget_choices(brouillon)
    brouillon.identity_sealed, brouillon.identified_at = None, None
    brouillon.identity = brouillon.identity_level = brouillon.identity_piece = brouillon.same_answer = ""
    brouillon.same_as = None
    brouillon.identity_proof = {}
    thaw(brouillon, now)
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
    version = brouillon.text_version = TEXT_VERSION
    texts = freeze_texts(text_for(brouillon, identite, version), summary_for(brouillon, identite, version))
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
    erase(brouillon)
    record(events.BROUILLON_ABANDON, acteur=acteur, at=now, subject=brouillon_id)
    return GRANTED


def _facts(brouillon: Brouillon) -> dict[str, Any]:
    return {
        "demarches": [chosen["code"] for chosen in brouillon.demarches],
        "duree": brouillon.duree,
        "reserved_acts": brouillon.reserved_acts,
        "single_use": brouillon.single_use,
    }


def thaw(brouillon: Brouillon, now: datetime) -> None:
    """Undo text and consent: what was agreed to is no longer what is asked."""
    Document.objects.filter(brouillon=brouillon).delete()
    brouillon.frozen_sealed, brouillon.frozen_at, brouillon.consented_at = None, None, None
    brouillon.text_version = brouillon.text_sha256 = brouillon.summary_sha256 = ""
    brouillon.consentement = brouillon.consent_method = brouillon.code_digest = ""
    brouillon.consent_proof, brouillon.code_sent_at, brouillon.code_tries = {}, None, 0
    brouillon.read_aloud_at = brouillon.declared_at = None
    cancel_demandes(brouillon, now)
    brouillon.updated_at = now
    brouillon.save()


def cancel_demandes(brouillon: Brouillon, now: datetime) -> None:
    """Close the request that a telephone had not answered yet, and forget what was said; the brouillon is locked."""
    waiting = DemandeSms.objects.filter(brouillon=brouillon, closed_at__isnull=True)
    waiting.update(closed_at=now, outcome="annule", exchange_sealed=None)


def erase(brouillon: Brouillon) -> None:
    """Delete a brouillon and its papers: no trace of who it was for."""
    Document.objects.filter(brouillon=brouillon).delete()
    if brouillon.identity_sealed is not None:
        AccordContact.objects.filter(subject_id=brouillon.pk).delete()
    brouillon.delete()
