"""Which autorisations of a list stand, now or at a moment of the past (Token Status List §8.4).

What a list says now is at most two seconds old; a copy may be kept for as long as ``ttl`` says.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Exists, F, Func, JSONField, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from mandats.attestation.keys import active_key
from mandats.attestation.status_list import INVALID, SUSPENDED, sign_status_list
from mandats.registre.models import Autorisation, Suspension, Titre
from mandats.registre.models.titres import FIRST_LIST
from mandats.registre.texts import status_uri

TTL: Final = timedelta(seconds=5)
_AGE: Final = 2
_SETTLED: Final = timedelta(minutes=1)


class UnknownList(LookupError):
    """A list that was never opened."""


def current_list(number: int, now: datetime) -> str:
    """Return the signed list as it stood at the last even second, made once for two seconds in each process.

    Raises :class:`UnknownList`, as :func:`list_at` does; whether it was opened is asked when it is made.
    """
    seconds = int(now.timestamp())
    return _made(number, seconds - seconds % _AGE, *_here())


@lru_cache(maxsize=8)
def _made(number: int, seconds: int, issuer: str, database: str) -> str:
    """Make the list of one moment; ``issuer`` and ``database`` only tell apart what is remembered."""
    _must_exist(number)
    at = datetime.fromtimestamp(seconds, UTC)
    return _signed(number, at, at, narrowed_now(number) | statuses_at(number, at))


def list_at(number: int, at: datetime, now: datetime) -> str:
    """Return the signed list as it stood at ``at``, which is not after ``now``.

    Remembered once every act of that second is surely written.  Raises :class:`UnknownList`.
    """
    if now - at < _SETTLED:
        _must_exist(number)
        return _signed(number, at, now, statuses_at(number, at))
    return _made_then(number, int(at.timestamp()), active_key("acte", "ES256", now).kid, *_here())


@lru_cache(maxsize=64)
def _made_then(number: int, seconds: int, kid: str, issuer: str, database: str) -> str:
    """Make a list of the past; what follows ``seconds`` only tells apart what is remembered."""
    _must_exist(number)
    at = datetime.fromtimestamp(seconds, UTC)
    return _signed(number, at, timezone.now(), statuses_at(number, at))


def _must_exist(number: int) -> None:
    """Refuse a list that was never opened; the first one of each kind always was."""
    holder = Titre if number >= FIRST_LIST else Autorisation
    if number not in (0, FIRST_LIST) and not holder.objects.filter(status_list=number).exists():
        raise UnknownList(number)


def _here() -> tuple[str, str]:
    """Tell apart, in one process, services and databases."""
    return settings.ISSUER, str(connection.settings_dict["NAME"])


def _signed(number: int, at: datetime, now: datetime, statuses: dict[int, int]) -> str:
    key = active_key("acte", "ES256", now)
    at = at.astimezone(UTC).replace(microsecond=0)
    return sign_status_list(status_uri(number), statuses, at=at, ttl=TTL, key=key.ec, kid=key.kid)


def statuses_at(number: int, at: datetime) -> dict[int, int]:
    """Return the places of a list that were not VALID at ``at``, each with its status.

    A list holds autorisations, or credentials, which follow their mandat, and that ends with its last autorisation.
    INVALID: ended, by any cause, or past its term.  SUSPENDED: it may stand again.
    """
    over = Q(mandat__ended_at__lte=at) | Q(mandat__expires_at__lte=at)
    rows: QuerySet[Any]
    if number >= FIRST_LIST:
        rows = Titre.objects.filter(status_list=number)
    else:
        rows = Autorisation.objects.filter(status_list=number, mandat__accepted_at__lte=at)
        over |= Q(ended_at__lte=at)
    invalid = _places(rows.filter(over))
    suspended = _places(rows.exclude(over).filter(_suspended_at(at)))
    return dict.fromkeys(suspended, SUSPENDED) | dict.fromkeys(invalid, INVALID)


def narrowed_now(number: int) -> dict[int, int]:
    """Return as SUSPENDED what a structure no longer offers: it may offer it again (DOMAIN §3.2).

    Of the present only: what a structure offered in the past is not kept by date.
    """
    asked = Func(Cast("demarche", TextField()), function="to_jsonb", output_field=JSONField())
    narrowed = ~Q(structure__demarches=[]) & ~Q(structure__demarches__contains=asked)
    return dict.fromkeys(_places(Autorisation.objects.filter(narrowed, status_list=number)), SUSPENDED)


def _suspended_at(at: datetime) -> Q:
    """Suspended now and since before ``at``, for want of its sheet, or within a suspension that is past."""
    past = Suspension.objects.filter(mandat=OuterRef("mandat"), started_at__lte=at, ended_at__gt=at)
    late = Q(mandat__scan_due_at__isnull=False, mandat__scan_due_at__lte=at)
    return Q(mandat__suspended_at__lte=at) | late | Q(Exists(past))


def _places(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by(F("status_index")).values_list("status_index", flat=True))
