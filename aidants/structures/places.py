"""Places in a team: roles given and withdrawn by a referent, and requests to join from another structure.

A structure never loses its last referent here, and nobody changes their own roles.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from aidants.comptes.avis import Avis, tell
from aidants.comptes.models import Compte
from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import (
    ADHESION_GONE,
    ADHESION_KNOWN,
    LAST_REFERENT,
    NOT_A_REFERENT,
    PLACE_ENDED,
    ROLE_OF_ONESELF,
    ErrorCode,
)
from aidants.domain.events import ADHESION_ANSWER, ADHESION_ASK, ROLE_CHANGE, ROLE_GRANT, ROLE_REFUSED, ROLE_WITHDRAW
from aidants.domain.roles import Role
from aidants.domain.statuts import may_be_aidant
from aidants.journal.record import record
from aidants.structures.identite import check_correction, correct_identity
from aidants.structures.models import Adhesion, Affectation, Structure
from aidants.structures.team import is_referent_of

ACCEPTED, REFUSED = "acceptee", "refusee"
# A request that nobody answered in a month is closed: its author may ask again.
ADHESION_LIVES = timedelta(days=30)


def _roles(is_aidant: bool, is_referent: bool) -> list[str]:
    return [role.value for role, held in ((Role.AIDANT, is_aidant), (Role.REFERENT, is_referent)) if held]


@transaction.atomic
def set_roles(
    place_id: UUID, acteur: Acteur, *, is_aidant: bool, is_referent: bool, statut: str = "", now: datetime
) -> Decision:
    """Give and withdraw the roles of one place of the acteur's structure; no role at all ends the place.

    ``statut`` is what the acteur declares of the person; nothing said, what was declared before stands.
    What was done from it stays; the person is told, and the next request already follows.
    """
    place = _held(place_id)
    reason = _why_not(place, acteur, is_referent) or _ineligible(place, statut, is_aidant=is_aidant)
    if reason is not None:
        record(ROLE_REFUSED, acteur=acteur, at=now, subject=place.compte_id, reason=reason.code)
        return Denied(reason)
    _write_roles(place, acteur, is_aidant=is_aidant, is_referent=is_referent, statut=statut, now=now)
    return GRANTED


def _held(place_id: UUID) -> Affectation:
    """Return a place, and hold its structure before it, as whoever changes a team does.

    It is read once both are held: another may have ended it meanwhile.
    """
    structures = Affectation.objects.filter(pk=place_id).values("structure")
    Structure.objects.select_for_update(no_key=True).only("id").get(pk__in=structures)
    places = Affectation.objects.select_for_update(of=("self",)).select_related("compte", "structure")
    return places.get(pk=place_id)


def _ineligible(place: Affectation, statut: str, *, is_aidant: bool) -> ErrorCode | None:
    """Return why somebody may not be an aidant, or not stay one (DOMAIN §4).

    Who was one before their status was asked for stays one until somebody declares it.
    """
    known = statut or place.statut
    if not is_aidant or (place.is_aidant and not known):
        return None
    verdict = may_be_aidant(known)
    return verdict.reason if isinstance(verdict, Denied) else None


@transaction.atomic
def change_place(
    place_id: UUID,
    acteur: Acteur,
    *,
    is_aidant: bool,
    is_referent: bool,
    statut: str,
    identity: Mapping[str, str],
    now: datetime,
) -> Decision:
    """Give and withdraw the roles of one place, and correct the name of who holds it: both or neither.

    ``identity`` holds what is to be read, named as in :data:`aidants.structures.identite.CORRECTED`.
    """
    place = Affectation.objects.select_related("structure", "compte").get(pk=place_id)
    named = check_correction(place.compte, identity, acteur, now)
    if isinstance(named, Denied):
        return named
    done = set_roles(place_id, acteur, is_aidant=is_aidant, is_referent=is_referent, statut=statut, now=now)
    if not isinstance(done, Denied):
        correct_identity(place.compte_id, identity, acteur, now, place.structure)
    return done


@transaction.atomic
def set_roles_from_outside(
    place: Affectation, acteur: Acteur, *, is_aidant: bool, is_referent: bool, statut: str = "", now: datetime
) -> Decision:
    """Do the same for a system that keeps the team up to date: it never takes the last referent away either."""
    place = _held(place.pk)
    if place.ended_at and not _roles(is_aidant, is_referent):
        return GRANTED
    reason = PLACE_ENDED if place.ended_at else _ineligible(place, statut, is_aidant=is_aidant)
    if place.is_referent and not is_referent and _is_last_referent(place):
        reason = LAST_REFERENT
    if reason is not None:
        record(ROLE_REFUSED, acteur=acteur, at=now, subject=place.compte_id, reason=reason.code)
        return Denied(reason)
    _write_roles(place, acteur, is_aidant=is_aidant, is_referent=is_referent, statut=statut, now=now)
    return GRANTED


def _write_roles(
    place: Affectation, acteur: Acteur, *, is_aidant: bool, is_referent: bool, statut: str, now: datetime
) -> None:
    """Write what differs, and tell the person of their roles; what is declared of them is journaled alone."""
    declared = statut or place.statut
    roles, before = _roles(is_aidant, is_referent), _roles(place.is_aidant, place.is_referent)
    if roles == before and declared == place.statut:
        return
    about = place.structure_id
    if roles:
        place.is_aidant, place.is_referent, place.statut = is_aidant, is_referent, declared
        place.save(update_fields=("is_aidant", "is_referent", "statut"))
        facts = {"roles": roles, "statut": declared}
        record(ROLE_CHANGE, acteur=acteur, at=now, subject=place.compte_id, structure=about, facts=facts)
    else:
        place.ended_at = now
        place.save(update_fields=("ended_at",))
        facts = {"roles": before}
        record(ROLE_WITHDRAW, acteur=acteur, at=now, subject=place.compte_id, structure=about, facts=facts)
    if roles != before:
        tell(place.compte, Avis.ROLE_CHANGE, now, told=_words(place.structure, roles))


def _words(structure: Structure, roles: list[str]) -> str:
    if not roles:
        return f"Vous n’êtes plus dans l’équipe de {structure.name}."
    return f"Dans l’équipe de {structure.name}, vous êtes maintenant {' et '.join(roles)}."


def _why_not(place: Affectation, acteur: Acteur, is_referent: bool) -> ErrorCode | None:
    """Return why the roles may not change; the structure's row is held meanwhile, so that two do not leave at once."""
    if acteur.structure_id != place.structure_id or not is_referent_of(acteur.known_id, place.structure_id):
        return NOT_A_REFERENT
    if place.ended_at is not None:
        return PLACE_ENDED
    if place.compte_id == acteur.id:
        return ROLE_OF_ONESELF
    if place.is_referent and not is_referent and _is_last_referent(place):
        return LAST_REFERENT
    return None


