"""The pages shown when a request cannot be answered."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from aidants.domain.errors import BODY_TOO_LARGE, FORM_EXPIRED, OUT_OF_REACH, ROLE_MISSING
from aidants.journal.told import because
from aidants.papiers.typesetting import PaperNotMade


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
    return _bare("aidants/server_error.html", {}, 500)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: nothing of the request was read, its session neither."""
    return _bare("aidants/too_large.html", {"advice": BODY_TOO_LARGE.message}, BODY_TOO_LARGE.http)


def _bare(template: str, told: dict[str, str], status: int) -> HttpResponse:
    frame = {"service": settings.SERVICE_NAME, "telephone": settings.ACCUEIL_TELEPHONE}
    return HttpResponse(render_to_string(template, told | frame), status=status)


class PapersMiddleware:
    """Answers for a paper that could not be laid out: what wanted it changed nothing, and may ask again in a minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of a paper that failed; ``None`` for any other failure."""
        if not isinstance(exception, PaperNotMade):
            return None
        advice = "Rien n’est perdu, et rien n’a changé. Revenez en arrière, puis réessayez dans une minute."
        answer = _page(request, 503, "Ce papier n’a pas pu être fait", advice)
        answer.headers["Retry-After"] = "60"
        return answer
