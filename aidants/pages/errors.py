"""The pages shown when a request cannot be answered."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from aidants.domain.errors import FORM_EXPIRED, OUT_OF_REACH, ROLE_MISSING
from aidants.pages.refusals import because


def _page(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    return render(request, "aidants/error.html", {"title": title, "advice": advice}, status=status)


def bad_request(request: HttpRequest, exception: object) -> HttpResponse:
    """400: what was sent cannot be read."""
    return _page(request, 400, "Demande illisible", "Revenez en arrière et réessayez.")


def forbidden(request: HttpRequest, exception: object) -> HttpResponse:
    """403: not for this person; journaled by :mod:`aidants.pages.refusals`, as what follows."""
    return _page(request, 403, "Accès refusé", ROLE_MISSING.message)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was opened in another session, or cookies are blocked."""
    because(request, FORM_EXPIRED)
    return _page(request, 403, "Formulaire expiré", FORM_EXPIRED.message)


def not_found(request: HttpRequest, exception: object) -> HttpResponse:
    """404: no such page, or nothing that this person may see."""
    return _page(request, 404, "Page introuvable", OUT_OF_REACH.message)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault.  Rendered without the database, the session and the frame: any of them may be what failed."""
    told = {"telephone": settings.ACCUEIL_TELEPHONE, "service": settings.SERVICE_NAME}
    return HttpResponse(render_to_string("aidants/server_error.html", told), status=500)
