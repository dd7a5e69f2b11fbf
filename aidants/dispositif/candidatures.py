"""A structure's application, from the first address typed to its submission; decisions are the committee's."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from aidants.comptes.avis import write
from aidants.comptes.models import Fonction
from aidants.dispositif.courriels import Courriel
from aidants.dispositif.models import AvisPrefet, Campagne, Candidature, Enveloppe, LieuAccueil
from aidants.dispositif.parametres import values_on
from aidants.dispositif.sirene import find_etablissement
from aidants.domain.acteur import ANONYME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import errors, events
from aidants.domain.dispositif.delais import BROUILLON_LIFE
from aidants.domain.dispositif.etats import EtatCandidature, may_become
from aidants.domain.dispositif.porteurs import Appel, Demande, appel_for, reasons_against
from aidants.domain.errors import ErrorCode
from aidants.domain.roles import Role
from aidants.domain.territoires.communes import Commune
from aidants.journal.record import record

OPEN_AT_MOST = 5
"""Dossiers in preparation for one address."""
# What a dossier needs before it is submitted, and the step that asks for it; places are counted, in rows of their own.
STEPS: Mapping[str, tuple[str, ...]] = {
    "porteur": ("kind", "siret", "name", "street", "postcode", "city"),
    "contact": ("given_name", "family_name", "telephone"),
    "lieux": (),
    "projet": ("posts_asked", "project"),
}


def open_dossier(email: str, now: datetime) -> Candidature | None:
    """Begin a dossier for an address that nobody confirmed yet; ``None`` when it has too many in preparation."""
    email = email.strip().lower()
    mine = Candidature.objects.filter(email=email, state=EtatCandidature.BROUILLON)
    if mine.count() >= OPEN_AT_MOST:
        return None
    with transaction.atomic():
        made = Candidature.objects.create(email=email, created_at=now, updated_at=now)
        record(events.CANDIDATURE_OPEN, acteur=ANONYME, at=now, subject=made.id)
    return made


def dossiers_of(email: str) -> list[Candidature]:
    """Return the applications of an address, the last touched first."""
    return list(Candidature.objects.filter(email=email.strip().lower()).order_by("-updated_at", "id")[:10])


def missing_steps(candidature: Candidature, places: int) -> list[str]:
    """Return the steps that lack an answer, in their order."""
    answers = {step: all(getattr(candidature, name) for name in names) for step, names in STEPS.items()}
    answers["lieux"] = places > 0
    return [step for step, answered in answers.items() if not answered]


def change_dossier(candidature_id: UUID, fields: Mapping[str, Any], now: datetime) -> Decision:
    """Write some answers of a dossier in preparation.  Denied once it is submitted."""
    rows = Candidature.objects.filter(pk=candidature_id, state=EtatCandidature.BROUILLON)
    return GRANTED if rows.update(**fields, updated_at=now) else Denied(errors.DOSSIER_FIXED)


@transaction.atomic
def add_place(candidature_id: UUID, name: str, commune: Commune, now: datetime) -> Decision:
    """Add a place of reception to a dossier in preparation."""
    if change_dossier(candidature_id, {}, now) != GRANTED:
        return Denied(errors.DOSSIER_FIXED)
    LieuAccueil.objects.create(
        candidature_id=candidature_id, name=name, insee_code=commune.code, city=commune.name, created_at=now
    )
    return GRANTED


@transaction.atomic
def remove_place(candidature_id: UUID, lieu_id: UUID, now: datetime) -> Decision:
    """Take a place away from a dossier in preparation."""
    if change_dossier(candidature_id, {}, now) != GRANTED:
        return Denied(errors.DOSSIER_FIXED)
    LieuAccueil.objects.filter(pk=lieu_id, candidature=candidature_id).delete()
    return GRANTED


def campagnes() -> list[Campagne]:
    """Return the calls, the first opened first."""
    return list(Campagne.objects.order_by("opens_on", "label"))


def _appel(campagne: Campagne) -> Appel:
    return Appel(tuple(campagne.kinds), campagne.opens_on, campagne.closes_on)


def asked_by(candidature: Candidature, places: int, calls: Sequence[Campagne], now: datetime) -> Demande:
    """Return the facts that the rules of eligibility read."""
    figures, today = Enveloppe.objects.get(), timezone.localdate(now)
    return Demande(
        kind=candidature.kind,
        siret=candidature.siret,
        reseau=candidature.reseau,
        posts_asked=candidature.posts_asked or 0,
        places=places,
        appels=[_appel(one) for one in calls],
        today=today,
        recruited=figures.recruited,
        total=figures.total,
        posts_at_most=values_on(today)["posts_at_most"],
    )


def reasons_not_to_submit(candidature: Candidature, places: int, now: datetime) -> list[ErrorCode]:
    """Return every reason why the dossier cannot be submitted now: what is missing, the rules', the register's.

    What nobody has answered yet breaks no rule: it is missing, and that is said once.
    """
    missing = missing_steps(candidature, places)
    found = [errors.DOSSIER_INCOMPLETE] if missing else []
    if candidature.kind and candidature.siret:
        broken = dict.fromkeys(reasons_against(asked_by(candidature, places, campagnes(), now)))
        found += [code for code in broken if candidature.posts_asked or code != errors.POSTS_OUT_OF_RANGE]
    known = find_etablissement(candidature.siret)
    if known and not known.is_open:
        found.append(errors.SIRET_CLOSED)
    return found


@transaction.atomic
def submit(candidature_id: UUID, now: datetime) -> Candidature | Denied:
    """Submit a dossier: it changes no more, and the préfecture's 15 days begin.  Of two at once, one submits."""
    dossier = Candidature.objects.select_for_update(no_key=True).get(pk=candidature_id)
    if not may_become(dossier.state, EtatCandidature.DEPOSEE):
        return Denied(errors.DOSSIER_FIXED)
    reasons = reasons_not_to_submit(dossier, dossier.lieux.count(), now)
    if reasons:
        reason = reasons[0]
        record(
            events.CANDIDATURE_SUBMIT_REFUSED,
            acteur=ANONYME,
            at=now,
            subject=dossier.id,
            reason=reason.code,
            facts={"reasons": [one.code for one in reasons]},
        )
        return Denied(reason)
    dossier.campagne = _campagne_for(dossier.kind, now)
    dossier.state, dossier.submitted_at, dossier.updated_at = EtatCandidature.DEPOSEE.value, now, now
    dossier.save(update_fields=("campagne", "state", "submitted_at", "updated_at"))
    due_at = now + timedelta(days=values_on(timezone.localdate(now))["avis_days"])
    AvisPrefet.objects.create(candidature=dossier, departement=dossier.departement, asked_at=now, due_at=due_at)
    facts = {"kind": dossier.kind, "departement": dossier.departement, "posts": dossier.posts_asked}
    record(events.CANDIDATURE_SUBMIT, acteur=ANONYME, at=now, subject=dossier.id, facts=facts)
    _tell_submission(dossier, due_at, now)
    return dossier


