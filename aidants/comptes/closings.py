"""Sessions that a federation of the State may still hold open in this browser, and where each is closed.

Owns what is owed from the moment that a federation vouched for somebody until the browser came back from closing its
session there: signing out here pays what is left.  An address holds a token, so it is sealed; this room calls nobody.
"""

import base64

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from aidants.domain.vault import seal, unseal

FRANCECONNECT, PROCONNECT = "franceconnect", "proconnect"
_OWED, _LEAVING = "closings_owed", "closings_leaving"


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
