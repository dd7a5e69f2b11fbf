"""Signing in and out, the second factor asked again, and the structure acted for."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp.middleware import is_verified

from aidants.comptes import kept
from aidants.comptes import sign_in as sessions
from aidants.comptes.facteurs import passkeys
from aidants.comptes.forms import CodeForm, PasskeyForm, SignInForm
from aidants.comptes.models import Compte
from aidants.comptes.second_factor import is_idle
from aidants.domain.decisions import Denied
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
    return _sign_in_page(request, form, status)


def _sign_in_page(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    context = {"form": form, "passkey_form": PasskeyForm(), "next": way_back(request)}
    return render(request, "aidants/sign_in.html", context, status=status)


@never_cache
@sensitive_post_parameters("passkey")
@require_POST
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """What a passkey answered, and nothing else."""
    given, form = PasskeyForm(request.POST), SignInForm()
    answer = given.cleaned_data["passkey"] if given.is_valid() else ""
    outcome = sessions.sign_in_by_passkey(request, answer, timezone.now())
    if isinstance(outcome, Compte):
        return redirect(way_back_or_home(request))
    form = SignInForm({}, error_class=form.error_class)
    form.errors.clear()
    form.add_error(None, outcome.reason.message)
    return _sign_in_page(request, form, outcome.reason.http)


@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> JsonResponse:
    """What to ask of the browser: any passkey of ours for a stranger, one of their own for who is signed in."""
    compte = request.user if request.user.is_authenticated else None
    return JsonResponse(passkeys.ask_to_sign_in(request, compte, timezone.now()))


def keep_page(request: HttpRequest, response: HttpResponse, credentials: object) -> HttpResponse:
    """Answer a throttled person with our own page, which says so already (django-axes asks for this)."""
    return response


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask the factor again: after fifteen idle minutes, before an act, for a site that wants it; go on from there."""
    form, status, now = CodeForm(posted(request)), 200, timezone.now()
    if form.is_valid():
        given = sessions.give_factor(request, cast("Compte", request.user), **form.cleaned_data, now=now)
        if not isinstance(given, Denied):
            sessions.confirm(request, given, now)
            waiting = kept.take_up(request, now)
            if waiting is not None:
                context = {"waiting": waiting, "next": way_back_or_home(request)}
                return render(request, "aidants/take_up.html", context)
            return redirect(way_back_or_home(request))
        form.add_error(None if form.cleaned_data["passkey"] else "code", given.reason.message)
        status = given.reason.http
    waits, idle = kept.is_waiting(request.session), is_idle(request.session, now)
    context = {"form": form, "next": way_back(request), "waits": waits, "idle": idle}
    return render(request, "aidants/second_factor.html", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session, and what federations of the State still hold open, by a page that leaves by itself."""
    address = sessions.sign_out(request, timezone.now(), reverse("aidants:home"))
    return render(request, "aidants/leaving.html", {"address": address}) if address else redirect("aidants:home")


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
