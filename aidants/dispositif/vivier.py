"""The pool: a person's profile, a structure's search, and where the two stand until the recruitment."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from aidants.comptes.avis import write
from aidants.dispositif.courriels import Courriel
from aidants.dispositif.models import Candidat, Enveloppe, MiseEnRelation, Poste
from aidants.domain.acteur import ANONYME, SYSTEME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import errors, events
from aidants.domain.dispositif.delais import BROUILLON_LIFE, POOL_LIFE, WITHDRAWN_LIFE
from aidants.domain.dispositif.distances import Point, box_around, distance_km
from aidants.domain.dispositif.etats import (
    RELATION_LABELS,
    RELATION_MEANS,
    TAKEN,
    EtatRelation,
    relation_may_become,
)
from aidants.domain.dispositif.vivier import FARTHEST_KM
from aidants.domain.errors import ErrorCode
from aidants.journal.record import record
from aidants.papiers.opening import opens_as_pdf
from aidants.structures.models import Structure

CV_MAX_BYTES = 5 * 1024 * 1024
_NEEDED = ("given_name", "family_name", "insee_code", "skills", "free_on")


def open_profile(email: str, now: datetime) -> Candidat:
    """Return the profile of an address, made empty if there is none: nobody sees it before it is published."""
    made, _ = Candidat.objects.defer("cv").get_or_create(
        email=email.strip().lower(), defaults={"created_at": now, "updated_at": now}
    )
    return made


def change_profile(candidat_id: UUID, fields: Mapping[str, Any], now: datetime) -> None:
    """Write what a person says of themselves."""
    Candidat.objects.filter(pk=candidat_id).update(**fields, updated_at=now)


def keep_cv(candidat_id: UUID, content: bytes, name: str, now: datetime) -> Decision:
    """Keep a CV as bytes of the database, never in a folder that a web server could serve."""
    if len(content) > CV_MAX_BYTES or not opens_as_pdf(content):
        return Denied(errors.CV_REFUSED)
    sha256 = hashlib.sha256(content).hexdigest()
    change_profile(candidat_id, {"cv": content, "cv_sha256": sha256, "cv_name": name[-128:]}, now)
    return GRANTED


@transaction.atomic
def publish(candidat_id: UUID, now: datetime) -> Decision:
    """Show the profile to retained structures."""
    row = Candidat.objects.select_for_update(no_key=True).defer("cv").get(pk=candidat_id)
    if not all(getattr(row, name) for name in _NEEDED):
        return Denied(errors.PROFILE_INCOMPLETE)
    row.published_at, row.withdrawn_at, row.updated_at = now, None, now
    row.save(update_fields=("published_at", "withdrawn_at", "updated_at"))
    facts = {"departement": row.departement}
    record(events.CANDIDAT_PUBLISH, acteur=ANONYME, at=now, subject=row.id, facts=facts)
    return GRANTED


@transaction.atomic
def withdraw(candidat_id: UUID, motif: str, acteur: Acteur, now: datetime) -> None:
    """Take a profile out of the pool: no structure finds it any more; what it said of a recruitment stays."""
    Candidat.objects.filter(pk=candidat_id, withdrawn_at__isnull=True).update(withdrawn_at=now, updated_at=now)
    record(events.CANDIDAT_WITHDRAW, acteur=acteur, at=now, subject=candidat_id, facts={"motif": motif})


def forget_profiles(now: datetime) -> None:
    """Delete profiles unpublished for three months, withdrawn for one, untouched for a year; not those recruited."""
    old = Q(published_at__isnull=True, updated_at__lt=now - BROUILLON_LIFE) | Q(updated_at__lt=now - POOL_LIFE)
    old |= Q(withdrawn_at__lt=now - WITHDRAWN_LIFE)
    stale = Candidat.objects.filter(old).exclude(mises_en_relation__contrats__isnull=False)
    stale = stale.exclude(mises_en_relation__state__in=TAKEN)
    for row in stale.only("id").order_by("id")[:200]:
        with transaction.atomic():
            MiseEnRelation.objects.filter(candidat=row.pk).delete()
            record(events.CANDIDAT_WITHDRAW, acteur=SYSTEME, at=now, subject=row.pk, facts={"motif": "conservation"})
            row.delete()


@dataclass(frozen=True, slots=True)
class Found:
    """A person of the pool as a search shows them: how far, and where they stand with the structure, if anywhere."""

    candidat: Candidat
    km: float
    relation: MiseEnRelation | None


@dataclass(frozen=True, slots=True)
class Search:
    """What a structure looks for: around ``centre``, within ``km``, free by ``free_by``, with all of ``skills``."""

    centre: Point
    km: int
    free_by: date | None = None
    skills: tuple[str, ...] = ()


def visible() -> QuerySet[Candidat]:
    """Return the profiles that may be found: published, not withdrawn, recruited by nobody."""
    rows = Candidat.objects.filter(published_at__isnull=False, withdrawn_at__isnull=True)
    return rows.exclude(mises_en_relation__state__in=TAKEN).defer("cv")


def search(structure_id: UUID, wanted: Search) -> list[Found]:
    """Return the people found, the nearest first.  Each also accepts that distance: DOMAIN §5, matching."""
    low, high = box_around(wanted.centre, min(wanted.km, FARTHEST_KM))
    rows = visible().filter(
        latitude__range=(low.latitude, high.latitude), longitude__range=(low.longitude, high.longitude)
    )
    if wanted.free_by:
        rows = rows.filter(free_on__lte=wanted.free_by)
    if wanted.skills:
        rows = rows.filter(skills__contains=list(wanted.skills))
    mine = {one.candidat_id: one for one in MiseEnRelation.objects.filter(structure=structure_id).order_by("id")}
    found = []
    for row in rows.order_by("id"):
        km = distance_km(wanted.centre, Point(row.latitude or 0.0, row.longitude or 0.0))
        if km <= min(wanted.km, row.distance_km):
            found.append(Found(row, km, mine.get(row.id)))
    return sorted(found, key=lambda one: (one.km, str(one.candidat.id)))


def relations_of(structure_id: UUID) -> list[MiseEnRelation]:
    """Return where a structure stands with people of the pool, the last moved first."""
    rows = MiseEnRelation.objects.filter(structure=structure_id).select_related("candidat", "poste")
    return list(rows.defer("candidat__cv").order_by("-updated_at", "id"))


def relations_with(candidat_id: UUID) -> list[MiseEnRelation]:
    """Return where a person stands with each structure, the last moved first."""
    rows = MiseEnRelation.objects.filter(candidat=candidat_id).select_related("structure")
    return list(rows.order_by("-updated_at", "id"))


@transaction.atomic
def open_relation(structure: Structure, candidat_id: UUID, acteur: Acteur, now: datetime) -> MiseEnRelation | Denied:
    """Open a profile: from here on both see where they stand.  Denied for who is not to be found."""
    candidat = visible().filter(pk=candidat_id).first()
    if candidat is None:
        return Denied(errors.RELATION_NOT_POSSIBLE)
    made, is_new = MiseEnRelation.objects.get_or_create(
        structure=structure, candidat=candidat, defaults={"created_at": now, "updated_at": now}
    )
    if is_new:
        _journal(made, "", acteur, now)
    return made


def _journal(relation: MiseEnRelation, before: str, acteur: Acteur, now: datetime) -> None:
    facts: dict[str, object] = {"candidat": str(relation.candidat_id), "state": relation.state, "before": before}
    if relation.poste_id:
        facts["poste"] = str(relation.poste_id)
    record(events.RELATION_MOVE, acteur=acteur, at=now, subject=relation.id, facts=facts)


def _refused(relation: MiseEnRelation, wanted: str, reason: ErrorCode, acteur: Acteur, now: datetime) -> Denied:
    facts = {"candidat": str(relation.candidat_id), "state": wanted}
    record(events.RELATION_REFUSED, acteur=acteur, at=now, subject=relation.id, reason=reason.code, facts=facts)
    return Denied(reason)


@transaction.atomic
def answer(relation_id: UUID, wanted: EtatRelation, acteur: Acteur, now: datetime) -> Decision:
    """Say that the structure is interested, or not; also takes back a recruitment announced and not signed."""
    row = MiseEnRelation.objects.select_for_update(no_key=True).get(pk=relation_id)
    if wanted in TAKEN or wanted is EtatRelation.RUPTURE or not relation_may_become(row.state, wanted):
        return _refused(row, wanted, errors.RELATION_NOT_POSSIBLE, acteur, now)
    if wanted is EtatRelation.INTERESSEE and not _is_free(row):
        return _refused(row, wanted, errors.CANDIDAT_TAKEN, acteur, now)
    _move(row, wanted, acteur, now, poste=None)
    return GRANTED


def _is_free(relation: MiseEnRelation) -> bool:
    own = relation.state in TAKEN
    elsewhere = MiseEnRelation.objects.filter(candidat=relation.candidat_id, state__in=TAKEN)
    return own or not elsewhere.exists()


def _move(row: MiseEnRelation, wanted: EtatRelation, acteur: Acteur, now: datetime, *, poste: Poste | None) -> None:
    """Write the new state and tell the person."""
    before, row.state, row.updated_at = row.state, wanted.value, now
    row.poste = poste
    row.save(update_fields=("state", "updated_at", "poste"))
    _journal(row, before, acteur, now)
    row = MiseEnRelation.objects.select_related("structure", "candidat").defer("candidat__cv").get(pk=row.pk)
    facts = {"structure": row.structure.name, "state": RELATION_LABELS[wanted], "means": RELATION_MEANS[wanted]}
    write(row.candidat.email, Courriel.VIVIER_NOUVELLE, now, about=row.candidat_id, **facts)


_TAKEN_BY_CONSTRAINT: Mapping[str, ErrorCode] = {
    "candidat_recruited_once": errors.CANDIDAT_TAKEN,
    "poste_recruited_once": errors.POSTE_NOT_FREE,
}


def recruit(relation_id: UUID, poste_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Recruit a person on a post of the structure: they are nobody else's, and the national figure moves by one.

    The national row is locked first, so that recruitments pass one after the other; what two at once would still do
    together, a constraint refuses and the loser is told why.
    """
    try:
        with transaction.atomic():
            return _recruit(relation_id, poste_id, acteur, now)
    except IntegrityError as error:
        told = next((code for name, code in _TAKEN_BY_CONSTRAINT.items() if name in str(error)), None)
        if told is None:
            raise
    with transaction.atomic():
        row = MiseEnRelation.objects.get(pk=relation_id)
        return _refused(row, EtatRelation.RECRUTEE, told, acteur, now)


