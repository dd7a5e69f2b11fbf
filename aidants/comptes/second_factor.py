"""The second factor: its verification, and how fresh it is in a session."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import SECOND_FACTOR_REFUSED
from aidants.domain.events import SECOND_FACTOR
from aidants.domain.events import SECOND_FACTOR_REFUSED as REFUSED_EVENT
from aidants.journal.record import record

_VERIFIED_AT = "second_factor_at"
_LAST_ACT_AT = "last_act_at"
_TOUCH_SECONDS = 30


def verify_code(compte: Compte, code: str, now: datetime, acteur: Acteur | None = None) -> Decision:
    """Check a TOTP code (RFC 6238, 30 s step, ±1) once; a code serves one time.

    django-otp throttles after failures and remembers the last step used, under
    a row lock so that two parallel tries of one code have one winner.
    """
    acteur = acteur or Acteur(Kind.COMPTE, compte.id)
    with transaction.atomic():
        devices = TOTPDevice.objects.select_for_update().filter(user=compte, confirmed=True).order_by("id")
        accepted = next((device for device in devices if _accepts(device, code)), None)
        event = SECOND_FACTOR if accepted else REFUSED_EVENT
        record(event, acteur=acteur, at=now, subject=compte.id, facts={"factor": "totp"})
    return GRANTED if accepted else Denied(SECOND_FACTOR_REFUSED)


def _accepts(device: TOTPDevice, code: str) -> bool:
    allowed, _ = device.verify_is_allowed()
    return bool(allowed and device.verify_token(code.strip().replace(" ", "")))


def mark_verified(session: SessionBase, compte: Compte, now: datetime) -> None:
    """Write in the session that the second factor was just given."""
    device = TOTPDevice.objects.filter(user=compte, confirmed=True).order_by("id").first()
    if device is not None:
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session[_VERIFIED_AT] = session[_LAST_ACT_AT] = int(now.timestamp())


def verified_at(session: SessionBase) -> datetime | None:
    """Return when the second factor was last given in this session (OIDC's ``auth_time``)."""
    at = session.get(_VERIFIED_AT)
    return datetime.fromtimestamp(at, UTC) if at else None


def is_idle(session: SessionBase, now: datetime) -> bool:
    """Tell whether 15 minutes went by without an act: the second factor is asked again (DOMAIN §4)."""
    at = session.get(_LAST_ACT_AT, 0)
    return now.timestamp() - at > settings.SECOND_FACTOR_IDLE_SECONDS


def touch(session: SessionBase, now: datetime) -> None:
    """Note an act; the session is written at most every half minute."""
    if now.timestamp() - session.get(_LAST_ACT_AT, 0) > _TOUCH_SECONDS:
        session[_LAST_ACT_AT] = int(now.timestamp())
