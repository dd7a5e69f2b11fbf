"""One person under two FranceConnect identifiers: proposed by the sign-in, decided by two persons, undone for 14 days.

FranceConnect may give a person another ``sub`` when the State corrects an identity (PROTOCOLS §2).  Until two persons
have decided, the new ``sub`` sees nothing of the old mandats, and no desk is told that there are any.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.vault import unseal
from aidants.journal.record import record
from mandats.domain import errors_droits, events
from mandats.domain.avis import REUNION
from mandats.domain.droits import PIVOT, PROPOSAL_LIVES, UNDO_LIVES, may_undo
from mandats.domain.identite import Identite
from mandats.droits.models import Rapprochement
from mandats.registre.coffre import seal_identity
from mandats.registre.models import Mandat, Usager
from mandats.registre.services import join
from mandats.registre.services.avis import announce
from mandats.registre.services.keep import erase_identity


def propose_merge(identite: Identite, *, way: str, now: datetime) -> list[Rapprochement]:
    """Note that ``identite`` is, to the character, that of somebody known under another ``sub``; return what is new.

    For the return from FranceConnect, whatever it was for: ``way`` is ``brouillon`` or ``usager``.  One query when
    there is nothing to note.  Proposes once a pair, whatever was decided; tells the person and the desk nothing.
    """
    if not identite.sub_digest:
        return []
    same = {field: getattr(identite, field) for field in PIVOT}
    known = Usager.objects.filter(**same, erased_at__isnull=True, sub_digest__isnull=False)
    others = list(known.exclude(sub_digest=identite.sub_digest).order_by("created_at", "id"))
    return [made for usager in others if (made := _propose(usager, identite, way, now))]


@transaction.atomic
def _propose(usager: Usager, identite: Identite, way: str, now: datetime) -> Rapprochement | None:
    given = {"sealed": seal_identity(identite), "way": way, "proposed_at": now}
    made, is_new = Rapprochement.objects.get_or_create(usager=usager, sub_digest=identite.sub_digest, defaults=given)
    if not is_new:
        return None
    record(
        events.RAPPROCHEMENT_PROPOSE,
        acteur=SYSTEME,
        at=now,
        subject=usager.id,
        facts={"rapprochement": str(made.id), "way": way},
    )
    return made


def identity_told(row: Rapprochement) -> Identite | None:
    """Return the identity that came with the new ``sub``; ``None`` once the matter is over."""
    return Identite.from_bytes(unseal(bytes(row.sealed), settings.VAULT_KEYS)) if row.sealed else None


def second_of(row: Rapprochement) -> Usager | None:
    """Return the record that stands under the new ``sub``, if a mandat was concluded under it meanwhile."""
    return Usager.objects.filter(sub_digest=row.sub_digest, erased_at__isnull=True).first()


def open_proposals() -> QuerySet[Rapprochement]:
    """Return what waits for a decision, the oldest first."""
    rows = Rapprochement.objects.filter(merged_at__isnull=True, dismissed_at__isnull=True)
    return rows.select_related("usager").order_by("proposed_at", "id")


def undoable(now: datetime) -> QuerySet[Rapprochement]:
    """Return what was joined less than fourteen days ago, the newest first."""
    rows = Rapprochement.objects.filter(merged_at__gt=now - UNDO_LIVES, undone_at__isnull=True)
    return rows.select_related("usager").order_by("-merged_at", "id")


def _refuse(row_id: UUID, acteur: Acteur, now: datetime) -> Denied:
    reason, facts = errors_droits.RAPPROCHEMENT_OVER, {"rapprochement": str(row_id)}
    record(events.RAPPROCHEMENT_REFUSED, acteur=acteur, at=now, reason=reason.code, facts=facts)
    return Denied(reason)


def _locked(row_id: UUID) -> Rapprochement | None:
    return Rapprochement.objects.select_for_update().filter(pk=row_id).first()


@transaction.atomic
def merge(row_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Join both records under the older row and the new ``sub``; the caller holds two persons' approval.

    Where both have a standing autorisation of one structure for one demarche, the older one ends as replaced.
    """
    row = _locked(row_id)
    if row is None or not row.is_open:
        return _refuse(row_id, acteur, now)
    pair = join.locked_pair(row.usager_id, row.sub_digest)
    if pair is None:
        return _refuse(row_id, acteur, now)
    kept, second = pair
    row.former_sub_digest = kept.sub_digest or ""
    joined = join.join_records(kept, second, row.sub_digest, now)
    row.merged_at, row.second = now, second
    row.moved = [str(moved) for moved in joined.moved]
    row.save(update_fields=("merged_at", "second", "moved", "former_sub_digest"))
    facts = {"rapprochement": str(row.id), "mandats": len(joined.moved), "replaced": len(joined.replaced)}
    record(events.RAPPROCHEMENT_MERGE, acteur=acteur, at=now, subject=kept.id, facts=facts)
    join.tell_replaced(joined, acteur, now)
    _tell_the_person(kept.id, row, now)
    return GRANTED


