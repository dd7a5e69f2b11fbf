"""Inviting somebody: a message with a code that serves once, within seven days, and what its acceptance makes.

A referent invites for their own structure, as aidant or referent; to a national role, an administrateur from a page
(:mod:`aidants.structures.nominations`) or an operator by a command.  Nothing is made before the acceptance.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q, QuerySet

from aidants.comptes.avis import Avis, tell, write
from aidants.comptes.fonctions import fonctions_of
from aidants.comptes.liens import code_digest, new_code
from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import (
    ALREADY_IN_TEAM,
    INVITATION_FOR_ANOTHER,
    INVITATION_GONE,
    INVITATIONS_TOO_MANY,
    NOT_A_REFERENT,
    SIGN_IN_TO_ACCEPT,
    ErrorCode,
)
from aidants.domain.events import (
    INVITATION_ACCEPT,
    INVITATION_ACCEPT_REFUSED,
    INVITATION_CANCEL,
    INVITATION_REFUSED,
    INVITATION_SEND,
    ROLE_GRANT,
)
from aidants.domain.fiches import FicheAidant
from aidants.domain.roles import LABELS
from aidants.domain.statuts import may_be_aidant
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record, record_counted
from aidants.structures.models import Affectation, Invitation, ReferencePartenaire, Structure
from aidants.structures.team import is_referent_of

LIFE = timedelta(days=7)
_PURPOSE = "invitation"
# A referent's mistake, a stolen session, a file or a script gone mad must not become a mailing: into one structure.
A_DAY = 50


class Ineligible(ValueError):
    """Somebody was to be invited as an aidant whose status was not declared, or does not let them be one."""


@dataclass(frozen=True, slots=True)
class Invite:
    """Who is invited, as what in a structure, or to which national role."""

    email: str
    given_name: str
    family_name: str
    profession: str = ""
    is_aidant: bool = False
    is_referent: bool = False
    role: str = ""
    departement: str = ""
    statut: str = ""

    @property
    def may_come(self) -> Decision:
        """Whether what is declared of them lets them be what they are invited as (DOMAIN §4)."""
        return may_be_aidant(self.statut) if self.is_aidant else GRANTED

    @classmethod
    def of(cls, person: FicheAidant | Invitation, statut: str = "") -> "Invite":
        """Return the invitation of whom a file, a trusted system or an older invitation speaks.

        ``statut``: where it declares none.
        """
        names = (person.email, person.given_name, person.family_name, person.profession)
        return cls(*names, person.is_aidant, person.is_referent, statut=person.statut or statut)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invitation that nobody answered yet, as the team's page shows it."""

    invitation: Invitation
    is_expired: bool


def waiting(structure_id: UUID, now: datetime) -> list[Waiting]:
    """Return the invitations of a structure that nobody answered, the last first."""
    rows = Invitation.objects.filter(structure=structure_id, accepted_at__isnull=True, cancelled_at__isnull=True)
    return [Waiting(row, row.expires_at <= now) for row in rows.order_by("-created_at", "id")]


def invite(structure: Structure, invited: Invite, acteur: Acteur, now: datetime) -> Invitation | Denied:
    """Invite somebody into the team of the acteur's own structure; an earlier invitation to them dies."""
    if acteur.structure_id != structure.id or not is_referent_of(acteur.known_id, structure.id):
        return _refuse(NOT_A_REFERENT, structure, acteur, now)
    if isinstance(invited.may_come, Denied):
        return _refuse(invited.may_come.reason, structure, acteur, now)
    with transaction.atomic():
        full = is_full_today(structure, now)
        if _is_settled(_address_of(invited), structure):
            return _refuse(ALREADY_IN_TEAM, structure, acteur, now)
        if full:
            return _refuse(INVITATIONS_TOO_MANY, structure, acteur, now)
        _cancel_standing(invited, structure, acteur, now)
        return _send(invited, structure, acteur, now)


