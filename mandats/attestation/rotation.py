"""When signing keys follow each other: the next one published ahead, the last one published behind (RFC 7517 §5).

A key of OpenID Connect signs for ``LIFE``.  ``AHEAD`` of its end the next one is drawn and published, so that whoever
keeps our keys in memory meets no unknown one; ``STAYS`` after it, the old one leaves the publication: its tokens are
dead, and no hint that it signed is worth reading any more.  Keys of actes do not rotate by the clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Least

from aidants.domain.acteur import SYSTEME
from aidants.journal.record import record
from mandats.attestation.keys import SigningKey, create_key, forget_keys
from mandats.domain.events import KEY_CREATE, KEY_RETIRE

PURPOSE: Final = "oidc"
LIFE: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=7)
STAYS: Final = timedelta(days=7)
SOONEST: Final = timedelta(minutes=10)
"""The least time between publication and first use: twice what our JWK Set may be kept in a cache."""


@dataclass(frozen=True, slots=True)
class Dates:
    """When a key begins to sign, and when it leaves the publication, if that is known."""

    kid: str
    activated_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due: the first second of a key to draw, and the keys to retire with their moments."""

    activate_at: datetime | None
    retire: tuple[tuple[str, datetime], ...]


def plan(keys: list[Dates], now: datetime) -> Plan:
    """Return what the keys of one algorithm need at ``now``; nothing for an algorithm that nobody set up."""
    begun = sorted((key for key in keys if key.activated_at <= now), key=lambda key: key.activated_at)
    if not begun:
        return Plan(None, ())
    active = begun[-1]
    ends_at = active.activated_at + LIFE
    has_next = any(key.activated_at > now for key in keys)
    due = not has_next and now >= ends_at - AHEAD
    old = tuple((key.kid, active.activated_at + STAYS) for key in begun[:-1] if key.retired_at is None)
    return Plan(max(ends_at, now + SOONEST) if due else None, old)


def keep_rotating(now: datetime) -> None:
    """Do what is due for every algorithm in use; of several workers one does it."""
    with transaction.atomic():
        rows = list(SigningKey.objects.select_for_update().filter(purpose=PURPOSE).order_by("kid"))
        for alg in sorted({row.alg for row in rows}):
            due = plan([_dates(row) for row in rows if row.alg == alg], now)
            if due.activate_at is not None:
                _create(alg, now, due.activate_at)
            for kid, at in due.retire:
                _retire(kid, at, now)


def rotate(alg: str, now: datetime, *, compromised: bool = False) -> SigningKey:
    """Draw the next key of an algorithm; it signs in ten minutes, and the ones before retire after ``STAYS``.

    ``compromised``: it signs now, and every other key of the algorithm leaves the publication now.
    """
    with transaction.atomic():
        standing = SigningKey.objects.select_for_update().filter(purpose=PURPOSE, alg=alg).exclude(retired_at__lte=now)
        before = list(standing.order_by("kid"))
        activated_at = now if compromised else now + SOONEST
        key = _create(alg, now, activated_at)
        for row in before:
            _retire(row.kid, now if compromised else activated_at + STAYS, now)
    forget_keys()
    return key


def _dates(row: SigningKey) -> Dates:
    return Dates(row.kid, row.activated_at, row.retired_at)


def _create(alg: str, now: datetime, activated_at: datetime) -> SigningKey:
    key = create_key(PURPOSE, alg, now, activated_at=activated_at)
    facts = {"kid": key.kid, "purpose": PURPOSE, "alg": alg, "activated_at": int(activated_at.timestamp())}
    record(KEY_CREATE, acteur=SYSTEME, at=now, facts=facts)
    return key


def _retire(kid: str, at: datetime, now: datetime) -> None:
    """Set when a key leaves the publication; one that was still to come then never signs."""
    SigningKey.objects.filter(kid=kid).update(retired_at=at, activated_at=Least("activated_at", Value(at)))
    record(KEY_RETIRE, acteur=SYSTEME, at=now, facts={"kid": kid, "retired_at": int(at.timestamp())})
    forget_keys()
