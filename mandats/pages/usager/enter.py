"""Opening and closing the usager's page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes.address import client_network
from aidants.domain.decisions import Denied
from aidants.journal.limits import Throttled
from mandats.domain import errors
from mandats.pages.usager import session
from mandats.pages.usager.forms import EnterForm
from mandats.verification.usager_access import enter_by_code

_OVER = "Votre page est fermée. Pour la rouvrir, écrivez à nouveau vos informations."
_REPLACED = (
    "Votre page est fermée : vos codes ont été remplacés, les anciens ne marchent plus. Pour la rouvrir, écrivez le "
    "nouveau code de révocation, ou entrez avec FranceConnect. Vous n’avez pas demandé de nouveaux codes ? "
    f"Appelez le {settings.ACCUEIL_TELEPHONE}."
)
View = Callable[..., HttpResponse]


@never_cache
@sensitive_post_parameters("code", "day", "month", "year")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Ask reference, revocation code and birth date; or offer FranceConnect."""
    if request.method != "POST" and session.current(request, timezone.now()):
        return redirect("mandats:usager_page")
    if request.session.pop(session.REPLACED, None):
        messages.info(request, _REPLACED)
    form, status, wait = EnterForm(request.POST or None), 200, None
    if form.is_valid():
        given, now = form.cleaned_data, timezone.now()
        found = enter_by_code(given["reference"], given["code"], given["birthdate"], client_network(request), now)
        if not isinstance(found, Denied | Throttled):
            session.enter_by_code(request, found, given["code"], now)
            return redirect("mandats:usager_page")
        wait = found if isinstance(found, Throttled) else None
        reason = errors.TOO_MANY_LOOKUPS if isinstance(found, Throttled) else found.reason
        form.add_error(None, reason.message)
        status = reason.http
    elif form.is_bound:
        status = 422
    response = render(request, "usager/enter.html", {"form": form, "wait": wait}, status=status)
    if wait:
        response["Retry-After"] = str(wait.seconds)
    return response


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the page, at once, and FranceConnect's session if the browser never came back from closing it."""
    address = session.close(request, reverse("mandats:usager_enter"))
    if address:
        return render(request, "aidants/leaving.html", {"address": address})
    messages.success(request, "Votre page est fermée.")
    return redirect("mandats:usager_enter")


def usager_only(view: View) -> View:
    """Hand the usager's session to ``view``; without one, go back to the entry."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        who = session.current(request, now)
        if who is None:
            if session.REPLACED not in request.session:
                messages.info(request, _OVER)
            return redirect("mandats:usager_enter")
        return view(request, who, now, *args, **kwargs)

    return guarded
