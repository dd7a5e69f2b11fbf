"""The pages shown when a request cannot be answered."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.errors import ROLE_MISSING
from aidants.domain.events import PAGE_REFUSED
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record_counted


def _page(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    return render(request, "aidants/error.html", {"title": title, "advice": advice}, status=status)


def bad_request(request: HttpRequest, exception: object) -> HttpResponse:
    """400: what was sent cannot be read."""
    return _page(request, 400, "Demande illisible", "Revenez en arrière et réessayez.")


def forbidden(request: HttpRequest, exception: object) -> HttpResponse:
    """403: not for this person; counted by person, page and minute, the first journaled."""
    _count_refusal(request)
    return _page(request, 403, "Accès refusé", ROLE_MISSING.message)


def _count_refusal(request: HttpRequest) -> None:
    """Count a page that the role of a signed-in person does not open (DOMAIN §4); which page, never its address."""
    user, route = getattr(request, "user", None), request.resolver_match.view_name if request.resolver_match else ""
    if isinstance(user, Compte):
        acteur, now = Acteur(Kind.COMPTE, user.id), timezone.now()
        bucket = keyed_digest(settings.DIGEST_KEY, "limit-page", f"{user.id} {route}")
        reason, facts = ROLE_MISSING.code, {"route": route}
        record_counted(PAGE_REFUSED, bucket=bucket, at=now, reason=reason, acteur=acteur, facts=facts)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was opened in another session, or cookies are blocked."""
    advice = "Votre session a changé depuis l’ouverture de cette page. Rechargez-la, puis recommencez."
    return _page(request, 403, "Formulaire expiré", advice)


def not_found(request: HttpRequest, exception: object) -> HttpResponse:
    """404: no such page, or nothing that this person may see."""
    advice = "L’adresse est peut-être incomplète, ou cet élément n’est pas dans votre structure."
    return _page(request, 404, "Page introuvable", advice)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault.  Rendered without the database, the session and the frame: any of them may be what failed."""
    told = {"telephone": settings.ACCUEIL_TELEPHONE, "service": settings.SERVICE_NAME}
    return HttpResponse(render_to_string("aidants/server_error.html", told), status=500)
