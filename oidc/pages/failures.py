"""A failure that nobody foresaw never leaves the aidant on a page of ours alone: the way back to the site is there.

PROTOCOLS §1; RFC 6749 §4.1.2.1 has two errors for it.  Once the request is known, a page says what happened, with
« try again » and the way back; before that, the browser goes back at once.  What cannot even be looked up stays an
error page.
"""

import logging
from collections.abc import Callable

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from aidants.domain.decisions import GRANTED, decide
from aidants.domain.errors import ErrorCode
from oidc.pages.not_chosen import not_chosen
from oidc.protocol.authorize import WHO_ASKS
from oidc.protocol.errors import SERVER_ERROR, TEMPORARILY_UNAVAILABLE
from oidc.provider.answers import send
from oidc.provider.authorization import read_request, refuse
from oidc.provider.interactions import find_interaction

_log = logging.getLogger("django.request")
_ANSWERED_ELSEWHERE = (Http404, PermissionDenied, SuspiciousOperation)
_OF_A_REQUEST = ("oidc:choice", "oidc:go_back")


class BridgeFailuresMiddleware:
    """Answers for the views of the bridge that a browser opens, and for no other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the way back; ``None``, and Django's own answer, where there is none."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        if isinstance(exception, _ANSWERED_ELSEWHERE) or route not in (*_OF_A_REQUEST, "oidc:authorize"):
            return None
        error = TEMPORARILY_UNAVAILABLE if isinstance(exception, DatabaseError) else SERVER_ERROR
        try:
            answer = _back(request, error) if route == "oidc:authorize" else _page(request, error)
        except DatabaseError:
            connection.close()
            return None
        if answer is not None:
            _log.error("%s: %s", route, error.code, exc_info=exception)
        return answer


def _back(request: HttpRequest, error: ErrorCode) -> HttpResponse | None:
    made = read_request(request, timezone.now())
    if made.client is None or decide(WHO_ASKS, made.facts) is not GRANTED:
        return None
    return send(request, refuse(made.facts, error), made.client.name)


def _page(request: HttpRequest, error: ErrorCode) -> HttpResponse | None:
    match = request.resolver_match
    interaction = find_interaction(match.kwargs["interaction_id"], request.session) if match else None
    if interaction is None:
        return None
    return not_chosen(request, interaction, error, "Une erreur nous a arrêtés", again="Réessayer")
