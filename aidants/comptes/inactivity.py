"""Who does not come any more: warned after five months, deactivated a month later (DOMAIN §3.7).

Nothing is taken away: places, factors and mandats stay, and a referent opens the door again; where there is none, an
instructeur or an administrateur.  The last two administrateurs are warned, and never closed: nobody could let them in.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Coalesce

from aidants.comptes.avis import Avis, tell
from aidants.comptes.models import Compte, Fonction
from aidants.comptes.sessions.open import close_all
from aidants.domain.absence import (
    ABSENCE,
    MONTHS_FROM_WARNING,
    MONTHS_TO_WARNING,
    is_to_deactivate,
    is_to_warn,
    months_before,
)
from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.events import COMPTE_DEACTIVATE, COMPTE_REACTIVATE, COMPTE_WARN
from aidants.domain.roles import FEWEST_ADMINISTRATEURS, Role
from aidants.journal.record import record

_BATCH = 200


def last_seen(compte: Compte) -> datetime:
    """Return when the person last signed in, or came back, or when the account was made."""
    return max(filter(None, (compte.last_login, compte.reactivated_at, compte.created_at)))


def care_for_the_absent(now: datetime) -> dict[str, int]:
    """Warn and deactivate who is due; return how many of each."""
    return {
        "warned": _each(is_to_warn, MONTHS_TO_WARNING, _warn, now),
        "deactivated": _each(is_to_deactivate, MONTHS_FROM_WARNING, _deactivate_absent, now),
    }


def _each(
    due: Callable[[datetime, datetime | None, datetime], bool],
    months: int,
    act: Callable[[Compte, datetime], bool],
    now: datetime,
) -> int:
    """Do ``act`` to each account that is ``due``, one transaction each: one that fails holds up no other.

    SQL leaves out who was here since; the rule itself decides.
    """
    rows = Compte.objects.filter(is_active=True).annotate(seen=Coalesce("last_login", "created_at"))
    rows = rows.filter(seen__lte=months_before(now, months)).order_by("seen", "id")
    done = 0
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            compte = Compte.objects.select_for_update(no_key=True).get(pk=pk)
            if compte.is_active and due(last_seen(compte), compte.inactivity_warned_at, now):
                done += act(compte, now)
        if done >= _BATCH:
            break
    return done


def _warn(compte: Compte, now: datetime) -> bool:
    compte.inactivity_warned_at = now
    compte.save(update_fields=("inactivity_warned_at",))
    record(COMPTE_WARN, acteur=SYSTEME, at=now, subject=compte.id)
    tell(compte, Avis.INACTIVITE, now, never=compte.last_login is None)
    return True


def _deactivate_absent(compte: Compte, now: datetime) -> bool:
    if _is_last_administrateur(compte):
        return False
    deactivate(compte, ABSENCE, SYSTEME, now)
    tell(compte, Avis.DESACTIVATION, now, never=compte.last_login is None)
    return True


def _is_last_administrateur(compte: Compte) -> bool:
    """Tell whether the account is one of the fewest administrateurs who must be able to come in."""
    held = Fonction.objects.filter(role=Role.ADMINISTRATEUR, ended_at__isnull=True, compte__is_active=True)
    left = set(held.values_list("compte", flat=True))
    return compte.pk in left and len(left) <= FEWEST_ADMINISTRATEURS


def deactivate(compte: Compte, motif: str, acteur: Acteur, now: datetime) -> None:
    """Deactivate an account and close its sessions: its next request meets the sign-in page."""
    with transaction.atomic():
        compte.is_active, compte.deactivated_at, compte.deactivation_motif = False, now, motif
        compte.save(update_fields=("is_active", "deactivated_at", "deactivation_motif"))
        close_all(compte, acteur, now)
        record(COMPTE_DEACTIVATE, acteur=acteur, at=now, subject=compte.id, facts={"motif": motif})


def reactivate(compte: Compte, acteur: Acteur, now: datetime, motifs: Collection[str] = (ABSENCE,)) -> bool:
    """Open the door again to who was away; False for an account that is open, or was closed for none of ``motifs``."""
    with transaction.atomic():
        locked = Compte.objects.select_for_update(no_key=True).get(pk=compte.pk)
        if locked.is_active or locked.deactivation_motif not in motifs:
            return False
        locked.is_active, locked.deactivated_at, locked.deactivation_motif = True, None, ""
        locked.inactivity_warned_at, locked.reactivated_at = None, now
        fields = ("is_active", "deactivated_at", "deactivation_motif", "inactivity_warned_at", "reactivated_at")
        locked.save(update_fields=fields)
        record(COMPTE_REACTIVATE, acteur=acteur, at=now, subject=compte.id)
        tell(locked, Avis.REACTIVATION, now, never=locked.last_login is None)
    return True
