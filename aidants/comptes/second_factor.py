"""How fresh the second factor is in a session, and which device gave it."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django_otp import DEVICE_ID_SESSION_KEY

from aidants.comptes.facteurs.codes import FactorGiven
from aidants.comptes.sessions.store import FACTOR, LAST_ACT_AT

_VERIFIED_AT = "second_factor_at"
_TOUCH_SECONDS = 30
_CHANGE_UNTIL = "change_until"
_CHANGE_SECONDS = 5 * 60


def mark_verified(session: SessionBase, given: FactorGiven, now: datetime) -> None:
    """Write in the session that the second factor was just given, and by what: it ends when that device is removed."""
    session[DEVICE_ID_SESSION_KEY] = given.device.persistent_id
    session[FACTOR] = given.kind.value
    session[_VERIFIED_AT] = session[LAST_ACT_AT] = int(now.timestamp())


def verified_at(session: SessionBase) -> datetime | None:
    """Return when the second factor was last given in this session (OIDC's ``auth_time``)."""
    at = session.get(_VERIFIED_AT)
    return datetime.fromtimestamp(at, UTC) if at else None


def is_idle(session: SessionBase, now: datetime) -> bool:
    """Tell whether 15 minutes went by without an act: the second factor is asked again (DOMAIN §4)."""
    at = session.get(LAST_ACT_AT, 0)
    return now.timestamp() - at > settings.SECOND_FACTOR_IDLE_SECONDS


def is_old(session: SessionBase, now: datetime) -> bool:
    """Tell whether the second factor was given too long ago for an act that asks for it of late."""
    at = session.get(_VERIFIED_AT, 0)
    return now.timestamp() - at > settings.SECOND_FACTOR_OF_LATE_SECONDS


def touch(session: SessionBase, now: datetime) -> None:
    """Note an act; the session is written at most every half minute."""
    if now.timestamp() - session.get(LAST_ACT_AT, 0) > _TOUCH_SECONDS:
        session[LAST_ACT_AT] = int(now.timestamp())


def grant_change(session: SessionBase, now: datetime) -> None:
    """Let one change of a factor be made within five minutes: the second factor was just given for it (DOMAIN §4)."""
    session[_CHANGE_UNTIL] = int(now.timestamp()) + _CHANGE_SECONDS


def may_change(session: SessionBase, now: datetime) -> bool:
    """Tell whether a change of a factor may be made now."""
    return now.timestamp() < session.get(_CHANGE_UNTIL, 0)


def spend_change(session: SessionBase) -> None:
    """Note that the change was made: the next one asks again."""
    session.pop(_CHANGE_UNTIL, None)
