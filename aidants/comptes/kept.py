"""What a person had typed when their second factor had to be asked again: kept for the page it was sent to, once.

Kept in the person's own session, sealed, for the one path and for half an hour.  Two kinds are concerned, none of which
takes a code, a password or a file: pages that ask for it by :func:`keeps_what_was_typed`, which show it again; and acts
that ask for a factor of late, which wait whole until it is given (:func:`take_up`).
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, QueryDict

from aidants.domain.vault import Unsealable, seal, unseal

View = TypeVar("View", bound=Callable[..., HttpResponse])
_KEY: Final = "typed"
_MARK: Final = "keeps_what_was_typed"
_LIVES: Final = timedelta(minutes=30)
_AT_MOST: Final = 20_000


def keeps_what_was_typed(view: View) -> View:
    """Mark a view whose POST is kept when the second factor comes first."""
    setattr(view, _MARK, True)
    return view


@dataclass(frozen=True, slots=True)
class Waiting:
    """An act that waits for the factor: where it goes, and each name and value that was posted."""

    address: str
    typed: list[tuple[str, str]]


def keep(request: HttpRequest, view: object, now: datetime, *, whole: bool = False) -> None:
    """Keep what was posted to ``view``, if it asks for that or is a ``whole`` act; a second one takes its place."""
    if is_waiting(request.session):
        del request.session[_KEY]
    if request.method != "POST" or not (whole or getattr(view, _MARK, False)) or request.FILES:
        return
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    encoded = typed.urlencode()
    if len(encoded) <= _AT_MOST:
        sealed = b64encode(seal(encoded.encode(), settings.VAULT_KEYS)).decode()
        kept = {"path": request.path, "at": int(now.timestamp()), "typed": sealed}
        request.session[_KEY] = kept | ({"whole": request.get_full_path()} if whole else {})


def is_waiting(session: SessionBase) -> bool:
    """Tell whether an act waits in this session for the factor."""
    return "whole" in session.get(_KEY, {})


def take_up(request: HttpRequest, now: datetime) -> Waiting | None:
    """Return, once, the act that waited, to be sent by the person; ``None`` if none did."""
    if not is_waiting(request.session):
        return None
    found = request.session.pop(_KEY)
    typed = _unsealed(found, now)
    if typed is None:
        return None
    return Waiting(found["whole"], [(name, value) for name, values in typed.lists() for value in values])


def given_back(request: HttpRequest, now: datetime) -> QueryDict | None:
    """Return, once, what was kept for this very path in this session; ``None`` if nothing was."""
    found = request.session.get(_KEY)
    if not found or found["path"] != request.path or is_waiting(request.session):
        return None
    del request.session[_KEY]
    return _unsealed(found, now)


def _unsealed(found: dict[str, Any], now: datetime) -> QueryDict | None:
    if now.timestamp() - found["at"] > _LIVES.total_seconds():
        return None
    try:
        return QueryDict(unseal(b64decode(found["typed"]), settings.VAULT_KEYS).decode())
    except Unsealable:
        return None
