"""Signing in and out, the second factor asked again, and the structure acted for."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp.middleware import is_verified

from aidants.comptes import sign_in as sessions
from aidants.comptes.forms import CodeForm, SignInForm
from aidants.comptes.models import Compte
from aidants.domain.decisions import Denied
from aidants.domain.errors import SECOND_FACTOR_REFUSED
from aidants.pages.back import way_back, way_back_or_home
from aidants.pages.posted import posted
from aidants.structures.acting import structures_of, switch_structure


@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail, password and code; who is signed in already goes on."""
    if is_verified(request.user) and request.method != "POST":
        return redirect(way_back_or_home(request))
    form, status = SignInForm(posted(request)), 200
    if form.is_valid():
        outcome = sessions.sign_in(request, **form.cleaned_data, now=timezone.now())
        if isinstance(outcome, Compte):
            return redirect(way_back_or_home(request))
        form.add_error(None, outcome.reason.message)
        status = outcome.reason.http
    return render(request, "aidants/sign_in.html", {"form": form, "next": way_back(request)}, status=status)


def keep_page(request: HttpRequest, response: HttpResponse, credentials: object) -> HttpResponse:
    """Answer a throttled person with our own page, which says so already (django-axes asks for this)."""
    return response


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask the code again after fifteen idle minutes, then go on where the person was going."""
    form, status = CodeForm(posted(request)), 200
    if form.is_valid():
        compte = cast("Compte", request.user)
        if sessions.confirm_code(request, compte, form.cleaned_data["code"], timezone.now()):
            return redirect(way_back_or_home(request))
        form.add_error("code", SECOND_FACTOR_REFUSED.message)
        status = SECOND_FACTOR_REFUSED.http
    return render(request, "aidants/second_factor.html", {"form": form, "next": way_back(request)}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    sessions.sign_out(request, timezone.now())
    return redirect("aidants:home")


@require_http_methods(["GET", "HEAD", "POST"])
def structures(request: HttpRequest) -> HttpResponse:
    """List the structures of the person; choose the one acted for."""
    compte = cast("Compte", request.user)
    if request.method == "POST":
        chosen = switch_structure(request.session, compte.id, _uuid(request.POST.get("structure")), timezone.now())
        if isinstance(chosen, Denied):
            raise Http404
        return redirect("aidants:home")
    return render(request, "aidants/structures.html", {"places": structures_of(compte.id)})


def _uuid(text: str | None) -> UUID:
    """Read an identifier; anything else is an unknown one."""
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404 from error
