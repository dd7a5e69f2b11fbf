"""What is refused leaves an entry, at one place for all pages.

A page of another role, an object outside one's reach (which answers as one that does not exist, and whose entry says no
more), a form of another session, a demand that a warning answers and that changed nothing: counted by who asks,
route and minute, the first of a minute journaled.  What a service refuses and tells itself is not told again.
"""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from aidants.comptes.address import client_network
from aidants.comptes.models import Compte
from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import FORM_EXPIRED, OUT_OF_REACH, ROLE_MISSING, WITHOUT_EFFECT, ErrorCode
from aidants.domain.events import ACT_WITHOUT_EFFECT, OBJECT_REFUSED, PAGE_REFUSED
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record_counted
from aidants.journal.told import because, listening
from aidants.structures.acting import PlacedRequest

Finder = Callable[[HttpRequest], Acteur | None]

_FINDERS: list[Finder] = []
_REASONS = {403: ROLE_MISSING, 404: OUT_OF_REACH, 409: WITHOUT_EFFECT}
_EVENTS = {OUT_OF_REACH: OBJECT_REFUSED, ROLE_MISSING: PAGE_REFUSED, FORM_EXPIRED: PAGE_REFUSED}
_ONLY_LOOKING = ("GET", "HEAD", "OPTIONS")


def known_by(finder: Finder) -> None:
    """Let ``finder`` tell who asks when it is no account: an usager, a site.  Called once, when its app is ready."""
    _FINDERS.append(finder)


def refuse_form(request: HttpRequest, form: Form, denied: Denied, field: str | None = None) -> None:
    """Show a refusal on a form, and let it be journaled."""
    form.add_error(field, denied.reason.message)
    because(request, denied.reason)


def warn(request: HttpRequest, said: Denied | str, *, level: int = messages.WARNING) -> None:
    """Say on the next page that something was not done, and let it be journaled.

    ``said``: the refusal, or words for an act that found nothing to change.
    """
    reason, words = (said.reason, said.reason.message) if isinstance(said, Denied) else (WITHOUT_EFFECT, said)
    messages.add_message(request, level, words)
    because(request, reason)


class RefusalsMiddleware:
    """Counts each answer that refuses, unless the journal was told of it during the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on, then look at the answer.  An address that leads nowhere is nobody's object."""
        with listening() as told:
            response = self.get_response(request)
        if request.resolver_match is not None and not told.refusals:
            reason = _reason(request, response)
            if reason is not None:
                _count(request, request.resolver_match.view_name, reason)
        return response


def _reason(request: HttpRequest, response: HttpResponse) -> ErrorCode | None:
    """Return why the answer is a refusal, or ``None``.  ``refusal`` was left on the request by ``because``."""
    found: ErrorCode | None = getattr(request, "refusal", _REASONS.get(response.status_code))
    return found


def _count(request: HttpRequest, route: str, reason: ErrorCode) -> None:
    """Count one refusal; which page, never its address.

    What is not there on a page open to all (a tile, a list) was refused to nobody, account or not.
    """
    absent = reason == OUT_OF_REACH and request.method in _ONLY_LOOKING and route in settings.PUBLIC_ROUTES
    acteur = _known_elsewhere(request) if absent else _acteur(request)
    if acteur is None and request.method in _ONLY_LOOKING:
        return
    who = str(acteur.id) if acteur else client_network(request)
    bucket, now = keyed_digest(settings.DIGEST_KEY, "limit-page", f"{who} {route}"), timezone.now()
    event, facts, asks = _EVENTS.get(reason, ACT_WITHOUT_EFFECT), {"route": route}, acteur or ANONYME
    record_counted(event, bucket=bucket, at=now, reason=reason.code, acteur=asks, facts=facts)


def _acteur(request: HttpRequest) -> Acteur | None:
    """Return who asks: an account, for the structure that it acts for if any, or who another app knows."""
    user = getattr(request, "user", None)
    if isinstance(user, Compte):
        place = cast("PlacedRequest", request).affectation
        return Acteur(Kind.COMPTE, user.id, place.structure_id if place else None)
    return _known_elsewhere(request)


def _known_elsewhere(request: HttpRequest) -> Acteur | None:
    return next((found for finder in _FINDERS if (found := finder(request))), None)
