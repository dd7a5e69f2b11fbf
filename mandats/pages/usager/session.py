"""The usager's session: fifteen minutes, apart from any aidant's sign-in.

Entering empties the browser's session first, so that nobody's rights mix; a signed-in aidant never holds one.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from aidants.comptes import closings
from aidants.domain.acteur import Acteur, Kind
from mandats.registre.models import Mandat
from mandats.verification.usager_access import BY_CODE, BY_FRANCECONNECT, journal_entry

SECONDS = 15 * 60
_KEY = "usager"
_TOUCH = 30


@dataclass(frozen=True, slots=True)
class UsagerSession:
    """Who is looking; ``mandat_id`` is the one mandat that the volet opens, ``None`` for all of them."""

    usager_id: UUID
    mandat_id: UUID | None
    way: str


def _open(request: HttpRequest, usager_id: UUID, mandat_id: UUID | None, way: str, now: datetime) -> None:
    request.session.flush()
    request.session[_KEY] = {
        "usager": str(usager_id),
        "mandat": str(mandat_id) if mandat_id else "",
        "way": way,
        "until": int(now.timestamp()) + SECONDS,
    }
    request.session.set_expiry(SECONDS)


def enter_by_code(request: HttpRequest, mandat: Mandat, now: datetime) -> None:
    """Open the page of one mandat; the entry was journaled when the code was checked."""
    _open(request, mandat.usager_id, mandat.id, BY_CODE, now)


def enter_by_franceconnect(request: HttpRequest, usager_id: UUID, now: datetime) -> None:
    """Open the page of all the mandats of the person that FranceConnect vouched for."""
    journal_entry(usager_id, BY_FRANCECONNECT, now)
    _open(request, usager_id, None, BY_FRANCECONNECT, now)


def current(request: HttpRequest, now: datetime) -> UsagerSession | None:
    """Return the session under way, kept alive by each page opened; ``None`` once it is over."""
    kept = request.session.get(_KEY)
    if not kept or request.user.is_authenticated:
        return None
    seconds = int(now.timestamp())
    if seconds >= kept["until"]:
        close(request)
        return None
    if kept["until"] - seconds < SECONDS - _TOUCH:
        request.session[_KEY] = {**kept, "until": seconds + SECONDS}
    mandat_id = UUID(kept["mandat"]) if kept["mandat"] else None
    return UsagerSession(UUID(kept["usager"]), mandat_id, kept["way"])


def acteur_here(request: HttpRequest) -> Acteur | None:
    """Return the usager who asks a page of theirs, as the journal knows them; ``None`` for anybody else."""
    mine = request.resolver_match is not None and request.resolver_match.view_name.startswith("mandats:usager_")
    who = current(request, timezone.now()) if mine else None
    return Acteur(Kind.USAGER, who.usager_id) if who else None


def close(request: HttpRequest, end: str = "") -> str:
    """Forget everything of this browser's session.

    Returns where FranceConnect closes its own session if it may still hold one; the browser comes back to ``end``.
    """
    left = closings.owed(request.session)
    request.session.flush()
    return closings.leave(request.session, left, end)
