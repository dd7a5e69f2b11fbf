"""What other servers call, thousands of times a minute: it is answered by a chain of its own, before all others.

Who calls there proves who it is by credentials or a token of its own, never by a cookie of ours: sessions, forms,
messages, the person signed in and the place acted for have no part in the answer.  What every answer owes stays, by
Django's own middlewares (``SERVER_MIDDLEWARE``): https, the host's name, the length, the headers that browsers obey.
Which routes these are stands beside the public ones, in :mod:`deploy.public_routes`.
"""

from collections.abc import Callable
from functools import reduce
from typing import cast

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve, reverse
from django.utils.module_loading import import_string

GetResponse = Callable[[HttpRequest], HttpResponse]


class ServersFirst:
    """Answers the routes that servers call by their own chain; hands every other request on.

    Their addresses hold no argument: each is resolved once, when the service starts.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Build the chain.  Raises ``ImproperlyConfigured`` for a route that a cookie of ours might open."""
        self._others = get_response
        self._routes = {reverse(name): _open_route(name) for name in settings.SERVER_ROUTES}
        self._chain: GetResponse = reduce(_wrapped, reversed(settings.SERVER_MIDDLEWARE), _converted(_answer))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or hand on."""
        route = self._routes.get(request.path_info)
        if route is None:
            return self._others(request)
        request.resolver_match = route
        return self._chain(request)


class PolicyOfServers:
    """The service's Content-Security-Policy, written once: without a nonce, for no page stands behind these routes."""

    def __init__(self, get_response: GetResponse) -> None:
        """Write the policy."""
        self.get_response, self._policy = get_response, build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header; the page of an error, which is all that could ask for it, gets no nonce."""
        request.csp_nonce = ""  # type: ignore[attr-defined]  # django-csp's
        response = self.get_response(request)
        response.headers[HEADER] = self._policy
        return response


def _open_route(name: str) -> ResolverMatch:
    found = resolve(reverse(name))
    if name not in settings.PUBLIC_ROUTES or not getattr(found.func, "csrf_exempt", False):
        raise ImproperlyConfigured(f"{name} is no route that servers call: it is not public, or reads our cookie")
    return found


def _wrapped(inner: GetResponse, name: str) -> GetResponse:
    made: GetResponse = import_string(name)(inner)
    return _converted(made)


def _converted(handler: GetResponse) -> GetResponse:
    """Answer exceptions where they are raised, as Django does around each middleware of its own chain."""
    return cast("GetResponse", convert_exception_to_response(handler))


def _answer(request: HttpRequest) -> HttpResponse:
    """Call the view; REST framework's answers are rendered after it, as Django's handler does."""
    route = request.resolver_match
    if route is None:
        raise LookupError(request.path_info)
    response: HttpResponse = route.func(request, *route.args, **route.kwargs)
    render = getattr(response, "render", None)
    return render() if callable(render) else response
