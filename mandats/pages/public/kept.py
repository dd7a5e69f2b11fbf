"""How long browsers keep a public page.

A page is the same for all strangers; who is signed in, or has just done something, has their own: kept nowhere, because
desks are shared.  What machines read is the same for all, and any cache may keep it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

MINUTES = 5
View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """Let a stranger's browser keep the page for five minutes; nobody else's."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if settings.SESSION_COOKIE_NAME in request.COOKIES or answer.status_code != 200:
            patch_cache_control(answer, no_store=True)
        else:
            patch_cache_control(answer, private=True, max_age=MINUTES * 60)
        patch_vary_headers(answer, ("Cookie",))
        return answer

    return kept


def for_machines(seconds: int) -> Callable[[View], View]:
    """Let any cache keep the answer, and any site's script read it: it is public and the same for all."""

    def keep(view: View) -> View:
        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            answer = view(request, *args, **kwargs)
            patch_cache_control(answer, public=True, max_age=seconds)
            answer["Access-Control-Allow-Origin"] = "*"
            return answer

        return kept

    return keep
