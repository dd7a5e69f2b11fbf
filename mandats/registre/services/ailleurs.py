"""What the usager decides about their mandats in other structures: to replace them all, or to take one over.

The structure at whose desk the choice is made learns nothing of the others: the choice is written with the mandat, at
the same cost whether or not there are any, and the worker ends them in transactions of its own.  The others learn that
a mandat ended, from the service, and not why nor for whom (DOMAIN §3.4).
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision
from aidants.journal.record import record
from mandats.domain import errors, events, perimetre_errors
from mandats.domain.identite import Identite, same_person
from mandats.domain.motifs import MotifDeFin
from mandats.registre.coffre import identity_of
from mandats.registre.models import Autorisation, Brouillon, Mandat
from mandats.registre.selectors import identite_of, mandat_by_reference
from mandats.registre.services.brouillons import locked, refuse, thaw
from mandats.registre.services.reach import tell
from mandats.registre.services.told import tell_end, tell_structure_of_end
from mandats.registre.services.volet import REVOCATION, VERIFICATION, check_code
from mandats.registre.texts import REMPLACER

CITE_TRIES: Final = 5
_BATCH: Final = 50


@transaction.atomic
def choose_elsewhere(brouillon_id: UUID, acteur: Acteur, *, replace: bool, now: datetime) -> Decision:
    """Keep the usager's choice: to end their mandats in other structures too, or to say nothing of them.

    Only an identity that FranceConnect proved can be found again elsewhere; with another, there is nothing to choose.
    """
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None or brouillon.identity != "franceconnect":
        reason = errors.BROUILLON_GONE if brouillon is None else errors.NO_IDENTITY
        return refuse(events.BROUILLON_REFUSED, reason, acteur, now, brouillon_id)
    choice = REMPLACER if replace else ""
    if choice != brouillon.elsewhere:
        brouillon.elsewhere = choice
        thaw(brouillon, now)
    facts = {"choice": choice or "garder"}
    record(events.BROUILLON_ELSEWHERE, acteur=acteur, at=now, subject=brouillon.id, facts=facts)
    return GRANTED


@transaction.atomic
def cite(brouillon_id: UUID, acteur: Acteur, *, reference: str, code: str, now: datetime) -> Decision:
    """Cite the mandat of another structure that this one takes over; the usager typed its reference.

    It is theirs if FranceConnect says so, or if ``code`` is one of its volet's and the identity is the same.  One
    refusal serves all reasons; five tries a brouillon.
    """
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_CITE_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    if brouillon.cite_tries >= CITE_TRIES:
        return refuse(events.BROUILLON_CITE_REFUSED, perimetre_errors.CITATION_TOO_MANY, acteur, now, brouillon_id)
    brouillon.cite_tries += 1
    brouillon.save(update_fields=("cite_tries",))
    identite, older = identity_of(brouillon), mandat_by_reference(reference)
    proven = _is_theirs(older, identite, code, now)
    if older is None or not proven or older.structure_id == brouillon.structure_id:
        return refuse(events.BROUILLON_CITE_REFUSED, perimetre_errors.CITATION_REFUSED, acteur, now, brouillon_id)
    brouillon.cites = older
    thaw(brouillon, now)
    record(events.BROUILLON_CITE, acteur=acteur, at=now, subject=brouillon.id)
    return GRANTED


def _is_theirs(older: Mandat | None, identite: Identite | None, code: str, now: datetime) -> bool:
    """Compare codes whether or not the mandat exists, so that the answer takes the same time."""
    target = older.id if older else None
    by_code = check_code(target, VERIFICATION, code, now) | check_code(target, REVOCATION, code, now)
    if older is None or identite is None or older.ended_at or older.expires_at <= now:
        return False
    theirs = identite_of(older.usager)
    by_franceconnect = bool(identite.sub_digest) and identite.sub_digest == theirs.sub_digest
    return by_franceconnect or (by_code and same_person(identite, theirs))


@transaction.atomic
def forget_citation(brouillon_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Cite nothing after all."""
    brouillon = locked(brouillon_id, acteur)
    if brouillon is None:
        return refuse(events.BROUILLON_CITE_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    brouillon.cites = None
    thaw(brouillon, now)
    return GRANTED


def end_elsewhere(now: datetime) -> int:
    """End what the usagers of freshly concluded mandats chose to end in other structures; return how many ended.

    One transaction a new mandat: nobody's own stop waits for what others chose.
    """
    waiting = Mandat.objects.filter(Q(elsewhere=REMPLACER) | Q(cites__isnull=False), elsewhere_done_at__isnull=True)
    return sum(_end_others(mandat, now) for mandat in list(waiting.order_by("accepted_at", "id")[:_BATCH]))


@transaction.atomic
def _end_others(mandat: Mandat, now: datetime) -> int:
    """End the mandats of other structures that stood when this one was accepted; return how many.

    They are locked with it in the one order of keys, as by who stops all of a person's at once.
    """
    chosen = Q(pk__in=(mandat.pk, mandat.cites_id))
    if mandat.elsewhere == REMPLACER:
        chosen |= Q(usager=mandat.usager_id, accepted_at__lte=mandat.accepted_at, ended_at__isnull=True)
    rows = Mandat.objects.select_for_update(of=("self",)).select_related("usager", "structure").filter(chosen)
    held = {row.pk: row for row in rows.order_by("id")}
    this = held.pop(mandat.pk)
    if this.elsewhere_done_at is not None or this.usager_id != mandat.usager_id:
        return 0  # done by another worker; or two records of the person were joined meanwhile: the next round sees it
    others = [row for row in held.values() if row.structure_id != this.structure_id]
    standing = [row for row in others if row.ended_at is None and row.expires_at > now]
    for older in standing:
        _end(older, "transfert" if older.id == this.cites_id else "remplacement", now)
    Mandat.objects.filter(pk=this.pk).update(elsewhere_done_at=now)
    return len(standing)


def _end(older: Mandat, way: str, now: datetime) -> None:
    """End one mandat from this notice on; the usager is told, the structure too."""
    motif = MotifDeFin.REMPLACEMENT
    Autorisation.objects.filter(mandat=older, ended_at__isnull=True).update(ended_at=now, motif=motif)
    older.ended_at, older.motif = now, motif
    older.save(update_fields=("ended_at", "motif"))
    usager = Acteur(Kind.USAGER, older.usager_id, None, "usager")
    tell(events.MANDAT_REPLACE_ELSEWHERE, older, usager, now, way=way)
    tell_end(older, now)
    tell_structure_of_end(older, now)


def has_choice(brouillon: Brouillon) -> bool:
    """Tell whether the recap asks about other structures: by the kind of identity, never by what exists."""
    return brouillon.identity == "franceconnect"
