"""The monthly committee: its agenda, its decisions under the quotas, its closing with minutes that change no more."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from aidants.comptes.avis import write
from aidants.dispositif.courriels import Courriel
from aidants.dispositif.models import Candidature, Comite, PassageEnComite, Poste, Quota
from aidants.dispositif.proces_verbal import minutes_of
from aidants.dispositif.quotas import quota_for
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import errors, events
from aidants.domain.dispositif.etats import ETAT_LABELS, UNDER_REVIEW, EtatCandidature, may_become
from aidants.domain.dispositif.porteurs import LABELS, Porteur
from aidants.domain.errors import ErrorCode
from aidants.domain.territoires.fuseaux import time_zone_of
from aidants.journal.record import record
from aidants.structures.creation import create_structure
from aidants.structures.invitations import Invite, invite_for_service
from aidants.structures.models import Affectation, Structure


@dataclass(frozen=True, slots=True)
class Decided:
    """What a committee says of one application: ``posts`` when it is retained, ``reason`` otherwise."""

    decision: EtatCandidature
    posts: int = 0
    reason: str = ""


def comites() -> list[Comite]:
    """Return the committees, the next or last held first, without their minutes' bytes."""
    return list(Comite.objects.defer("minutes").order_by("-held_on"))


def open_comite(held_on: date, acteur: Acteur, now: datetime) -> Comite | Denied:
    """Plan a committee, of today at the earliest in Paris; one a month."""
    if held_on < timezone.localdate(now):
        return Denied(errors.COMITE_PAST)
    with transaction.atomic():
        if Comite.objects.filter(held_on__year=held_on.year, held_on__month=held_on.month).exists():
            return Denied(errors.COMITE_EXISTS)
        made, is_new = Comite.objects.get_or_create(
            held_on=held_on, defaults={"created_by_id": acteur.known_id, "created_at": now}
        )
        if not is_new:
            return Denied(errors.COMITE_EXISTS)
        record(events.COMITE_OPEN, acteur=acteur, at=now, subject=made.id)
    return made


def agenda_of(comite_id: UUID) -> list[PassageEnComite]:
    """Return the agenda in its order, with each application and its opinion."""
    rows = PassageEnComite.objects.filter(comite=comite_id).select_related("candidature", "candidature__avis")
    return list(rows.order_by("rank", "id"))


def ready_for_agenda() -> list[Candidature]:
    """Return the applications under review that are on no agenda, those whose opinion is known first."""
    waiting = Candidature.objects.filter(state__in=UNDER_REVIEW).exclude(passages__decision="", passages__isnull=False)
    rows = waiting.select_related("avis").order_by("submitted_at", "id")
    return sorted(rows, key=lambda one: not one.avis.sens)


def _locked(comite_id: UUID) -> Comite:
    return Comite.objects.select_for_update(no_key=True).defer("minutes").get(pk=comite_id)


def _refused(reason: ErrorCode, comite_id: UUID, subject: UUID, acteur: Acteur, now: datetime) -> Denied:
    facts = {"comite": str(comite_id)}
    record(events.COMITE_REFUSED, acteur=acteur, at=now, subject=subject, reason=reason.code, facts=facts)
    return Denied(reason)


