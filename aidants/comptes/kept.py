"""What a person had typed when their second factor had to be asked again: kept for the page it was sent to, once.

Kept in the person's own session, sealed, for the one path and for half an hour.  Only pages that ask for it by
:func:`keeps_what_was_typed` are concerned: none that takes a code, a password or a file.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from django.conf import settings
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


def keep(request: HttpRequest, view: object, now: datetime) -> None:
    """Keep what was posted to ``view``, if it asks for that; a second one takes the place of the first."""
    if request.method != "POST" or not getattr(view, _MARK, False) or request.FILES:
        return
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    encoded = typed.urlencode()
    if len(encoded) <= _AT_MOST:
        sealed = b64encode(seal(encoded.encode(), settings.VAULT_KEYS)).decode()
        request.session[_KEY] = {"path": request.path, "at": int(now.timestamp()), "typed": sealed}


def given_back(request: HttpRequest, now: datetime) -> QueryDict | None:
    """Return, once, what was kept for this very path in this session; ``None`` if nothing was."""
    found = request.session.get(_KEY)
    if not found or found["path"] != request.path:
        return None
    del request.session[_KEY]
    if now.timestamp() - found["at"] > _LIVES.total_seconds():
        return None
    try:
        return QueryDict(unseal(b64decode(found["typed"]), settings.VAULT_KEYS).decode())
    except Unsealable:
        return None
