"""The usager proves who they are with the volet: reference, revocation code, birth date (DOMAIN §3.4).

One generic refusal; a mistyped code is told before it counts.  The structure learns nothing of it: the
entry is about the usager, not about the mandat.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import ANONYME
from aidants.domain.decisions import Denied
from aidants.journal.limits import Limit, Throttled, count_failure, hold, limit, throttled
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.domain.codes import is_well_formed, normalise
from mandats.domain.references import normalise as normalise_reference
from mandats.registre.models import Mandat
from mandats.registre.selectors import mandat_by_reference
from mandats.registre.services.accords import is_held_by
from mandats.registre.services.many import acteur_usager
from mandats.registre.services.volet import REVOCATION, check_code
from mandats.verification.comparison import same_birthdate

BY_CODE, BY_FRANCECONNECT = "code", "franceconnect"
_HOUR, _DELAY = timedelta(hours=1), timedelta(minutes=10)


def _limits(reference: str, address: str) -> list[Limit]:
    return [
        limit("reference", reference, 5, _HOUR, _DELAY),
        limit("adresse", address, 30, _HOUR, _DELAY),
        limit("tous", "", 1000, _HOUR, timedelta(minutes=1)),
    ]


def enter_by_code(
    reference: str, code: str, birthdate: str, address: str, now: datetime
) -> Mandat | Denied | Throttled:
    """Return the mandat whose usager proved who they are, a refusal, or a wait; their page opens."""
    found = prove_by_code(reference, code, birthdate, address, now)
    if isinstance(found, Mandat):
        journal_entry(found.usager_id, BY_CODE, now)
    return found


def prove_by_code(
    reference: str, code: str, birthdate: str, address: str, now: datetime, *, holds: tuple[str, str] | None = None
) -> Mandat | Denied | Throttled:
    """Judge the volet, its wrong tries counted together whatever it is shown for.

    ``holds``  a kind of contact and its value that the person must also have; that they have it not is told, and
    counted, as a wrong code is.
    """
    if not is_well_formed(normalise(code)):
        return Denied(errors.CODE_MISTYPED)
    limits = _limits(normalise_reference(reference), address)
    # Asked before the lock too: a flood of tries that must wait takes none.
    wait = throttled(events.USAGER_ENTER_REFUSED, limits, now)
    return wait or _judge(reference, code, birthdate, holds, limits, now)


@transaction.atomic
def _judge(
    reference: str, code: str, birthdate: str, holds: tuple[str, str] | None, limits: list[Limit], now: datetime
) -> Mandat | Denied | Throttled:
    hold(limits[0])
    wait = throttled(events.USAGER_ENTER_REFUSED, limits, now)
    if wait:
        return wait
    mandat = mandat_by_reference(reference)
    right_code = check_code(mandat.id if mandat else None, REVOCATION, code, now)
    right_date = same_birthdate(mandat.usager.birthdate if mandat else "", birthdate)
    if mandat is None or not right_code & right_date or not (holds is None or is_held_by(mandat.usager, *holds)):
        return _refused(limits, now)
    return mandat


def _refused(limits: list[Limit], now: datetime) -> Denied:
    event = events.USAGER_ENTER_REFUSED
    if count_failure(event, limits, now):
        record(event, acteur=ANONYME, at=now, reason=errors.USAGER_ACCESS_REFUSED.code, facts={"count": 1})
    return Denied(errors.USAGER_ACCESS_REFUSED)


@transaction.atomic
def journal_entry(usager_id: UUID, way: str, now: datetime) -> None:
    """Journal that the usager opened their own page; nobody's structure stands in the entry."""
    record(events.USAGER_ENTER, acteur=acteur_usager(usager_id), at=now, subject=usager_id, facts={"way": way})