def invite_for_service(structure: Structure, invited: Invite, acteur: Acteur, now: datetime) -> Invitation:
    """Invite in the name of the service (an instructeur, a file, a trusted system), in the caller's transaction.

    Raises :class:`Ineligible`: the caller has asked who they are.
    """
    _cancel_standing(invited, structure, acteur, now)
    return _send(invited, structure, acteur, now)


def invite_to_role(invited: Invite, acteur: Acteur, now: datetime) -> Invitation:
    """Invite to a national role by decision of an administrateur, in the caller's transaction."""
    _cancel_standing(invited, None, acteur, now)
    return _send(invited, None, acteur, now)


def _send(invited: Invite, structure: Structure | None, acteur: Acteur, now: datetime) -> Invitation:
    """Make the invitation and post its message."""
    made, code = _make(invited, structure, acteur, now)
    write(
        made.email,
        Avis.INVITATION,
        now,
        about=made.id,
        name=f"{made.given_name} {made.family_name}",
        structure=structure.name if structure else "",
        role=LABELS.get(made.role, ""),
        inviter=made.invited_by.full_name if made.invited_by else settings.SERVICE_NAME,
        link=invitation_link(code),
        code=code,
        until=made.expires_at,
    )
    return made


def _inviter_stands(invitation: Invitation) -> bool:
    """Tell whether who invited could still do it: an invitation does not outlive the right that it came from."""
    inviter, place = invitation.invited_by_id, invitation.structure_id
    if inviter is None:
        return True
    return (place is not None and is_referent_of(inviter, place)) or bool(fonctions_of(inviter))


@transaction.atomic
def _refuse(reason: ErrorCode, structure: Structure, acteur: Acteur, now: datetime) -> Denied:
    """Journal that an invitation was not sent."""
    record(INVITATION_REFUSED, acteur=acteur, at=now, structure=structure.id, reason=reason.code)
    return Denied(reason)


def invite_from_terminal(invited: Invite, structure: Structure | None, acteur: Acteur, now: datetime) -> str:
    """Invite from an operator's terminal and return the link, which the operator hands over."""
    with transaction.atomic():
        _cancel_standing(invited, structure, acteur, now)
        _, code = _make(invited, structure, acteur, now)
    return invitation_link(code)


def is_full_today(structure: Structure, now: datetime) -> bool:
    """Tell whether the structure was sent all the invitations of a day, by anybody.

    Asked in the caller's transaction, which holds the structure from here on: of several sent at once, none passes.
    """
    Structure.objects.select_for_update(no_key=True).only("id").get(pk=structure.pk)
    return Invitation.objects.filter(structure=structure, created_at__gt=now - timedelta(days=1)).count() >= A_DAY


def invitation_link(code: str) -> str:
    """Return the address that carries the code in its fragment."""
    return f"{settings.ISSUER}/invitation#{code}"


def _address_of(invited: Invite) -> str:
    """Return the address as accounts bear it."""
    return invited.email.strip().lower()


def _is_settled(email: str, structure: Structure) -> bool:
    """Tell whether the person has a place there already and has signed in once."""
    standing = Affectation.objects.filter(compte__email=email, structure=structure, ended_at__isnull=True)
    return standing.filter(compte__last_login__isnull=False).exists()


def _make(invited: Invite, structure: Structure | None, acteur: Acteur, now: datetime) -> tuple[Invitation, str]:
    """Write the invitation and its entry.  Raises :class:`Ineligible`: whoever calls has asked before."""
    if not invited.may_come:
        raise Ineligible
    code = new_code()
    made = Invitation.objects.create(
        email=_address_of(invited),
        given_name=invited.given_name,
        family_name=invited.family_name,
        profession=invited.profession,
        structure=structure,
        is_aidant=invited.is_aidant,
        is_referent=invited.is_referent,
        statut=invited.statut,
        role=invited.role,
        departement=invited.departement,
        invited_by=Compte.objects.get(pk=acteur.known_id) if acteur.kind is Kind.COMPTE else None,
        digest=code_digest(_PURPOSE, code),
        created_at=now,
        expires_at=now + LIFE,
    )
    facts = {"role": invited.role or ("referent" if invited.is_referent else "aidant"), "statut": invited.statut}
    record(
        INVITATION_SEND,
        acteur=acteur,
        at=now,
        subject=made.id,
        structure=structure.id if structure else None,
        facts=facts,
    )
    return made, code


