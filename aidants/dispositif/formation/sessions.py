"""Approved bodies, their sessions, and who takes a place in them."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from aidants.comptes.avis import tell
from aidants.comptes.models import Compte, Fonction
from aidants.dispositif.courriels import Courriel
from aidants.dispositif.formation.models import Inscription, MembreOrganisme, Organisme, SessionFormation
from aidants.dispositif.models import Candidat
from aidants.domain.acteur import Acteur
from aidants.domain.activite import errors, events
from aidants.domain.decisions import Denied
from aidants.domain.dispositif.distances import Point, distance_km
from aidants.domain.roles import Role
from aidants.domain.territoires.communes import Commune, commune
from aidants.journal.record import record

_STANDING = Q(inscriptions__ended_at__isnull=True, inscriptions__isnull=False)


def organisme_of(compte_id: UUID) -> Organisme | None:
    """Return the approved body that somebody works for now."""
    rows = Organisme.objects.filter(ended_at__isnull=True, membres__compte=compte_id, membres__ended_at__isnull=True)
    return rows.first()


@transaction.atomic
def approve_organisme(fields: dict[str, str], acteur: Acteur, now: datetime) -> Organisme:
    """Approve a training body from checked ``fields`` (name, siret, departement, city)."""
    made = Organisme.objects.create(**fields, approved_at=now)
    record(events.ORGANISME_APPROVE, acteur=acteur, at=now, subject=made.id)
    return made


@transaction.atomic
def end_approval(organisme_id: UUID, acteur: Acteur, now: datetime) -> bool:
    """End a body's approval: it marks and certifies nothing any more; what it did stays."""
    done = bool(Organisme.objects.filter(pk=organisme_id, ended_at__isnull=True).update(ended_at=now))
    if done:
        record(events.ORGANISME_END, acteur=acteur, at=now, subject=organisme_id)
    return done


@transaction.atomic
def add_member(organisme: Organisme, email: str, acteur: Acteur, now: datetime) -> Compte | None:
    """Attach an agent who holds the role ``organisme``; ``None`` when no such account has that address."""
    holders = Fonction.objects.filter(role=Role.ORGANISME, ended_at__isnull=True).values("compte")
    compte = Compte.objects.filter(email=email.strip().lower(), is_active=True, pk__in=holders).first()
    if compte is None:
        return None
    MembreOrganisme.objects.filter(compte=compte, ended_at__isnull=True).update(ended_at=now)
    MembreOrganisme.objects.create(organisme=organisme, compte=compte, started_at=now)
    record(events.ORGANISME_MEMBER, acteur=acteur, at=now, subject=organisme.id, facts={"compte": str(compte.id)})
    return compte


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a body says of a session."""

    cadre: str
    kind: str
    city: str
    insee_code: str
    departement: str
    starts_on: date
    ends_on: date
    places: int


@transaction.atomic
def open_session(organisme: Organisme, given: NewSession, acteur: Acteur, now: datetime) -> SessionFormation:
    """Open a session of a body."""
    fields = {name: getattr(given, name) for name in NewSession.__dataclass_fields__}
    made = SessionFormation.objects.create(organisme=organisme, created_at=now, **fields)
    facts = {"cadre": given.cadre, "places": given.places}
    record(events.SESSION_OPEN, acteur=acteur, at=now, subject=made.id, facts=facts)
    return made


@transaction.atomic
def cancel_session(session: SessionFormation, acteur: Acteur, now: datetime) -> bool:
    """Cancel a session that has not begun; whoever was inscribed is told, and free to choose another."""
    rows = SessionFormation.objects.filter(
        pk=session.pk, cancelled_at__isnull=True, starts_on__gt=timezone.localdate(now)
    )
    if not rows.update(cancelled_at=now):
        return False
    standing = Inscription.objects.filter(session=session, ended_at__isnull=True)
    for one in standing.select_related("compte").order_by("id"):
        tell(one.compte, Courriel.SESSION_ANNULEE, now, session=session)
    standing.update(ended_at=now)
    record(events.SESSION_CANCEL, acteur=acteur, at=now, subject=session.id)
    return True


def sessions_of(organisme: Organisme) -> QuerySet[SessionFormation]:
    """Return a body's sessions with how many places are taken, the last to begin first."""
    rows = SessionFormation.objects.filter(organisme=organisme).annotate(taken=Count("inscriptions", filter=_STANDING))
    return rows.order_by("-starts_on", "id")


