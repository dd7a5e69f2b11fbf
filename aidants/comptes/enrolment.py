"""The first visit, and the return after a loss: a browser that may enrol one factor, and do nothing else.

Nobody is signed in during an enrolment: every page of the service sees a stranger.  The enrolment ends with the first
factor, which opens an ordinary session.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.http import HttpRequest

from aidants.comptes import closings, recovery
from aidants.comptes.facteurs.changes import new_seed, remove_all_but, seal_seed, unseal_seed
from aidants.comptes.facteurs.codes import FactorGiven
from aidants.comptes.models import Compte
from aidants.comptes.second_factor import grant_change
from aidants.comptes.sessions.open import close_all
from aidants.comptes.sign_in import open_session
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.vault import Unsealable

SECONDS = 30 * 60
_KEY = "enrolment"
ENTERING = "first_visit"
"""Where a session keeps why it was opened by an enrolment, until the recovery codes are made."""


class Why(StrEnum):
    """Why somebody without a usable factor is let in to enrol one."""

    INVITATION = "invitation"
    RECUPERATION = "recuperation"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Who enrols, why, and the secret offered to their application."""

    compte: Compte
    why: Why
    seed: bytes

    @property
    def acteur(self) -> Acteur:
        """The person acts on their own account."""
        return Acteur(Kind.COMPTE, self.compte.id)


def begin(request: HttpRequest, compte: Compte, why: Why, now: datetime) -> None:
    """Open an enrolment in this browser, in a session that holds nothing else."""
    closings.begin_anew(request.session)
    sealed = seal_seed(new_seed())
    until = int(now.timestamp()) + SECONDS
    request.session[_KEY] = {"compte": str(compte.id), "why": why.value, "seed": sealed, "until": until}
    request.session.set_expiry(SECONDS)


def current(request: HttpRequest, now: datetime) -> Enrolment | None:
    """Return the enrolment under way in this browser; the account is read each time, and must still be active."""
    kept = request.session.get(_KEY)
    if not kept or now.timestamp() >= kept["until"]:
        return None
    compte = Compte.objects.filter(pk=kept["compte"], is_active=True).first()
    why = Why(kept["why"])
    if compte is None or (why is Why.RECUPERATION and not recovery.stands(compte)):
        return None
    try:
        seed = unseal_seed(kept["seed"])
    except Unsealable:
        return None
    return Enrolment(compte, why, seed)


def finish(request: HttpRequest, enrolment: Enrolment, given: FactorGiven, now: datetime) -> None:
    """Open an ordinary session by the new factor; after a loss, what was lost opens nothing any more."""
    compte, acteur = enrolment.compte, enrolment.acteur
    with transaction.atomic():
        if enrolment.why is Why.RECUPERATION:
            remove_all_but(compte, given, acteur, now, "perdu")
            close_all(compte, acteur, now)
            recovery.end(compte, "aboutie", acteur, now)
        closings.begin_anew(request.session)
        open_session(request, compte, given, now)
        # The factor was given this very moment: the recovery codes that follow need no other.
        grant_change(request.session, now)
        request.session[ENTERING] = enrolment.why.value