def _is_last_referent(place: Affectation) -> bool:
    others = Affectation.objects.filter(
        structure=place.structure_id, is_referent=True, ended_at__isnull=True, compte__is_active=True
    )
    return not others.exclude(pk=place.pk).exists()


@transaction.atomic
def ask_to_join(structure: Structure, compte: Compte, acteur: Acteur, now: datetime) -> Adhesion | Denied:
    """Ask to join a structure as an aidant; its referents are told."""
    Compte.objects.select_for_update(no_key=True).only("id").get(pk=compte.pk)
    standing = Affectation.objects.filter(compte=compte, structure=structure, ended_at__isnull=True)
    if standing.exists() or Adhesion.objects.filter(compte=compte, structure=structure, answer="").exists():
        record(ROLE_REFUSED, acteur=acteur, at=now, subject=compte.id, reason=ADHESION_KNOWN.code)
        return Denied(ADHESION_KNOWN)
    made = Adhesion.objects.create(compte=compte, structure=structure, asked_at=now)
    record(ADHESION_ASK, acteur=acteur, at=now, subject=made.id, structure=structure.id)
    referents = Affectation.objects.filter(structure=structure, is_referent=True, ended_at__isnull=True)
    for one in referents.select_related("compte").order_by("id"):
        tell(one.compte, Avis.ADHESION_DEMANDEE, now, asker=compte.full_name, structure=structure.name)
    return made