@dataclass(frozen=True, slots=True)
class Near:
    """A session, how many took a place, and how far its commune is in kilometres (``None``: not known)."""

    session: SessionFormation
    taken: int
    km: float | None


def sessions_near(cadre: str, insee_code: str, today: date) -> list[Near]:
    """Return the sessions still open to inscription, the nearest of a commune first; by one query.

    The distance is between the communes' own points (``aidants/domain/territoires/SOURCE.md``), « environ ».
    """
    rows = SessionFormation.objects.filter(
        cadre=cadre, cancelled_at__isnull=True, ends_on__gte=today, organisme__ended_at__isnull=True
    )
    counted = rows.annotate(taken=Count("inscriptions", filter=_STANDING)).select_related("organisme")
    here = commune(insee_code)
    found = [
        Near(one, one.taken, _between(here, commune(one.insee_code))) for one in counted.order_by("starts_on", "id")
    ]
    return sorted(found, key=lambda one: math.inf if one.km is None else one.km)


def _between(one: Commune | None, other: Commune | None) -> float | None:
    if one is None or other is None:
        return None
    return distance_km(Point(one.latitude, one.longitude), Point(other.latitude, other.longitude))


def home_of(compte_id: UUID, insee_code: str) -> str:
    """Return the commune to count from: where somebody of the pool lives, or else their structure's, given."""
    own = Candidat.objects.filter(compte=compte_id).exclude(insee_code="").values_list("insee_code", flat=True)
    return own.order_by("id").first() or insee_code


@transaction.atomic
def inscribe(session_id: UUID, compte: Compte, acteur: Acteur, now: datetime) -> Inscription | Denied:
    """Take a place in a session; of two for the last place, one wins."""
    session = SessionFormation.objects.select_for_update().filter(pk=session_id).first()
    denied = _no_place(session, compte, now)
    if session is None or denied:
        reason = denied or errors.SESSION_OVER
        record(events.INSCRIPTION_REFUSED, acteur=acteur, at=now, subject=session_id, reason=reason.code)
        return Denied(reason)
    made = Inscription.objects.create(session=session, compte=compte, cadre=session.cadre, created_at=now)
    facts = {"inscription": str(made.id)}
    record(events.INSCRIPTION_MAKE, acteur=acteur, at=now, subject=session.id, facts=facts)
    return made


def _no_place(session: SessionFormation | None, compte: Compte, now: datetime) -> errors.ErrorCode | None:
    if session is None or session.cancelled_at or session.ends_on < timezone.localdate(now):
        return errors.SESSION_OVER
    Compte.objects.select_for_update(no_key=True).only("id").get(pk=compte.pk)
    if Inscription.objects.filter(compte=compte, cadre=session.cadre, ended_at__isnull=True).exists():
        return errors.ALREADY_INSCRIBED
    taken = Inscription.objects.filter(session=session, ended_at__isnull=True).count()
    return errors.SESSION_FULL if taken >= session.places else None


@transaction.atomic
def leave(inscription_id: UUID, compte: Compte, acteur: Acteur, now: datetime) -> bool:
    """Give one's place back; the half-days attended stay counted."""
    mine = Inscription.objects.filter(pk=inscription_id, compte=compte, ended_at__isnull=True)
    if not mine.update(ended_at=now):
        return False
    record(
        events.INSCRIPTION_LEAVE, acteur=acteur, at=now, subject=compte.id, facts={"inscription": str(inscription_id)}
    )
    return True