def _cancel_standing(invited: Invite, structure: Structure | None, acteur: Acteur, now: datetime) -> None:
    """Cancel what the person was invited to before, in this structure or to this national role: another role stands."""
    place = Q(structure=structure) if structure else Q(structure__isnull=True, role=invited.role)
    standing = Invitation.objects.filter(place, accepted_at__isnull=True, cancelled_at__isnull=True)
    for one in standing.filter(email=_address_of(invited)).order_by("id"):
        cancel(one, acteur, now)


def cancel(invitation: Invitation, acteur: Acteur, now: datetime) -> bool:
    """Make an invitation useless; False when it was accepted or cancelled before."""
    with transaction.atomic():
        open_one = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, cancelled_at__isnull=True)
        done = bool(open_one.update(cancelled_at=now))
        if done:
            about = invitation.structure_id
            record(INVITATION_CANCEL, acteur=acteur, at=now, subject=invitation.id, structure=about)
    return done


def find_invitation(code: str, now: datetime) -> Invitation | None:
    """Return the invitation that still stands for this code; spends nothing."""
    return _standing(now).filter(digest=code_digest(_PURPOSE, code)).first()


def standing_invitation(pk: str, now: datetime) -> Invitation | None:
    """Return an invitation found before in this browser, if it still stands."""
    return _standing(now).filter(pk=pk).first()


