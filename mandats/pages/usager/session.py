"""The usager's session: fifteen minutes without an act, an hour in all, apart from any aidant's sign-in.

One that a code opened ends with that code: whoever holds a sheet that was replaced sees nothing more.
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
from mandats.registre.services.volet import REVOCATION, code_stands, found_code
from mandats.verification.usager_access import BY_CODE, BY_FRANCECONNECT, journal_entry

SECONDS = 15 * 60
LONGEST = 60 * 60
REPLACED = "usager_codes_replaced"
"""What the browser's next page says, once: the codes that opened the last one were replaced."""
_KEY = "usager"
_TOUCH = 30


@dataclass(frozen=True, slots=True)
class UsagerSession:
    """Who is looking; ``mandat_id`` is the one mandat that the volet opens, ``None`` for all of them."""

    usager_id: UUID
    mandat_id: UUID | None
    way: str


def _open(request: HttpRequest, way: str, now: datetime, **whose: UUID | None) -> None:
    """``whose``: the ``usager``, and for who came by a code the ``mandat`` and the ``code`` itself."""
    closings.begin_anew(request.session)
    seconds = int(now.timestamp())
    request.session[_KEY] = {
        **{name: str(found or "") for name, found in whose.items()},
        "way": way,
        "since": seconds,
        "until": seconds + SECONDS,
    }
    request.session.set_expiry(SECONDS)


def enter_by_code(request: HttpRequest, mandat: Mandat, typed: str, now: datetime) -> None:
    """Open the page of one mandat while the code ``typed`` stands; the entry was journaled when it was checked."""
    code = found_code(mandat.id, REVOCATION, typed, now)
    _open(request, BY_CODE, now, usager=mandat.usager_id, mandat=mandat.id, code=code)


def enter_by_franceconnect(request: HttpRequest, usager_id: UUID, now: datetime) -> None:
    """Open the page of all the mandats of the person that FranceConnect vouched for."""
    journal_entry(usager_id, BY_FRANCECONNECT, now)
    _open(request, BY_FRANCECONNECT, now, usager=usager_id, mandat=None)


def current(request: HttpRequest, now: datetime) -> UsagerSession | None:
    """Return the session under way, kept alive by each page opened; ``None`` once it is over.

    What was being typed when the hour ended is still taken for the time of an idle page.
    """
    kept = request.session.get(_KEY)
    if not kept or request.user.is_authenticated:
        return None
    seconds = int(now.timestamp())
    longest = LONGEST + (SECONDS if request.method == "POST" else 0)
    if seconds >= kept["until"] or seconds >= kept.get("since", 0) + longest:
        close(request)
        return None
    mandat_id = UUID(kept["mandat"]) if kept["mandat"] else None
    if mandat_id is not None and not (kept.get("code") and code_stands(UUID(kept["code"]))):
        close(request)
        request.session[REPLACED] = True
        return None
    if kept["until"] - seconds < SECONDS - _TOUCH:
        request.session[_KEY] = {**kept, "until": seconds + SECONDS}
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
