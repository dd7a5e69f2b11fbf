"""Sessions that a federation of the State may still hold open in this browser, and where each is closed.

Owns what is owed from the moment that a federation vouched for somebody until the browser came back from closing its
session there: signing out here pays what is left.  A session that is closed from elsewhere cannot: what it owed waits
for the next page that its browser opens, signed in or not (`sessions/store.py`).  An address holds a token, so it is
sealed; this room calls nobody.
"""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from aidants.comptes.sessions.models import FermetureDue
from aidants.domain.vault import keyed_digest, seal, unseal

FRANCECONNECT, PROCONNECT = "franceconnect", "proconnect"
_OWED, _LEAVING, _DUE = "closings_owed", "closings_leaving", "closings_due"
# As long as a stranger's session: FranceConnect's own lasts half an hour.
_KEPT: Final = timedelta(hours=2)


def owe(session: SessionBase, federation: str, address: str) -> None:
    """Keep the address that closes the session of ``federation``; a later one replaces it."""
    sealed = base64.b64encode(seal(address.encode(), settings.VAULT_KEYS)).decode()
    session[_OWED] = {**session.get(_OWED, {}), federation: sealed}


def settle(session: SessionBase, federation: str) -> None:
    """Forget what was owed: the browser came back from there."""
    if federation in session.get(_OWED, {}):
        session[_OWED] = {name: sealed for name, sealed in session[_OWED].items() if name != federation}


def owed(session: SessionBase) -> dict[str, str]:
    """Return what is left to close, sealed, by federation: to be read before the session is emptied."""
    return dict(session.get(_OWED, {}))


def begin_anew(session: SessionBase) -> None:
    """Empty a session for whoever comes next in this browser; what it still owes stays owed."""
    left = owed(session)
    session.flush()
    if left:
        session[_OWED] = left


def leave(session: SessionBase, left: dict[str, str], end: str) -> str:
    """Return the first address to go to, or an empty text; the new ``session`` knows what follows, ``end`` last.

    Without an ``end`` the browser goes nowhere: what is left stays owed.
    """
    if not left:
        return ""
    if not end:
        session[_OWED] = left
        return ""
    session[_LEAVING] = {"left": list(left.values()), "end": end}
    return onwards(session)


def onwards(session: SessionBase) -> str:
    """Return where a browser that has signed out goes next; an empty text for one that is not leaving."""
    leaving = session.get(_LEAVING)
    if leaving is None:
        return ""
    if not leaving["left"]:
        session.pop(_LEAVING)
        return str(leaving["end"])
    first, *rest = leaving["left"]
    session[_LEAVING] = {**leaving, "left": rest}
    return unseal(base64.b64decode(first), settings.VAULT_KEYS).decode()


def left_by(key: str, content: Mapping[str, Any], now: datetime) -> FermetureDue | None:
    """Return what a session about to be closed from elsewhere leaves to its browser, if it owes anything."""
    left = content.get(_OWED)
    return FermetureDue(session_digest=_digest(key), owed=left, expires_at=now + _KEPT) if left else None


def due_to(key: str, now: datetime) -> dict[str, Any]:
    """Return with what the next session of a browser begins, whose last one had this key; mostly nothing."""
    found = FermetureDue.objects.filter(pk=_digest(key), expires_at__gt=now).values_list("owed", flat=True).first()
    return {_OWED: found, _DUE: True} if found else {}


def is_due(session: SessionBase) -> bool:
    """Tell whether this browser is to be led out before anything else."""
    return _DUE in session


def lead_out(session: SessionBase, end: str) -> str:
    """Return where a browser goes whose session was closed from elsewhere; it comes back to ``end``."""
    del session[_DUE]
    return leave(session, session.pop(_OWED, {}), end) or end


def _digest(key: str) -> str:
    return keyed_digest(settings.DIGEST_KEY, "closed-session", key)
