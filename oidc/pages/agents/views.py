"""Verifying in an administration's name: its agent signs in by ProConnect, and the answer says « authentifiée »."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes.address import client_network
from aidants.domain.decisions import Denied
from aidants.pages.refusals import warn
from mandats.pages.verifier import views as verifier
from mandats.pages.verifier.forms import AgentVerifyForm, typed_in
from mandats.verification.questions import Asker
from oidc.proconnect import agents, sign_in
from oidc.provider.models import Client

View = Callable[[HttpRequest, Client], HttpResponse]


@never_cache
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Send an agent to ProConnect, by a page that leaves by itself."""
    if not settings.PROCONNECT_CLIENT_ID:
        raise Http404
    address = sign_in.leave(request, "", timezone.now(), purpose=sign_in.CLIENT)
    if isinstance(address, Denied):
        warn(request, address, level=messages.ERROR)
        return redirect("mandats:verify_form")
    return render(request, "proconnect/leave.html", {"address": address})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def service(request: HttpRequest) -> HttpResponse:
    """Let an agent whose organisation has several services connected say for which they verify."""
    now = timezone.now()
    services = agents.services_for(request, now)
    if not services:
        return redirect("mandats:verify_form")
    if request.method == "POST" and agents.choose_service(request, request.POST.get("service", ""), now):
        return redirect("oidc:agent_verify")
    status = 422 if request.method == "POST" else 200
    return render(request, "proconnect/service.html", {"services": services, "missing": status == 422}, status=status)


def for_agent(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Hand the view the client whose agent is here; anybody else is led to the form that asks for no sign-in."""

    def guarded(request: HttpRequest) -> HttpResponse:
        client = agents.client_here(request, timezone.now())
        return redirect("mandats:verify_form") if client is None else view(request, client)

    return guarded


def _counter(client: Client) -> verifier.Counter:
    return verifier.Counter("oidc:agent_verify", "oidc:agent_suite", client.name)


@never_cache
@sensitive_post_parameters("code", "family_name", "day", "month", "year")
@require_http_methods(["GET", "HEAD", "POST"])
@for_agent
def verify(request: HttpRequest, client: Client) -> HttpResponse:
    """Ask the fields, but for the organisation; show the answer with its receipt."""
    asked = typed_in(AgentVerifyForm, request.POST)
    if not asked.is_valid():
        return verifier.ask(request, asked, _counter(client))
    asker = Asker(client.name, "page", client_network(request), authenticated=True, client_id=client.id)
    return verifier.answered(request, asked, asker, _counter(client))


@never_cache
@require_POST
@for_agent
def suite(request: HttpRequest, client: Client) -> HttpResponse:
    """Take what the agent decided after a verification of their own organisation's."""
    return verifier.take_suite(request, _counter(client), client.id)


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget the agent, and close ProConnect's session by a page that leaves by itself."""
    address = agents.leave(request, timezone.now())
    if not address:
        return redirect("mandats:verify_form")
    return render(request, "proconnect/leave.html", {"address": address})