def waiting_to_join(structure_id: UUID) -> list[Adhesion]:
    """Return who waits for an answer of this structure, the first first."""
    rows = Adhesion.objects.filter(structure=structure_id, answer="").select_related("compte")
    return list(rows.order_by("asked_at", "id"))


@transaction.atomic
def answer_adhesion(adhesion_id: UUID, acteur: Acteur, *, accept: bool, statut: str = "", now: datetime) -> Decision:
    """Accept somebody as an aidant of the acteur's structure, by what is declared of them there, or not; one answer
    counts.
    """
    row = Adhesion.objects.select_for_update(of=("self",)).select_related("compte", "structure").get(pk=adhesion_id)
    reason = None
    if acteur.structure_id != row.structure_id or not is_referent_of(acteur.known_id, row.structure_id):
        reason = NOT_A_REFERENT
    elif row.answer:
        reason = ADHESION_GONE
    elif row.compte_id == acteur.id:
        reason = ROLE_OF_ONESELF
    elif accept and isinstance(verdict := may_be_aidant(statut), Denied):
        reason = verdict.reason
    if reason is not None:
        record(ROLE_REFUSED, acteur=acteur, at=now, subject=row.compte_id, reason=reason.code)
        return Denied(reason)
    row.answer, row.answered_at = ACCEPTED if accept else REFUSED, now
    row.answered_by = Compte.objects.get(pk=acteur.known_id)
    row.save(update_fields=("answer", "answered_at", "answered_by"))
    record(ADHESION_ANSWER, acteur=acteur, at=now, subject=row.id, facts={"answer": row.answer})
    if accept:
        _give_place(row, statut, acteur, now)
    tell(row.compte, Avis.ADHESION_REPONDUE, now, accepted=accept, structure=row.structure.name)
    return GRANTED


def _give_place(row: Adhesion, statut: str, acteur: Acteur, now: datetime) -> None:
    wanted = {"compte": row.compte, "structure": row.structure, "ended_at": None}
    Affectation.objects.get_or_create(**wanted, defaults={"is_aidant": True, "statut": statut, "started_at": now})
    facts = {"roles": [Role.AIDANT.value], "statut": statut}
    record(ROLE_GRANT, acteur=acteur, at=now, subject=row.compte_id, facts=facts)


@transaction.atomic
def take_back(adhesion_id: UUID, compte: Compte, acteur: Acteur, now: datetime) -> bool:
    """Let who asked take their request back; False when it was answered before, or is not theirs."""
    return _end(Adhesion.objects.filter(pk=adhesion_id, compte=compte), "retiree", acteur, now)


def close_late_adhesions(now: datetime) -> int:
    """Close the requests that nobody answered within :data:`ADHESION_LIVES`; return how many."""
    late = Adhesion.objects.filter(answer="", asked_at__lt=now - ADHESION_LIVES).order_by("asked_at", "id")
    closed = 0
    for found in list(late.values_list("id", flat=True)):
        with transaction.atomic():
            closed += _end(Adhesion.objects.filter(pk=found), "expiree", SYSTEME, now)
    return closed


def _end(asked: QuerySet[Adhesion], how: str, acteur: Acteur, now: datetime) -> bool:
    """End one request without an answer, unless it has one; of two who end it one does, and journals it."""
    row = asked.filter(answer="").values_list("id", "structure_id").first()
    if row is None or not asked.filter(answer="").update(answer=how, answered_at=now):
        return False
    record(ADHESION_ANSWER, acteur=acteur, at=now, subject=row[0], structure=row[1], facts={"answer": how})
    return True