def _recruit(relation_id: UUID, poste_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    figures = Enveloppe.objects.select_for_update(no_key=True).get()
    row = MiseEnRelation.objects.select_for_update(no_key=True).get(pk=relation_id)
    poste = Poste.objects.select_for_update(no_key=True).filter(pk=poste_id, structure=row.structure_id).first()
    reason = None
    if not relation_may_become(row.state, EtatRelation.RECRUTEE):
        reason = errors.RELATION_NOT_POSSIBLE
    elif figures.recruited >= figures.total:
        reason = errors.ALL_RECRUITED
    elif not _is_free(row):
        reason = errors.CANDIDAT_TAKEN
    elif poste is None or not is_poste_free(poste):
        reason = errors.POSTE_NOT_FREE
    if reason is not None:
        return _refused(row, EtatRelation.RECRUTEE, reason, acteur, now)
    _move(row, EtatRelation.RECRUTEE, acteur, now, poste=poste)
    return GRANTED


def is_poste_free(poste: Poste) -> bool:
    """Tell whether nobody is recruited on a post that was not given back."""
    return poste.withdrawn_at is None and not poste.mises_en_relation.filter(state__in=TAKEN).exists()


def free_postes(structure_id: UUID) -> list[Poste]:
    """Return the posts of a structure on which nobody is recruited."""
    rows = Poste.objects.filter(structure=structure_id, withdrawn_at__isnull=True)
    return list(rows.exclude(mises_en_relation__state__in=TAKEN).order_by("created_at", "number", "id"))


def read_cv(relation: MiseEnRelation, acteur: Acteur, now: datetime) -> bytes:
    """Return the CV's bytes to a structure that is interested; journaled."""
    with transaction.atomic():
        record(events.CANDIDAT_CONSULT, acteur=acteur, at=now, subject=relation.candidat_id)
    return bytes(Candidat.objects.only("cv").get(pk=relation.candidat_id).cv)
