"""The usager's codes: made when the volet is printed, given once, kept as keyed digests only."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from aidants.compiled import CompiledRead
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.events import Event
from aidants.journal.record import record
from mandats.domain import avis, errors, events
from mandats.domain.codes import is_well_formed, new_code, normalise
from mandats.registre.coffre import secret_digest
from mandats.registre.models import CodeUsager, Mandat
from mandats.registre.services.avis import announce
from mandats.registre.services.reach import locked_mandat, tell, tell_refusal

VERIFICATION_LIVES = timedelta(days=30)
VERIFICATION, REVOCATION = "verification", "revocation"


@dataclass(frozen=True, slots=True, repr=False)
class CodesVolet:
    """The two codes in clear, sixteen digits each: printed, then forgotten.  Never shown by ``repr``."""

    verification: str
    revocation: str


def _digest(mandat_id: UUID, kind: str, code: str) -> str:
    return secret_digest(f"code-{kind}", f"{mandat_id}:{code}")


def _replace(mandat: Mandat, kind: str, now: datetime) -> str:
    """End the standing code of a kind and return a new one in clear."""
    CodeUsager.objects.filter(mandat=mandat, kind=kind, ended_at__isnull=True).update(ended_at=now)
    code = new_code()
    CodeUsager.objects.create(
        mandat=mandat,
        kind=kind,
        digest=_digest(mandat.id, kind, code),
        created_at=now,
        expires_at=now + VERIFICATION_LIVES if kind == VERIFICATION else None,
    )
    return code


def renew_codes(mandat_id: UUID, acteur: Acteur, now: datetime) -> CodesVolet | Denied:
    """Make both codes anew for a printing of the volet; the old ones end, and the usager is told that they did."""
    return _renewed(mandat_id, events.VOLET_PRINT, acteur, now)


def show_codes(mandat_id: UUID, acteur: Acteur, now: datetime) -> CodesVolet | Denied:
    """Make both codes anew for the usager to copy by hand, where nothing can be printed; otherwise the same."""
    return _renewed(mandat_id, events.VOLET_SHOW, acteur, now)


@transaction.atomic
def _renewed(mandat_id: UUID, event: Event, acteur: Acteur, now: datetime) -> CodesVolet | Denied:
    mandat = locked_mandat(mandat_id, acteur)
    if mandat is None:
        return tell_refusal(events.CODE_REFUSED, errors.AUTORISATION_UNKNOWN, None, acteur, now, kind="volet")
    again = CodeUsager.objects.filter(mandat=mandat, kind=REVOCATION).count()
    codes = CodesVolet(_replace(mandat, VERIFICATION, now), _replace(mandat, REVOCATION, now))
    tell(event, mandat, acteur, now)
    if again:
        announce(avis.VOLET, mandat, now, key=f"volet:{mandat.id}:{again}")
    return codes


@transaction.atomic
def renew_verification_code(mandat_id: UUID, acteur: Acteur, now: datetime) -> str | Denied:
    """Make another verification code at the usager's wish."""
    mandat = locked_mandat(mandat_id, acteur)
    if mandat is None:
        return tell_refusal(events.CODE_REFUSED, errors.AUTORISATION_UNKNOWN, None, acteur, now, kind=VERIFICATION)
    code = _replace(mandat, VERIFICATION, now)
    tell(events.CODE_RENEW, mandat, acteur, now, kind=VERIFICATION)
    return code


@transaction.atomic
def cancel_verification_code(mandat_id: UUID, acteur: Acteur, now: datetime) -> None:
    """End the verification code at the usager's wish."""
    CodeUsager.objects.filter(mandat=mandat_id, kind=VERIFICATION, ended_at__isnull=True).update(ended_at=now)
    record(events.CODE_CANCEL, acteur=acteur, at=now, subject=mandat_id, facts={"kind": VERIFICATION})


def check_code(mandat_id: UUID | None, kind: str, typed: str, now: datetime) -> bool:
    """Compare a typed code with the standing one, in constant time, whether the mandat exists or not."""
    return found_code(mandat_id, kind, typed, now) is not None


def found_code(mandat_id: UUID | None, kind: str, typed: str, now: datetime) -> UUID | None:
    """Return which standing code was typed, compared in the same time whatever is wrong; ``None`` if it is not."""
    code = normalise(typed)
    row = _STANDING.first(mandat_id or _NOBODY, kind)
    kept = row.digest if row and (row.expires_at is None or now < row.expires_at) else "0" * 64
    given = _digest(mandat_id or _NOBODY, kind, code)
    same = hmac.compare_digest(kept, given) and is_well_formed(code)
    return row.id if row and same else None


def code_stands(code_id: UUID) -> bool:
    """Tell whether a code that was typed is still the one of its kind: no volet was printed since."""
    return CodeUsager.objects.filter(pk=code_id, ended_at__isnull=True).exists()


def _standing(mandat_id: UUID, kind: str) -> QuerySet[CodeUsager]:
    return CodeUsager.objects.filter(mandat=mandat_id, kind=kind, ended_at__isnull=True)


_STANDING, _NOBODY = CompiledRead(_standing, UUID(int=1), "the kind"), UUID(int=0)
