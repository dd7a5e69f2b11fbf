"""Draws and compares the call codes of aidants (PROTOCOLS §3, way 4)."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from aidants.batches import delete_by_batches
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.habilitation.selectors import may_act_for
from aidants.journal.record import record
from mandats.domain import events
from mandats.registre.coffre import secret_digest
from mandats.registre.models import CodeAppel

LIVES = timedelta(minutes=10)
_DIGITS = 6


def _digest(siret: str, code: str) -> str:
    return secret_digest("code-appel", f"{siret}:{code}")


@transaction.atomic
def draw_call_code(acteur: Acteur, siret: str, now: datetime) -> str | Denied:
    """Return six digits for the aidant’s next call, in place of any drawn before.

    Only an habilitated aidant gets them.
    """
    allowed = may_act_for(acteur.known_id, acteur.known_structure_id)
    if isinstance(allowed, Denied):
        record(events.APPEL_CODE_REFUSED, acteur=acteur, at=now, reason=allowed.reason.code)
        return allowed
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    CodeAppel.objects.update_or_create(
        compte_id=acteur.known_id,
        structure_id=acteur.known_structure_id,
        defaults={"digest": _digest(siret, code), "created_at": now, "expires_at": now + LIVES},
    )
    record(events.APPEL_CODE_DRAW, acteur=acteur, at=now)
    return code


def holder_of(siret: str, code: str, now: datetime) -> CodeAppel | None:
    """Return the code that stands for this structure, if its aidant is still habilitated; the same work either way."""
    found = (
        CodeAppel.objects.filter(digest=_digest(siret, code), structure__siret=siret, expires_at__gt=now)
        .order_by("id")
        .first()
    )
    if found is None or isinstance(may_act_for(found.compte_id, found.structure_id), Denied):
        return None
    return found


def purge_call_codes(now: datetime) -> int:
    """Delete the codes that are over; return how many."""
    return delete_by_batches(CodeAppel.objects.filter(expires_at__lte=now))
