"""List, open, register, change, suspend a site; give it another secret.  A fresh second factor for each act."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.demarches import DEMARCHES
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from oidc.pages.registry.forms import (
    METHODS,
    SCOPES,
    CodeBelow,
    NewClientForm,
    ReceiverForm,
    RotateForm,
    SettingsForm,
    settings_of,
)
from oidc.provider.clients import (
    UnfitClient,
    change_client,
    check_called,
    check_change,
    check_new,
    clients_by_name,
    create_client,
    rotate_secret,
    suspend_client,
)
from oidc.provider.models import Client, EventReceiver
from oidc.provider.security_events import set_receiver

View = Callable[..., HttpResponse]


def _with_client(view: View) -> View:
    """Hand acteur and client to the view; only an administrateur, only a client that exists."""

    @for_role(Role.ADMINISTRATEUR)
    def guarded(request: HttpRequest, acteur: Acteur, client_pk: UUID) -> HttpResponse:
        client = Client.objects.filter(pk=client_pk).first()
        if client is None:
            raise Http404
        return view(request, acteur, client)

    return guarded


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADMINISTRATEUR)
def clients(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the sites, suspended ones last."""
    rows = [(client, METHODS[client.auth_method]) for client in clients_by_name()]
    return render(request, "oidc/registry/list.html", {"rows": rows})


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMINISTRATEUR)
def new(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Register a site; its secret is on the page that answers, once."""
    form, code, now = NewClientForm(posted(request)), CodeBelow(posted(request)), timezone.now()
    if _fits(form, lambda: check_new(form.asked())) and _proved(request, code, acteur):
        client, secret = create_client(form.asked(), now, acteur)
        return render(request, "oidc/registry/secret.html", {"client": client, "secret": secret, "is_new": True})
    return _form_page(request, form, code, None)


@require_http_methods(["GET", "HEAD"])
@_with_client
def client_page(request: HttpRequest, acteur: Acteur, client: Client) -> HttpResponse:
    """Show one site: settings, state, what may be done."""
    receiver = EventReceiver.objects.filter(client=client).first()
    context = {
        "client": client,
        "receiver": receiver,
        "now": timezone.now(),
        "method": METHODS[client.auth_method],
        "demarches": [DEMARCHES[code].label for code in client.demarches],
        "scopes": [SCOPES[name] for name in client.scopes],
    }
    return render(request, "oidc/registry/client.html", context)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@_with_client
def change(request: HttpRequest, acteur: Acteur, client: Client) -> HttpResponse:
    """Change a site's settings."""
    form = SettingsForm(posted(request), initial=settings_of(client))
    code = CodeBelow(posted(request))
    if _fits(form, lambda: check_change(client, form.cleaned_data)) and _proved(request, code, acteur):
        change_client(client.client_id, form.cleaned_data, acteur, timezone.now())
        messages.success(request, "Les réglages sont enregistrés.")
        return redirect("oidc:registry_client", client.pk)
    return _form_page(request, form, code, client)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@_with_client
def rotate(request: HttpRequest, acteur: Acteur, client: Client) -> HttpResponse:
    """Give a site another secret; two are good for a while."""
    form = RotateForm(posted(request))
    if form.is_valid() and fresh_factor_given(request, form, acteur, timezone.now()):
        try:
            overlap = timedelta(hours=int(form.cleaned_data["hours"]))
            secret = rotate_secret(client.client_id, overlap, timezone.now(), acteur)
        except UnfitClient as error:
            form.add_error(None, str(error))
        else:
            return render(request, "oidc/registry/secret.html", {"client": client, "secret": secret, "is_new": False})
    return _confirm(request, client, form, "rotate")


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@_with_client
def suspend(request: HttpRequest, acteur: Acteur, client: Client) -> HttpResponse:
    """Close a site's access at once, or open it again."""
    form = CodeForm(posted(request))
    if form.is_valid() and fresh_factor_given(request, form, acteur, timezone.now()):
        resume = client.is_suspended
        suspend_client(client.client_id, timezone.now(), resume=resume, acteur=acteur)
        messages.success(request, "L’accès est rétabli." if resume else "L’accès est fermé, jetons en cours compris.")
        return redirect("oidc:registry_client", client.pk)
    return _confirm(request, client, form, "resume" if client.is_suspended else "suspend")


@sensitive_post_parameters("authorization", "code")
@require_http_methods(["GET", "HEAD", "POST"])
@_with_client
def receiver(request: HttpRequest, acteur: Acteur, client: Client) -> HttpResponse:
    """Set where the site is told of mandats that end."""
    known = EventReceiver.objects.filter(client=client).first()
    form = ReceiverForm(posted(request), initial={"url": known.url if known else ""})
    code = CodeBelow(posted(request))
    fits = _fits(form, lambda: check_called(list(filter(None, [form.cleaned_data["url"]]))), "url")
    if fits and _proved(request, code, acteur):
        given = form.cleaned_data
        set_receiver(client, given["url"], given["authorization"], timezone.now(), acteur)
        messages.success(request, "L’adresse d’annonce est enregistrée.")
        return redirect("oidc:registry_client", client.pk)
    context: dict[str, Any] = {"client": client, "form": form, "code": code, "back": client}
    return _page(request, "oidc/registry/receiver.html", context, form, code)


def _fits(form: forms.Form, check: Callable[[], None], where: str | None = None) -> bool:
    """Tell whether what was typed is well formed and keeps to the profile; said before any code is spent."""
    if not form.is_valid():
        return False
    try:
        check()
    except UnfitClient as error:
        form.add_error(where, str(error))
    return not form.errors


def _proved(request: HttpRequest, code: CodeForm, acteur: Acteur) -> bool:
    return code.is_valid() and fresh_factor_given(request, code, acteur, timezone.now())


def _form_page(request: HttpRequest, form: forms.Form, code: CodeForm, client: Client | None) -> HttpResponse:
    return _page(request, "oidc/registry/form.html", {"form": form, "code": code, "client": client}, form, code)


def _confirm(request: HttpRequest, client: Client, form: forms.Form, act: str) -> HttpResponse:
    context = {"client": client, "form": form, "act": act}
    return _page(request, "oidc/registry/confirm.html", context, form)


def _page(request: HttpRequest, template: str, context: dict[str, Any], *bound: forms.Form) -> HttpResponse:
    return render(request, template, context, status=422 if any(form.errors for form in bound) else 200)
