"""Requests about a person's data: asked by one person, answered by another, then done.

Each writer is one transaction and one entry; the request's row is locked first, so that of two answers at once one
counts.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.vault import seal, unseal
from aidants.journal.record import record
from mandats.domain import errors_droits, events
from mandats.domain.conservation import DEMANDES_LIVE, end_of
from mandats.domain.droits import (
    APPROVAL_LIVES,
    ASKERS,
    ORIGINS,
    PROOFS,
    AnswerFacts,
    Droit,
    ErasureFacts,
    may_answer,
    may_erase_now,
)
from mandats.droits import rapprochements
from mandats.droits.models import Demande, Rapprochement
from mandats.registre.models import Mandat, Usager
from mandats.registre.services.keep import archive_mandat, erase_usager, forget_contacts
from mandats.registre.services.rectify import may_rectify_so, rectify_usager

APPROVED, REFUSED, WITHDRAWN, EXPIRED = "approuvee", "refusee", "retiree", "expiree"
ERASED, RESTRICTED = "efface", "limite"


def open_demandes() -> QuerySet[Demande]:
    """Return the requests that wait for their second person, the oldest first."""
    rows = Demande.objects.filter(answer="").select_related("usager", "asked_by", "rapprochement")
    return rows.order_by("asked_at", "id")


def latest_demandes(count: int) -> list[Demande]:
    """Return the requests answered last."""
    rows = Demande.objects.exclude(answer="").select_related("usager", "asked_by", "answered_by")
    return list(rows.order_by("-answered_at", "id")[:count])


def demande_of(demande_id: UUID) -> Demande | None:
    """Return one request."""
    rows = Demande.objects.filter(pk=demande_id)
    return rows.select_related("usager", "asked_by", "answered_by", "rapprochement").first()


def changes_asked(demande: Demande) -> dict[str, str]:
    """Return the values of a rectification that waits; none once it is over."""
    return json.loads(unseal(bytes(demande.sealed), settings.VAULT_KEYS)) if demande.sealed else {}


def _refuse_to_ask(kind: str, reason: ErrorCode, usager_id: UUID | None, acteur: Acteur, now: datetime) -> Denied:
    event, facts = events.DEMANDE_ASK_REFUSED, {"kind": kind}
    record(event, acteur=acteur, at=now, subject=usager_id, reason=reason.code, facts=facts)
    return Denied(reason)


@transaction.atomic
def ask(
    usager_id: UUID,
    kind: Droit,
    acteur: Acteur,
    *,
    origin: str,
    proof: str,
    received_on: date,
    now: datetime,
    changes: Mapping[str, str] | None = None,
    rapprochement: Rapprochement | None = None,
) -> Demande | Denied:
    """Write down a request; a second person answers it within seven days.

    ``changes``  the corrected values of a rectification.  An erasure that the law refuses outright is refused here
    already, with its reason.
    """
    usager = Usager.objects.select_for_update().filter(pk=usager_id, erased_at__isnull=True).first()
    if usager is None:
        return _refuse_to_ask(kind, errors_droits.DEMANDE_UNKNOWN, None, acteur, now)
    verdict = _may_ask(usager, kind, acteur, origin, proof, changes or {}, now)
    if isinstance(verdict, Denied):
        return _refuse_to_ask(kind, verdict.reason, usager.id, acteur, now)
    _close_late(usager.id, now)
    if Demande.objects.filter(usager=usager, kind=kind, answer="").exists():
        return _refuse_to_ask(kind, errors_droits.DEMANDE_OPEN_ALREADY, usager.id, acteur, now)
    made = Demande.objects.create(
        kind=kind,
        usager=usager,
        rapprochement=rapprochement,
        origin=origin,
        proof=proof,
        received_on=received_on,
        sealed=seal(json.dumps(dict(changes)).encode(), settings.VAULT_KEYS) if changes else None,
        asked_by_id=acteur.known_id,
        asked_at=now,
        expires_at=now + APPROVAL_LIVES,
    )
    facts = {"demande": str(made.id), "kind": kind.value, "origin": origin, "proof": proof}
    record(events.DEMANDE_ASK, acteur=acteur, at=now, subject=usager.id, facts=facts)
    return made


def _may_ask(
    usager: Usager, kind: Droit, acteur: Acteur, origin: str, proof: str, changes: Mapping[str, str], now: datetime
) -> Decision:
    if acteur.role not in ASKERS:
        return Denied(errors_droits.DEMANDE_ROLE)
    if origin not in ORIGINS or proof not in PROOFS:
        return Denied(errors_droits.DEMANDE_UNKNOWN)
    if kind is Droit.RECTIFICATION:
        return may_rectify_so(usager, changes, now)
    if kind is Droit.EFFACEMENT:
        facts = _erasure_facts(usager, now)
        return Denied(errors_droits.MANDAT_STANDS) if facts.standing else GRANTED
    return GRANTED


def _erasure_facts(usager: Usager, now: datetime) -> ErasureFacts:
    kept = Mandat.objects.filter(usager=usager, erased_at__isnull=True).order_by("id")
    ends = [end_of(ended, expires) for ended, expires in kept.values_list("ended_at", "expires_at")]
    return ErasureFacts(now, any(now < end for end in ends), tuple(ends))


def _refuse_to_answer(demande: UUID, reason: ErrorCode, acteur: Acteur, now: datetime) -> Denied:
    event, facts = events.DEMANDE_ANSWER_REFUSED, {"demande": str(demande)}
    record(event, acteur=acteur, at=now, reason=reason.code, facts=facts)
    return Denied(reason)


@transaction.atomic
def answer(demande_id: UUID, acteur: Acteur, *, approve: bool, now: datetime) -> Demande | Denied:
    """Approve or refuse a request, as its second person; an approval is carried out in the same transaction.

    An erasure that the proof forbids is answered « approuvee » with ``limite``: the access is restricted instead.
    """
    row = Demande.objects.select_for_update().filter(pk=demande_id).first()
    if row is None:
        return _refuse_to_answer(demande_id, errors_droits.DEMANDE_UNKNOWN, acteur, now)
    verdict = may_answer(
        AnswerFacts(now, row.expires_at, row.answer != "", row.asked_by_id, acteur.known_id, acteur.role)
    )
    if isinstance(verdict, Denied):
        return _refuse_to_answer(row.id, verdict.reason, acteur, now)
    if approve:
        done = _carry_out(row, acteur, now)
        if isinstance(done, Denied):
            return _refuse_to_answer(row.id, done.reason, acteur, now)
    elif row.kind == Droit.RAPPROCHEMENT and row.rapprochement_id:
        rapprochements.dismiss(row.rapprochement_id, acteur, now)
    row.answer, row.answered_at, row.answered_by_id = (APPROVED if approve else REFUSED), now, acteur.known_id
    row.sealed = None
    row.save()
    facts = {"demande": str(row.id), "kind": row.kind, "answer": row.answer, "outcome": row.outcome}
    record(events.DEMANDE_ANSWER, acteur=acteur, at=now, subject=row.usager_id, reason=row.reason, facts=facts)
    return row


def _carry_out(row: Demande, acteur: Acteur, now: datetime) -> Decision:
    """Do what was approved; an export is made when it is handed over."""
    if row.kind == Droit.RECTIFICATION:
        return rectify_usager(row.usager_id, changes_asked(row), acteur, now)
    if row.kind == Droit.RAPPROCHEMENT and row.rapprochement_id:
        return rapprochements.merge(row.rapprochement_id, acteur, now)
    if row.kind == Droit.EFFACEMENT:
        return _erase_or_restrict(row, acteur, now)
    return GRANTED


def _erase_or_restrict(row: Demande, acteur: Acteur, now: datetime) -> Decision:
    """Erase what the law lets go; restrict the rest: no structure sees it, contacts go (RGPD 17.3.e, 18)."""
    usager = Usager.objects.select_for_update().get(pk=row.usager_id)
    verdict = may_erase_now(_erasure_facts(usager, now))
    if verdict == Denied(errors_droits.MANDAT_STANDS):
        return verdict
    if isinstance(verdict, Denied):
        for mandat_id in list(Mandat.objects.filter(usager=usager).order_by("id").values_list("pk", flat=True)):
            archive_mandat(mandat_id, acteur, now)
        forget_contacts(usager)
        row.outcome, row.reason = RESTRICTED, verdict.reason.code
        return GRANTED
    erase_usager(usager.id, acteur, now)
    row.outcome = ERASED
    return GRANTED


@transaction.atomic
def withdraw(demande_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Take back one's own request while nobody has answered."""
    row = Demande.objects.select_for_update().filter(pk=demande_id, asked_by=acteur.id).first()
    if row is None:
        return _refuse_to_answer(demande_id, errors_droits.DEMANDE_UNKNOWN, acteur, now)
    if row.answer:
        return _refuse_to_answer(row.id, errors_droits.DEMANDE_OVER, acteur, now)
    _end(row, WITHDRAWN, acteur, now)
    return GRANTED