def _campagne_for(kind: str, now: datetime) -> Campagne:
    """Return the call that the rules chose; they granted it a moment ago."""
    calls = campagnes()
    chosen = appel_for(kind, [_appel(one) for one in calls], timezone.localdate(now))
    return next(one for one in calls if _appel(one) == chosen)


def _tell_submission(dossier: Candidature, due_at: datetime, now: datetime) -> None:
    write(dossier.email, Courriel.CANDIDATURE_DEPOSEE, now, about=dossier.id, dossier=dossier.name, due_at=due_at)
    agents = Fonction.objects.filter(
        role=Role.PREFECTURE, departement=dossier.departement, ended_at__isnull=True, compte__is_active=True
    )
    for held in agents.select_related("compte").order_by("id"):
        write(held.compte.email, Courriel.AVIS_DEMANDE, now, about=dossier.id, due_at=due_at)


@transaction.atomic
def abandon(candidature_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Give an application up, by the applicant; possible until the committee has decided."""
    dossier = Candidature.objects.select_for_update(no_key=True).get(pk=candidature_id)
    if not may_become(dossier.state, EtatCandidature.ABANDONNEE):
        return Denied(errors.DOSSIER_FIXED)
    dossier.state, dossier.decided_at, dossier.updated_at = EtatCandidature.ABANDONNEE.value, now, now
    dossier.save(update_fields=("state", "decided_at", "updated_at"))
    dossier.passages.filter(decision="").delete()
    record(events.CANDIDATURE_ABANDON, acteur=acteur, at=now, subject=dossier.id)
    return GRANTED


def duplicates_of(candidature: Candidature) -> list[Candidature]:
    """Return the other submitted applications with the same SIRET, the last first."""
    if not candidature.siret:
        return []
    others = Candidature.objects.filter(siret=candidature.siret).exclude(pk=candidature.pk)
    return list(others.exclude(state=EtatCandidature.BROUILLON).order_by("-submitted_at", "id"))


def others_of_territory(candidature: Candidature) -> list[Candidature]:
    """Return the other applications of the department, those under review first (DOMAIN §5, review)."""
    others = Candidature.objects.filter(departement=candidature.departement).exclude(pk=candidature.pk)
    found = others.exclude(state=EtatCandidature.BROUILLON).order_by("submitted_at", "id")
    order: list[str] = [EtatCandidature.DEPOSEE, EtatCandidature.EXAMEN, EtatCandidature.RETENUE]
    return sorted(found, key=lambda one: order.index(one.state) if one.state in order else len(order))


def forget_unsubmitted(now: datetime) -> None:
    """Delete dossiers that nobody submitted and nobody touched for three months."""
    old = Candidature.objects.filter(submitted_at__isnull=True, updated_at__lt=now - BROUILLON_LIFE)
    old.delete()
