"""Which device vouches for the session, read by a statement written once a process.

Everything else is django-otp's: that the device is the person's own and confirmed, and that the session forgets one
that is not.
"""

from functools import lru_cache

from django.apps import apps
from django.db.models import QuerySet
from django_otp.middleware import OTPMiddleware
from django_otp.models import Device

from aidants.compiled import CompiledRead


class DeviceMiddleware(OTPMiddleware):
    """django-otp's middleware over our own read."""

    def _device_from_persistent_id(self, persistent_id: str) -> Device | None:
        """Return the device that a session names (``app.model/number``); nothing for a name that is none."""
        label, _, number = persistent_id.rpartition("/")
        try:
            read, key = _read(label), int(number)
        except (ValueError, LookupError):
            return None
        return read.first(key)


@lru_cache(maxsize=16)
def _read(label: str) -> CompiledRead[Device]:
    """Return the read of one kind of device.  Raises ``ValueError`` or ``LookupError`` for what is no kind."""
    kind = apps.get_model(label)
    if not issubclass(kind, Device):
        raise LookupError(label)

    def build(key: int) -> QuerySet[Device]:
        rows: QuerySet[Device] = kind._default_manager.filter(pk=key)  # noqa: SLF001 -- as django-otp's own
        return rows

    return CompiledRead(build, -1)
