"""National roles given and withdrawn by an administrateur (DOMAIN §4).

Any role but ``administrateur`` takes one of them and a fresh second factor; ``administrateur`` itself takes two: one
asks, another answers within seven days, both to give and to withdraw, and two always remain.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from aidants.comptes.avis import Avis, tell
from aidants.comptes.fonctions import fonction_of
from aidants.comptes.models import Compte, Fonction
from aidants.comptes.sessions.open import close_all
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import (
    LAST_ADMINISTRATEUR,
    NOMINATION_GONE,
    NOMINATION_SAME_PERSON,
    ROLE_HELD,
    ROLE_OF_ONESELF,
    ErrorCode,
)
from aidants.domain.events import (
    NOMINATION_ANSWER,
    NOMINATION_ASK,
    NOMINATION_REFUSED,
    ROLE_GRANT,
    ROLE_REFUSED,
    ROLE_WITHDRAW,
)
from aidants.domain.roles import FEWEST_ADMINISTRATEURS, LABELS, Role
from aidants.journal.limits import one_at_a_time
from aidants.journal.record import record
from aidants.structures.invitations import Invite, invite_to_role
from aidants.structures.models import Nomination

LIFE = timedelta(days=7)
APPROVED, REFUSED = "approuvee", "refusee"


@dataclass(frozen=True, slots=True)
class Given:
    """What came of giving a role: ``invited`` when the person has no account yet."""

    email: str
    invited: bool


def holders() -> list[Fonction]:
    """Return every standing national role, by role and name."""
    rows = Fonction.objects.filter(ended_at__isnull=True).select_related("compte")
    return list(rows.order_by("role", "departement", "compte__family_name", "compte__given_name", "id"))


def open_nominations(now: datetime) -> list[Nomination]:
    """Return what waits for a second administrateur, the first asked first."""
    rows = Nomination.objects.filter(answer="", expires_at__gt=now).select_related("asked_by", "fonction")
    return list(rows.order_by("asked_at", "id"))


@transaction.atomic
def give_role(invited: Invite, acteur: Acteur, now: datetime) -> Given | Nomination | Denied:
    """Give a national role; ``administrateur`` waits for a second person."""
    email = invited.email.strip().lower()
    known = Compte.objects.filter(email=email, is_active=True).first()
    held = Fonction.objects.filter(compte__email=email, role=invited.role, ended_at__isnull=True)
    if known is not None and known.pk == acteur.id:
        return _refuse(ROLE_OF_ONESELF, known.pk, acteur, now)
    if held.filter(departement=invited.departement).exists():
        return _refuse(ROLE_HELD, known.pk if known else None, acteur, now)
    if invited.role == Role.ADMINISTRATEUR:
        return _ask(email, invited.given_name, invited.family_name, invited.profession, None, acteur, now)
    return _give(invited, known, acteur, now)


def _give(invited: Invite, known: Compte | None, acteur: Acteur, now: datetime) -> Given:
    """Give the role to an account, or invite who has none: accepting makes it."""
    if known is None:
        invite_to_role(invited, acteur, now)
        return Given(invited.email.strip().lower(), invited=True)
    wanted: dict[str, Any] = {
        "compte": known,
        "role": invited.role,
        "departement": invited.departement,
        "ended_at": None,
    }
    Fonction.objects.get_or_create(**wanted)
    facts = {"roles": [invited.role], "departement": invited.departement}
    record(ROLE_GRANT, acteur=acteur, at=now, subject=known.id, facts=facts)
    tell(known, Avis.ROLE_CHANGE, now, told=f"Vous avez maintenant la fonction nationale « {LABELS[invited.role]} ».")
    return Given(known.email, invited=False)


def _refuse(reason: ErrorCode, subject: UUID | None, acteur: Acteur, now: datetime) -> Denied:
    record(ROLE_REFUSED, acteur=acteur, at=now, subject=subject, reason=reason.code)
    return Denied(reason)


def _ask(
    email: str,
    given_name: str,
    family_name: str,
    profession: str,
    fonction: Fonction | None,
    acteur: Acteur,
    now: datetime,
) -> Nomination | Denied:
    """Ask another administrateur; one request a person waits, however many ask for them at once."""
    one_at_a_time(f"nomination {email}")
    Nomination.objects.filter(answer="", expires_at__lte=now).update(answer="retiree", answered_at=now)
    if Nomination.objects.filter(email=email, answer="").exists():
        return _refuse(ROLE_HELD, fonction.compte_id if fonction else None, acteur, now)
    asker = Compte.objects.get(pk=acteur.known_id)
    names = {"email": email, "given_name": given_name, "family_name": family_name, "profession": profession}
    made = Nomination.objects.create(**names, fonction=fonction, asked_by=asker, asked_at=now, expires_at=now + LIFE)
    record(NOMINATION_ASK, acteur=acteur, at=now, subject=made.id, facts={"withdraw": fonction is not None})
    for one in _administrateurs().exclude(compte=asker).select_related("compte").order_by("id"):
        tell(one.compte, Avis.NOMINATION_DEMANDEE, now, asker=asker.full_name)
    return made


def _administrateurs() -> QuerySet[Fonction]:
    """Return the functions of the administrateurs who can come in."""
    return Fonction.objects.filter(role=Role.ADMINISTRATEUR.value, ended_at__isnull=True, compte__is_active=True)


@transaction.atomic
def withdraw_role(fonction_id: UUID, acteur: Acteur, now: datetime) -> Nomination | Decision:
    """Withdraw a national role at once, its holder's sessions closed; an administrateur's waits for a second person."""
    row = Fonction.objects.select_for_update(of=("self",)).select_related("compte").get(pk=fonction_id)
    if row.compte_id == acteur.id:
        return _refuse(ROLE_OF_ONESELF, row.compte_id, acteur, now)
    if row.ended_at is not None:
        return _refuse(ROLE_HELD, row.compte_id, acteur, now)
    if row.role == Role.ADMINISTRATEUR:
        if _administrateurs().count() <= FEWEST_ADMINISTRATEURS:
            return _refuse(LAST_ADMINISTRATEUR, row.compte_id, acteur, now)
        who = row.compte
        return _ask(who.email, who.given_name, who.family_name, who.profession, row, acteur, now)
    _withdraw(row, acteur, now)
    return GRANTED


def _withdraw(row: Fonction, acteur: Acteur, now: datetime) -> None:
    row.ended_at = now
    row.save(update_fields=("ended_at",))
    close_all(row.compte, acteur, now)
    facts = {"roles": [row.role], "departement": row.departement}
    record(ROLE_WITHDRAW, acteur=acteur, at=now, subject=row.compte_id, facts=facts)
    tell(row.compte, Avis.ROLE_CHANGE, now, told=f"Votre fonction nationale « {LABELS[row.role]} » est terminée.")


@transaction.atomic
def answer_nomination(nomination_id: UUID, acteur: Acteur, *, approve: bool, now: datetime) -> Decision:
    """Answer what another administrateur asked: approving does it at once."""
    row = Nomination.objects.select_for_update(of=("self",)).select_related("fonction__compte").get(pk=nomination_id)
    reason = _why_no_answer(row, acteur, now, approve=approve)
    if reason is not None:
        record(NOMINATION_REFUSED, acteur=acteur, at=now, subject=row.id, reason=reason.code)
        return Denied(reason)
    row.answer, row.answered_at = APPROVED if approve else REFUSED, now
    row.answered_by = Compte.objects.get(pk=acteur.known_id)
    row.save(update_fields=("answer", "answered_at", "answered_by"))
    record(NOMINATION_ANSWER, acteur=acteur, at=now, subject=row.id, facts={"answer": row.answer})
    if approve and row.fonction is not None:
        _withdraw(row.fonction, acteur, now)
    elif approve:
        role = Role.ADMINISTRATEUR.value
        invited = Invite(row.email, row.given_name, row.family_name, row.profession, role=role)
        _give(invited, Compte.objects.filter(email=row.email, is_active=True).first(), acteur, now)
    return GRANTED


def _why_no_answer(row: Nomination, acteur: Acteur, now: datetime, *, approve: bool) -> ErrorCode | None:
    if row.answer or row.expires_at <= now or (row.fonction is not None and row.fonction.ended_at is not None):
        return NOMINATION_GONE
    if row.asked_by_id == acteur.id or not fonction_of(acteur.known_id, Role.ADMINISTRATEUR):
        return NOMINATION_SAME_PERSON
    if row.fonction is not None and row.fonction.compte_id == acteur.id:
        return ROLE_OF_ONESELF
    # Locked before they are counted: of two withdrawals approved at once, the second counts what the first left.
    held = _administrateurs().select_for_update(of=("self",)).order_by("id")
    if approve and row.fonction is not None and len(held) <= FEWEST_ADMINISTRATEURS:
        return LAST_ADMINISTRATEUR
    return None