def _end(row: Demande, how: str, acteur: Acteur, now: datetime) -> None:
    row.answer, row.answered_at, row.sealed = how, now, None
    row.save(update_fields=("answer", "answered_at", "sealed"))
    facts = {"demande": str(row.id), "kind": row.kind}
    reason = errors_droits.DEMANDE_OVER.code if how == EXPIRED else ""
    record(events.DEMANDE_WITHDRAW, acteur=acteur, at=now, subject=row.usager_id, reason=reason, facts=facts)


def _close_late(usager_id: UUID | None, now: datetime) -> int:
    late = Demande.objects.filter(Q(expires_at__lte=now) | Q(usager__erased_at__isnull=False), answer="")
    late = late.filter(usager=usager_id) if usager_id else late
    rows = list(late.select_for_update(of=("self",), skip_locked=True).order_by("id"))
    for row in rows:
        _end(row, EXPIRED, SYSTEME, now)
    return len(rows)


@transaction.atomic
def close_late(now: datetime) -> int:
    """Close the requests that nobody answered in time, and forget what they carried; return how many."""
    return _close_late(None, now)


@transaction.atomic
def forget_old(now: datetime) -> int:
    """Delete requests three years after their answer, and the joins of persons who were erased; return how many."""
    over = Q(answered_at__lt=now - DEMANDES_LIVE) | Q(rapprochement__usager__erased_at__isnull=False)
    gone, _ = Demande.objects.filter(over).delete()
    Rapprochement.objects.filter(usager__erased_at__isnull=False).delete()
    return gone
