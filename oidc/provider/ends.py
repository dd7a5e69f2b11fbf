"""Follows the journal for the provider: what ended in the register, or in the team, ends at the sites it opened.

Tokens are refused at once without this, since each request asks the register; here the connexions themselves end, in
the order of the journal.  A handler only writes rows and enqueues tasks: no call leaves from it.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.activite.events import AIDANT_WITHDRAW
from aidants.domain.dispositif.events import CONTRAT_LEAVE
from aidants.domain.errors import NOT_AN_AIDANT, ErrorCode
from aidants.domain.events import COMPTE_DEACTIVATE, ROLE_CHANGE, ROLE_WITHDRAW, SIGN_OUT
from aidants.domain.roles import Role
from aidants.journal.follow import Follower, Integrated
from aidants.journal.record import record
from mandats.domain import events
from oidc.protocol.errors import LOGIN_REQUIRED, MANDAT_NO_LONGER_STANDS
from oidc.protocol.events import CONNEXION_END
from oidc.provider.backchannel import announce_end
from oidc.provider.models import Connexion

_A_SECOND: Final = timedelta(seconds=1)


def end_connexions(entry: Integrated, now: datetime) -> None:
    """End the connexions that stand on what ``entry`` ended or suspended: the whole mandat, or one demarche of it."""
    rows = Connexion.objects.filter(autorisation__mandat=entry.subject_id)
    if demarche := entry.facts.get("demarche"):
        rows = rows.filter(autorisation__demarche=demarche)
    _end(rows, entry, MANDAT_NO_LONGER_STANDS, now)


def end_visits(entry: Integrated, now: datetime) -> None:
    """End what an aidant opened at sites: all of it when their account is closed, else what was for one structure."""
    if Role.AIDANT in entry.facts.get("roles", ()) and entry.event == ROLE_CHANGE.code:
        return
    rows = Connexion.objects.filter(aidant=entry.subject_id)
    if entry.event != COMPTE_DEACTIVATE.code:
        rows = rows.filter(structure=entry.structure_id)
    _end(rows, entry, NOT_AN_AIDANT, now)


def end_session_visits(entry: Integrated, now: datetime) -> None:
    """End what was opened from a session that its aidant closed, at sites that listen (RP-Initiated Logout §2).

    Elsewhere nobody would learn it, and tokens die within minutes; a session closed to sign in again ends nothing.
    """
    if browser := entry.facts.get("browser"):
        rows = Connexion.objects.filter(aidant=entry.subject_id, browser=browser)
        _end(rows.exclude(client__backchannel_logout_uri=""), entry, LOGIN_REQUIRED, now)


def end_visits_of_conseiller(entry: Integrated, now: datetime) -> None:
    """End what a conseiller opened at sites for the structure that employs them no more."""
    if whose := entry.facts.get("compte"):  # an entry of before names the contract alone
        _end(Connexion.objects.filter(aidant=whose, structure=entry.structure_id), entry, NOT_AN_AIDANT, now)


def _end(rows: QuerySet[Connexion], entry: Integrated, reason: ErrorCode, now: datetime) -> None:
    """End connexions and have their sites told.

    Those made since the entry are spared: a mandat that was resumed, an account opened again, may be used.
    """
    standing = rows.filter(redeemed_at__isnull=False, revoked_at__isnull=True, created_at__lt=entry.at + _A_SECOND)
    locked = standing.select_for_update(of=("self",)).select_related("client", "autorisation")
    for connexion in locked.order_by("id"):
        Connexion.objects.filter(pk=connexion.pk).update(revoked_at=now)
        record(
            CONNEXION_END,
            acteur=Acteur(SYSTEME.kind, structure_id=connexion.structure_id),
            at=now,
            subject=connexion.autorisation.mandat_id,
            reason=reason.code,
            facts={"client": str(connexion.client_id), "connexion": str(connexion.id)},
        )
        announce_end([connexion], now)


ENDS: Final = Follower(
    "oidc-ends",
    {
        events.MANDAT_REVOKE: end_connexions,
        events.MANDAT_END: end_connexions,
        events.MANDAT_REPLACE_ELSEWHERE: end_connexions,
        events.MANDAT_SUSPEND: end_connexions,
        events.AUTORISATION_REVOKE: end_connexions,
        events.AUTORISATION_REPLACE: end_connexions,
        SIGN_OUT: end_session_visits,
        COMPTE_DEACTIVATE: end_visits,
        ROLE_CHANGE: end_visits,
        ROLE_WITHDRAW: end_visits,
        AIDANT_WITHDRAW: end_visits,
        CONTRAT_LEAVE: end_visits_of_conseiller,
    },
)
"""Its name is its cursor's: a handler added here begins where the others are; another purpose takes another name."""
