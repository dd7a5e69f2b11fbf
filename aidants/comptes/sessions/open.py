"""The list of a person's open sessions, and their closing."""

from datetime import datetime
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import QuerySet

from aidants.comptes import closings
from aidants.comptes.models import Compte
from aidants.comptes.sessions.models import FermetureDue, SessionOuverte
from aidants.comptes.sessions.store import PUBLIC_ID, SessionStore
from aidants.domain.acteur import Acteur
from aidants.domain.events import SESSIONS_CLOSE
from aidants.journal.record import record


def open_sessions(compte: Compte, now: datetime) -> list[SessionOuverte]:
    """Return the person's sessions that still stand, the one used last first."""
    rows = SessionOuverte.objects.filter(compte=compte, expire_date__gt=now)
    return list(rows.defer("session_data").order_by("-last_act_at", "public_id"))


def is_current(session: SessionBase, row: SessionOuverte) -> bool:
    """Tell whether ``row`` is the session of this very request."""
    return bool(session.get(PUBLIC_ID) == str(row.public_id))


def close_one(compte: Compte, public_id: UUID, acteur: Acteur, now: datetime) -> bool:
    """Close one session of the person; its next request meets the sign-in page.  False when it is not theirs."""
    with transaction.atomic():
        closed = _delete(SessionOuverte.objects.filter(compte=compte, public_id=public_id), now)
        if closed:
            record(SESSIONS_CLOSE, acteur=acteur, at=now, subject=compte.id, facts={"count": closed})
    return bool(closed)


def close_all(compte: Compte, acteur: Acteur, now: datetime, *, but: SessionBase | None = None) -> int:
    """Close every session of the person, ``but`` the one given; return how many there were."""
    kept = but.get(PUBLIC_ID) if but is not None else None
    with transaction.atomic():
        rows = SessionOuverte.objects.filter(compte=compte)
        closed = _delete(rows.exclude(public_id=UUID(kept)) if kept else rows, now)
        if closed:
            record(SESSIONS_CLOSE, acteur=acteur, at=now, subject=compte.id, facts={"count": closed})
    return closed


def _delete(rows: QuerySet[SessionOuverte], now: datetime) -> int:
    """Delete sessions; what each owes a federation of the State waits for its browser."""
    decode = SessionStore().decode
    found = rows.select_for_update().order_by("session_key").values_list("session_key", "session_data")
    left = [closings.left_by(key, decode(data), now) for key, data in found]
    FermetureDue.objects.bulk_create([one for one in left if one], ignore_conflicts=True)
    closed, _ = rows.delete()
    return closed
