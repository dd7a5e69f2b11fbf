"""Django's session engine over our table (``SESSION_ENGINE``).

A signed-in session ends twelve hours after its opening, whatever is done in it: its end never slides.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from aidants.compiled import CompiledRead
from aidants.comptes import backend, closings
from aidants.comptes.sessions.models import SessionOuverte

OPENED_AT = "opened_at"
LAST_ACT_AT = "last_act_at"
PUBLIC_ID = "public_id"
DEVICE = "device"
FACTOR = "factor"
BROWSER = "oidc_browser"
"""The name, drawn at random, under which a session opens sites; told when it is closed, so that they close too."""


def _living(key: str, now: datetime) -> QuerySet[SessionOuverte]:
    return SessionOuverte.objects.filter(session_key=key, expire_date__gt=now)


_LIVING = CompiledRead(_living, "key", datetime(1, 1, 1, tzinfo=UTC))


class SessionStore(DatabaseStore):
    """Writes beside the content who it is, since when, on what, and the last act."""

    def _get_session_from_db(self) -> SessionOuverte | None:
        """Return the row of this session while it lives; a key that has none is forgotten, as Django's store does."""
        row = _LIVING.first(self.session_key, timezone.now())
        if row is None:
            self._session_key = None
        return row

    def load(self) -> dict[str, Any]:
        """Return the content; of a session that was closed from elsewhere, what its browser still owes.

        Each request that comes with the dead key begins a session of its own: the browser keeps one of them.
        """
        key = self.session_key
        content: dict[str, Any] = super().load()
        if key is not None and self.session_key is None:
            content = closings.due_to(key, timezone.now())
            self.modified = bool(content)
        return content

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the content; a session opened before the account's backend had its name goes on under it."""
        data: dict[str, Any] = super().decode(session_data)
        if data.get(BACKEND_SESSION_KEY) == backend.FORMER_NAME:
            data[BACKEND_SESSION_KEY] = backend.NAME
        return data

    def take(self, name: str) -> Any:
        """Return a value of the session and forget it at once: of two requests of one session, one has it.

        Each request works on a copy of the content: what serves once is taken from the row.
        """
        self.pop(name, None)
        with transaction.atomic():
            rows = SessionOuverte.objects.select_for_update(no_key=True)
            row = rows.filter(session_key=self.session_key, expire_date__gt=timezone.now()).first()
            kept = self.decode(row.session_data) if row else {}
            taken = kept.pop(name, None)
            if row is not None and taken is not None:
                row.session_data = self.encode(kept)
                row.save(update_fields=("session_data",))
        return taken

    @classmethod
    def get_model_class(cls) -> type[SessionOuverte]:
        """Return our table."""
        return SessionOuverte

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row for ``data``."""
        row: Any = super().create_model_instance(data)
        if data.get(OPENED_AT):
            row.public_id = uuid.UUID(data[PUBLIC_ID])
            row.compte_id = data.get(SESSION_KEY)
            row.opened_at = _moment(data[OPENED_AT])
            row.last_act_at = _moment(data.get(LAST_ACT_AT, data[OPENED_AT]))
            row.device, row.factor = data.get(DEVICE, ""), data.get(FACTOR, "")
        return row

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """Return the fixed end of a signed-in session; Django's own answer for a stranger's."""
        opened = self.get(OPENED_AT)
        if not opened:
            return super().get_expiry_date(**kwargs)
        return _moment(opened) + timedelta(seconds=settings.SESSION_COOKIE_AGE)

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Return the seconds that the session still has."""
        if not self.get(OPENED_AT):
            return super().get_expiry_age(**kwargs)
        left = self.get_expiry_date() - (kwargs.get("modification") or timezone.now())
        return max(0, int(left.total_seconds()))

    def get_session_cookie_age(self) -> int:
        """Return how long a stranger's session lasts: long enough for a sign-in and its way back."""
        return int(settings.STRANGER_SESSION_AGE)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