@transaction.atomic
def remove_comite(comite_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Take back a committee on whose agenda nothing stands: planned by mistake, or for want of applications."""
    comite = _locked(comite_id)
    if comite.passages.exists():
        return _refused(errors.COMITE_NOT_EMPTY, comite_id, comite_id, acteur, now)
    comite.delete()
    record(events.COMITE_REMOVE, acteur=acteur, at=now, subject=comite_id)
    return GRANTED


@transaction.atomic
def enlist(comite_id: UUID, candidature_ids: Sequence[UUID], acteur: Acteur, now: datetime) -> Decision:
    """Put applications on the agenda of a committee that is not closed."""
    comite = _locked(comite_id)
    if comite.closed_at:
        return _refused(errors.COMITE_CLOSED, comite_id, comite_id, acteur, now)
    rank = comite.passages.aggregate(last=Max("rank"))["last"] or 0
    rows = Candidature.objects.select_for_update(no_key=True).filter(pk__in=candidature_ids, state__in=UNDER_REVIEW)
    for candidature in rows.exclude(passages__decision="", passages__isnull=False).order_by("submitted_at", "id"):
        if candidature.passages.filter(comite=comite).exists():
            continue
        rank += 1
        PassageEnComite.objects.create(comite=comite, candidature=candidature, rank=rank)
        facts = {"comite": str(comite_id)}
        record(events.COMITE_ENLIST, acteur=acteur, at=now, subject=candidature.id, facts=facts)
    return GRANTED


@transaction.atomic
def delist(passage: PassageEnComite, acteur: Acteur, now: datetime) -> Decision:
    """Take an application that was not decided off the agenda."""
    comite = _locked(passage.comite_id)
    rows = PassageEnComite.objects.filter(pk=passage.pk, decision="")
    if comite.closed_at or not rows.exists():
        return _refused(errors.COMITE_CLOSED, comite.id, passage.candidature_id, acteur, now)
    rows.delete()
    facts = {"comite": str(comite.id)}
    record(events.COMITE_DELIST, acteur=acteur, at=now, subject=passage.candidature_id, facts=facts)
    return GRANTED


def _why_not(passage: PassageEnComite, decided: Decided) -> ErrorCode | None:
    """Return why the committee cannot say this of this application now."""
    candidature = passage.candidature
    if passage.comite.closed_at:
        return errors.COMITE_CLOSED
    if passage.decision or not may_become(candidature.state, decided.decision):
        return errors.NOT_UNDER_REVIEW
    if not candidature.avis.sens and decided.decision is not EtatCandidature.ABANDONNEE:
        return errors.AVIS_AWAITED
    if decided.decision is EtatCandidature.RETENUE:
        return None if 1 <= decided.posts <= (candidature.posts_asked or 0) else errors.POSTS_NEEDED
    return None if decided.reason.strip() else errors.REASON_NEEDED


@transaction.atomic
def decide_passage(passage_id: UUID, decided: Decided, acteur: Acteur, now: datetime) -> Decision:
    """Write the committee's decision.  Retained: its posts are made under the quota, and its contact is invited.

    Two decisions at once on one quota pass one after the other; the second is refused what the first took.
    """
    rows = PassageEnComite.objects.select_for_update(of=("self", "candidature"))
    passage = rows.select_related("candidature", "candidature__avis", "candidature__campagne", "comite").get(
        pk=passage_id
    )
    reason = _why_not(passage, decided)
    quota = None
    if reason is None and decided.decision is EtatCandidature.RETENUE:
        quota, reason = _room_for(passage.candidature, decided.posts)
    if reason is not None:
        return _refused(reason, passage.comite_id, passage.candidature_id, acteur, now)
    retained = decided.decision is EtatCandidature.RETENUE
    passage.decision, passage.reason = decided.decision.value, decided.reason.strip()
    passage.posts = decided.posts if retained else None
    passage.decided_by_id, passage.decided_at = acteur.known_id, now
    passage.save()
    _apply(passage, quota, acteur, now)
    facts = {"comite": str(passage.comite_id), "decision": passage.decision, "posts": passage.posts or 0}
    record(events.COMITE_DECIDE, acteur=acteur, at=now, subject=passage.candidature_id, facts=facts)
    _tell(passage, now)
    return GRANTED


def _room_for(candidature: Candidature, posts: int) -> tuple[Quota | None, ErrorCode | None]:
    """Return the quota, locked until the transaction ends, or why it has no room."""
    found = quota_for(candidature.departement, candidature.reseau)
    if found is None:
        return None, errors.QUOTA_UNKNOWN
    quota = Quota.objects.select_for_update(no_key=True).get(pk=found.pk)
    return quota, None if quota.posts - quota.retained >= posts else errors.QUOTA_EXCEEDED


def _apply(passage: PassageEnComite, quota: Quota | None, acteur: Acteur, now: datetime) -> None:
    """Move the application, and make a retained one's structure and posts."""
    candidature = passage.candidature
    candidature.state, candidature.updated_at = passage.decision, now
    candidature.decided_at = None if passage.decision == EtatCandidature.EXAMEN else now
    candidature.reason = passage.reason
    if quota is not None and passage.posts:
        candidature.posts_retained = passage.posts
        candidature.structure = _structure_of(candidature, acteur, now)
        _make_posts(candidature, quota, passage.posts, now)
    candidature.save()


def _make_posts(candidature: Candidature, quota: Quota, posts: int, now: datetime) -> None:
    bareme = candidature.campagne.bareme if candidature.campagne else ""
    # A structure retained again keeps one run of numbers: its people speak of « poste n° 5 ».
    last = Poste.objects.filter(structure=candidature.structure).aggregate(last=Max("number"))["last"] or 0
    Poste.objects.bulk_create(
        Poste(
            structure=candidature.structure,
            candidature=candidature,
            quota=quota,
            departement=candidature.departement,
            number=number,
            bareme=bareme,
            created_at=now,
        )
        for number in range(last + 1, last + posts + 1)
    )


def _structure_of(candidature: Candidature, acteur: Acteur, now: datetime) -> Structure:
    """Return the structure of this SIRET, made now if the service does not know it, with the contact in its team.

    The committee has vouched for who applies: from here on the structure's referent signs in as anybody does.
    """
    found = Structure.objects.filter(siret=candidature.siret).order_by("created_at", "id").first()
    if found is None:
        fields = ("name", "siret", "street", "postcode", "city", "insee_code", "telephone", "email")
        given = {name: str(getattr(candidature, name)) for name in fields}
        given["kind"] = LABELS[Porteur(candidature.kind)][:64]
        given["time_zone"] = time_zone_of(candidature.departement)
        found = create_structure(given, acteur, now)
    is_member = Affectation.objects.filter(
        structure=found, compte__email=candidature.email, is_referent=True, ended_at__isnull=True
    ).exists()
    if not is_member:
        contact = Invite(
            candidature.email,
            candidature.given_name,
            candidature.family_name,
            candidature.profession,
            is_referent=True,
        )
        invite_for_service(found, contact, acteur, now)
    return found


def _tell(passage: PassageEnComite, now: datetime) -> None:
    candidature = passage.candidature
    facts = {
        "dossier": candidature.name,
        "decision": ETAT_LABELS[EtatCandidature(passage.decision)],
        "posts": passage.posts,
        "reason": passage.reason,
    }
    write(candidature.email, Courriel.CANDIDATURE_DECISION, now, about=candidature.id, **facts)


@transaction.atomic
def close_comite(comite_id: UUID, acteur: Acteur, now: datetime) -> Comite | Denied:
    """Close a committee whose whole agenda is decided: its minutes are made, kept as bytes, and change no more."""
    comite = _locked(comite_id)
    if comite.closed_at:
        return _refused(errors.COMITE_CLOSED, comite_id, comite_id, acteur, now)
    agenda = agenda_of(comite_id)
    if not agenda or any(not one.decision for one in agenda):
        return _refused(errors.COMITE_UNDECIDED, comite_id, comite_id, acteur, now)
    minutes = minutes_of(comite, agenda, now)
    comite.minutes, comite.minutes_sha256 = minutes, hashlib.sha256(minutes).hexdigest()
    comite.closed_at, comite.closed_by_id = now, acteur.known_id
    comite.save(update_fields=("minutes", "minutes_sha256", "closed_at", "closed_by"))
    facts = {"count": len(agenda), "sha256": comite.minutes_sha256}
    record(events.COMITE_CLOSE, acteur=acteur, at=now, subject=comite.id, facts=facts)
    return comite