def _tell_the_person(usager_id: UUID, row: Rapprochement, now: datetime) -> None:
    """Tell the contact known before: never silently (PROTOCOLS §2)."""
    latest = Mandat.objects.filter(usager=usager_id, erased_at__isnull=True)
    found = latest.select_related("usager", "structure").order_by("-accepted_at", "id").first()
    if found is not None:
        announce(REUNION, found, now, key=f"reunion:{row.id}")


@transaction.atomic
def dismiss(row_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Note that these are two persons: the pair is never proposed again, and what was told of it is forgotten."""
    row = _locked(row_id)
    if row is None or not row.is_open:
        return _refuse(row_id, acteur, now)
    row.dismissed_at, row.sealed = now, None
    row.save(update_fields=("dismissed_at", "sealed"))
    facts = {"rapprochement": str(row.id)}
    record(events.RAPPROCHEMENT_DISMISS, acteur=acteur, at=now, subject=row.usager_id, facts=facts)
    return GRANTED


@transaction.atomic
def undo(row_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Part two records joined less than fourteen days ago; one person is enough, since access only shrinks.

    What the join ended stays ended; mandats concluded since then go with the new ``sub``, under which they were.
    """
    row = _locked(row_id)
    identite = identity_told(row) if row else None
    if row is None or identite is None or not may_undo(row.merged_at, row.undone_at is not None, now):
        return _refuse(row_id, acteur, now)
    moved = [UUID(text) for text in row.moved]
    parted = join.part_records(row.usager_id, row.second_id, identite, row.former_sub_digest, moved, row.merged_at, now)
    if parted is None:
        return _refuse(row_id, acteur, now)
    row.undone_at, row.sealed = now, None
    row.save(update_fields=("undone_at", "sealed"))
    facts = {"rapprochement": str(row.id), "mandats": parted}
    record(events.RAPPROCHEMENT_UNDO, acteur=acteur, at=now, subject=row.usager_id, facts=facts)
    return GRANTED


@transaction.atomic
def forget_proposals(now: datetime) -> int:
    """Delete proposals that nobody decided in 90 days, and the identity of joins that can no longer be undone."""
    stale = open_proposals().filter(proposed_at__lt=now - PROPOSAL_LIVES, demandes__isnull=True)
    rows = list(stale.select_for_update(of=("self",), skip_locked=True))
    for row in rows:
        facts = {"rapprochement": str(row.id)}
        record(events.RAPPROCHEMENT_EXPIRE, acteur=SYSTEME, at=now, subject=row.usager_id, facts=facts)
        row.delete()
    settled = Rapprochement.objects.filter(merged_at__lte=now - UNDO_LIVES, sealed__isnull=False)
    for row in settled.select_for_update(of=("self",), skip_locked=True).order_by("id"):
        _settle(row, now)
    return len(rows)


def _settle(row: Rapprochement, now: datetime) -> None:
    """Forget what only undoing needed: the identity told, and that of the row that points to the other."""
    joined = Usager.objects.select_for_update().filter(erased_at__isnull=True, merged_into__isnull=False)
    second = joined.filter(pk=row.second_id).first() if row.second_id else None
    if second is not None:
        erase_identity(second, SYSTEME, now)
    row.sealed = None
    row.save(update_fields=("sealed",))