def _standing(now: datetime) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(accepted_at__isnull=True, cancelled_at__isnull=True, expires_at__gt=now)
    return rows.select_related("structure", "invited_by")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The account that the invitation made or joined; ``must_enrol`` when it has no way in yet."""

    compte: Compte
    must_enrol: bool


def may_accept_as_stranger(invitation: Invitation) -> Decision:
    """Tell whether somebody without a session may accept: not who has an account that works, nor a closed one."""
    return _may_accept(Compte.objects.filter(email=invitation.email).first(), None)


def _may_accept(known: Compte | None, signed_in: Compte | None) -> Decision:
    if signed_in is not None and (known is None or known.pk != signed_in.pk):
        return Denied(INVITATION_FOR_ANOTHER)
    if known is not None and not known.is_active:
        return Denied(INVITATION_GONE)
    if known is not None and known.last_login is not None and signed_in is None:
        return Denied(SIGN_IN_TO_ACCEPT)
    return GRANTED


def accept(invitation: Invitation, signed_in: Compte | None, now: datetime) -> Accepted | Denied:
    """Spend the invitation and make what it promised; of two acceptances at once, one wins.

    Who has an account signs in first: the code of a message never opens an account that works already.  Who has none
    has proved the address before (:mod:`aidants.structures.address_code`).
    """
    known = Compte.objects.filter(email=invitation.email).first()
    stands = _inviter_stands(invitation) and _structure_stands(invitation)
    allowed = _may_accept(known, signed_in) if stands else Denied(INVITATION_GONE)
    if isinstance(allowed, Denied):
        return _not_accepted(allowed.reason, invitation, signed_in, now)
    has_signed_in = known is not None and known.last_login is not None
    with transaction.atomic():
        standing = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, cancelled_at__isnull=True)
        if not standing.filter(expires_at__gt=now).update(accepted_at=now):
            return _not_accepted(INVITATION_GONE, invitation, signed_in, now)
        compte = known or _new_compte(invitation, now)
        Invitation.objects.filter(pk=invitation.pk).update(compte=compte)
        _give_place(invitation, compte, now)
        _tell_its_source(invitation, compte)
        acteur = Acteur(Kind.COMPTE, compte.id)
        about = invitation.structure_id
        record(INVITATION_ACCEPT, acteur=acteur, at=now, subject=invitation.id, structure=about)
        tell(compte, Avis.COMPTE_OUVERT, now, structure=invitation.structure.name if invitation.structure else "")
        if invitation.invited_by:
            tell(invitation.invited_by, Avis.INVITATION_ACCEPTEE, now, invited=compte.full_name)
    return Accepted(compte, must_enrol=not has_signed_in)


def _structure_stands(invitation: Invitation) -> bool:
    """Tell whether the structure still takes somebody in: not once absorbed, nor once it lost the right it had.

    One that the scheme made waits for its right, and takes in who will declare for it.
    """
    place = invitation.structure
    if place is None:
        return True
    ends = Structure.objects.filter(pk=place.pk, habilitations__isnull=False)
    rights = list(ends.order_by("habilitations__id").values_list("habilitations__ended_at", flat=True))
    return place.merged_into_id is None and (not rights or None in rights)


def _not_accepted(reason: ErrorCode, invitation: Invitation, signed_in: Compte | None, now: datetime) -> Denied:
    """Count an acceptance that changes nothing, by invitation: whoever holds the message may try again at will."""
    bucket = keyed_digest(settings.DIGEST_KEY, "limit-invitation", str(invitation.id))
    acteur = Acteur(Kind.COMPTE, signed_in.pk) if signed_in else ANONYME
    record_counted(
        INVITATION_ACCEPT_REFUSED,
        bucket=bucket,
        at=now,
        reason=reason.code,
        acteur=acteur,
        subject=invitation.id,
        structure=invitation.structure_id,
    )
    return Denied(reason)


def _new_compte(invitation: Invitation, now: datetime) -> Compte:
    """Make the account, or find the one that another invitation to the same address made at this very moment."""
    names = {name: getattr(invitation, name) for name in ("given_name", "family_name", "profession")}
    made, _ = Compte.objects.get_or_create(
        email=invitation.email, defaults={**names, "password": make_password(None), "created_at": now}
    )
    return made


def _roles_of(invitation: Invitation) -> list[str]:
    """Return what the invitation gives: one national role, or a place as aidant, as referent or as both."""
    places = {"aidant": invitation.is_aidant, "referent": invitation.is_referent}
    return [invitation.role] if invitation.role else [name for name, given in places.items() if given]


def _give_place(invitation: Invitation, compte: Compte, now: datetime) -> None:
    """Give the place or the role, and journal it; a place held already gains what the invitation adds."""
    facts = {"roles": _roles_of(invitation), "departement": invitation.departement, "invitation": str(invitation.id)}
    facts["statut"] = invitation.statut
    acteur, about = Acteur(Kind.COMPTE, compte.id), invitation.structure_id
    record(ROLE_GRANT, acteur=acteur, at=now, subject=compte.id, structure=about, facts=facts)
    if invitation.structure is None:
        Fonction.objects.get_or_create(
            compte=compte, role=invitation.role, departement=invitation.departement, ended_at=None
        )
        return
    place, _ = Affectation.objects.get_or_create(
        compte=compte,
        structure=invitation.structure,
        ended_at=None,
        defaults={"is_aidant": invitation.is_aidant, "is_referent": invitation.is_referent, "started_at": now},
    )
    place.is_aidant = place.is_aidant or invitation.is_aidant
    place.is_referent = place.is_referent or invitation.is_referent
    place.statut = invitation.statut or place.statut
    place.save(update_fields=("is_aidant", "is_referent", "statut"))


def _tell_its_source(invitation: Invitation, compte: Compte) -> None:
    """Note whom the system that keeps this aidant speaks of, and whether the State funds their post."""
    kept = ReferencePartenaire.objects.filter(invitation=invitation)
    kept.update(compte=compte)
    if kept.filter(is_conseiller=True).exists():
        places = Affectation.objects.filter(compte=compte, structure=invitation.structure, ended_at__isnull=True)
        places.update(is_conseiller=True)


def purge_invitations(now: datetime) -> None:
    """Forget names and addresses of invitations a month after their end; the journal keeps that they were sent."""
    Invitation.objects.filter(expires_at__lt=now - timedelta(days=30)).delete()
