"""The addresses of a sign-in by ProConnect, for an account or for an administration's agent."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from aidants.comptes import closings
from aidants.comptes.forms import ProConnectCodeForm
from aidants.domain.decisions import Denied
from aidants.pages.back import way_back
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from oidc.proconnect import agents, errors, sign_in
from oidc.provider.waiting import waiting_at


@never_cache
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Send an agent to ProConnect, by a page that leaves by itself."""
    if not settings.PROCONNECT_CLIENT_ID:
        raise Http404
    address = sign_in.leave(request, way_back(request), timezone.now())
    if isinstance(address, Denied):
        return _sorry(request, address)
    return render(request, "proconnect/leave.html", {"address": address})


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Take the agent back, once, in the browser that left."""
    now, for_client = timezone.now(), sign_in.purpose_of(request) == sign_in.CLIENT
    returned = sign_in.take_back(request, now)
    if isinstance(returned, Denied):
        return _sorry(request, returned, "mandats:verify_form" if for_client else "aidants:sign_in")
    if for_client:
        return redirect(agents.enter(request, returned.agent, now))
    outcome = sign_in.await_factor(request, returned, now)
    if outcome:
        messages.error(request, errors.NO_COMPTE.message)
        return redirect(outcome)
    return redirect("oidc:proconnect_code")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask our own second factor, which ProConnect never replaces."""
    now = timezone.now()
    if not sign_in.is_awaited(request, now):
        return redirect("aidants:sign_in")
    form, status = ProConnectCodeForm(posted(request)), 200
    if form.is_valid():
        outcome = sign_in.finish(request, form.cleaned_data["code"], now)
        if not isinstance(outcome, Denied):
            return redirect(outcome or "aidants:home")
        form.add_error("code", outcome.reason.message)
        status = outcome.reason.http
    context = {"form": form, "bridge": waiting_at(sign_in.way_awaited(request), request.session)}
    return render(request, "proconnect/code.html", context, status=status)


@never_cache
@require_GET
def end(request: HttpRequest) -> HttpResponse:
    """ProConnect's session is closed; a browser that signed out goes on to what is left to close."""
    if onwards := closings.onwards(request.session):
        return redirect(onwards)
    return redirect("mandats:verify_form" if agents.has_left(request) else "aidants:sign_in")


def _sorry(request: HttpRequest, refused: Denied, way: str = "aidants:sign_in") -> HttpResponse:
    warn(request, refused, level=messages.ERROR)
    return redirect(way)
