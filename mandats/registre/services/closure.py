"""Ends a structure's habilitation, and with it all its mandats (DOMAIN §3.4).

One transaction ends the right: from that second ``may_use`` refuses every use.  The worker then ends the mandats one by
one, each in a transaction of its own with its entry and its avis.  Nothing remembers how far it got but the rows
themselves, so that a worker killed half-way is followed by another.  No mandat moves to another structure: a merger is
an end, and each usager signs anew if they wish.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import SAME_STRUCTURE, ErrorCode
from aidants.habilitation.models import HabilitationStructure
from aidants.journal.record import record
from aidants.structures.changes import tell_team, welcome_team
from aidants.structures.models import Structure
from mandats.domain import errors, events
from mandats.domain.fins import EndFacts, may_end
from mandats.domain.motifs import OF_THE_STRUCTURE, MotifDeFin
from mandats.registre.models import Mandat
from mandats.registre.plis import waiting_of
from mandats.registre.services.avis import ACCUEIL, STRUCTURE
from mandats.registre.services.reach import who_of
from mandats.registre.services.revoke import revoke_mandat

WAY = "structure"
_ENDED = (
    "n’est plus habilitée : plus rien ne s’y conclut ni ne s’y utilise, et tous ses mandats prennent fin. Chaque "
    "personne en est avertie."
)
_NONE_MOVED = (
    "Aucun mandat n’est passé de l’une à l’autre : chaque personne est avertie de la fin du sien, et signe à nouveau "
    "si elle le veut."
)
_BATCH = 200


@transaction.atomic
def end_structure(structure_id: UUID, acteur: Acteur, motif: MotifDeFin, now: datetime) -> Decision:
    """End the habilitation of a structure: closure, insolvency, or loss of the right.  No use is granted any more.

    Its team is told; its usagers are, mandat by mandat, as the worker ends each.
    """
    done = _end(structure_id, acteur, motif, now)
    if not isinstance(done, Denied):
        tell_team(Structure.objects.get(pk=structure_id), _ENDED, now)
    return done


def _end(structure_id: UUID, acteur: Acteur, motif: MotifDeFin, now: datetime) -> Decision:
    allowed = may_end(EndFacts(motif, who_of(acteur), WAY))
    if isinstance(allowed, Denied) or motif not in OF_THE_STRUCTURE:
        return _refuse(errors.END_NOT_YOURS, structure_id, acteur, now)
    standing = HabilitationStructure.objects.select_for_update().filter(structure=structure_id, ended_at__isnull=True)
    if not standing.update(ended_at=now, motif=motif.value):
        return _refuse(errors.STRUCTURE_ALREADY_ENDED, structure_id, acteur, now)
    facts = {"count": standing_mandats(structure_id, now).count(), "motif": motif.value}
    record(events.STRUCTURE_END, acteur=acteur, at=now, subject=structure_id, structure=structure_id, facts=facts)
    return GRANTED


@transaction.atomic
def merge_structure(structure_id: UUID, into: Structure, acteur: Acteur, now: datetime) -> Decision:
    """End a structure that another absorbs: its mandats end with their avis, its team is welcomed by the other.

    No mandat moves: each usager signs anew with the other structure, if they wish (DOMAIN §3.4).
    """
    rights = HabilitationStructure.objects.filter(structure=into, ended_at__isnull=True)
    if into.id == structure_id or not rights.exists():
        return _refuse(SAME_STRUCTURE, structure_id, acteur, now)
    done = _end(structure_id, acteur, MotifDeFin.FERMETURE, now)
    if not isinstance(done, Denied):
        absorbed = Structure.objects.get(pk=structure_id)
        tell_team(absorbed, f"a rejoint « {into.name} », où vous avez les mêmes rôles. {_NONE_MOVED}", now)
        welcome_team(absorbed, into, acteur, now)
    return done


def _refuse(reason: ErrorCode, structure_id: UUID, acteur: Acteur, now: datetime) -> Denied:
    event = events.STRUCTURE_END_REFUSED
    record(event, acteur=acteur, at=now, subject=structure_id, structure=structure_id, reason=reason.code)
    return Denied(reason)


def standing_mandats(structure_id: UUID, now: datetime) -> QuerySet[Mandat]:
    """Return the mandats of a structure that have not ended."""
    return Mandat.objects.filter(structure=structure_id, ended_at__isnull=True, expires_at__gt=now)


def end_mandats_of_closed(now: datetime, batch: int = _BATCH) -> int:
    """End a batch of the mandats whose structure has lost its habilitation; return how many ended."""
    rights = HabilitationStructure.objects.filter(structure=OuterRef("structure"))
    waiting = Mandat.objects.filter(
        Exists(rights.filter(ended_at__lte=now)),
        ~Exists(rights.filter(ended_at__isnull=True)),
        ended_at__isnull=True,
        expires_at__gt=now,
    )
    found = list(waiting.order_by("accepted_at", "id").values_list("id", "structure_id")[:batch])
    motifs = {structure_id: _motif(structure_id) for structure_id in {place for _, place in found}}
    for structure_id in motifs:
        _hand_letters_to_accueil(structure_id)
    ended = [revoke_mandat(pk, SYSTEME, way=WAY, now=now, motif=motifs[place]) for pk, place in found]
    return sum(1 for one in ended if not isinstance(one, Denied))


def _motif(structure_id: UUID) -> MotifDeFin:
    """Return why the last habilitation ended, in our words; whatever they were, the right is lost."""
    last = HabilitationStructure.objects.filter(structure=structure_id).order_by("-ended_at").first()
    known = {motif.value for motif in OF_THE_STRUCTURE}
    return MotifDeFin(last.motif) if last and last.motif in known else MotifDeFin.HABILITATION


def _hand_letters_to_accueil(structure_id: UUID) -> None:
    """Nobody of a closed structure hands a letter over any more: the service prints those that wait."""
    waiting_of(STRUCTURE, structure_id).update(office=ACCUEIL)
