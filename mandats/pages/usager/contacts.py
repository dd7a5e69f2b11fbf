"""The usager's contacts: on their own page, and the undoing of a change by who holds the old one."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.address import client_network
from aidants.domain.decisions import Denied
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record_counted
from aidants.pages.posted import posted
from mandats.domain import contact_errors, events
from mandats.pages.conseiller.contact_shared import KINDS, Asking, forget, offer, offered, share, typed_before
from mandats.pages.conseiller.forms_identity import ContactsForm
from mandats.pages.usager.enter import usager_only
from mandats.pages.usager.session import UsagerSession
from mandats.registre.models import Usager
from mandats.registre.services.contacts import find_undoable, undo_change
from mandats.registre.services.contacts_bureau import change_contact
from mandats.verification.usager_access import acteur_usager


class UndoForm(forms.Form):
    """The code of the message."""

    code = forms.CharField(
        label="Code du message",
        help_text="Douze lettres et chiffres.",
        max_length=24,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Écrivez le code du message."},
    )


class OwnContactsForm(ContactsForm):
    """The same two fields, said to the person themselves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Speak to who reads."""
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Votre adresse électronique"
        self.fields["email"].help_text = "Une adresse que vous lisez vous-même. Laissez vide si vous n’en avez pas."
        self.fields["telephone"].label = "Votre téléphone"
        self.fields["telephone"].help_text = "Un mobile reçoit des SMS. Laissez vide si vous n’en avez pas."


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest) -> HttpResponse:
    """Undo a change of contact: opening the page does nothing, its button does."""
    form = UndoForm(request.POST or None)
    if form.is_valid():
        now = timezone.now()
        change = find_undoable(form.cleaned_data["code"], now)
        if change is not None and not isinstance(undo_change(change.id, way="email", now=now), Denied):
            return render(request, "usager/undone.html")
        _count(request, now)
        form.add_error("code", contact_errors.CONTACT_CODE_REFUSED.message)
    return render(request, "usager/undo.html", {"form": form}, status=422 if form.errors else 200)


def _count(request: HttpRequest, now: datetime) -> None:
    """Count a wrong code; the first of a minute is journaled."""
    bucket = keyed_digest(settings.DIGEST_KEY, "limit-adresse", client_network(request))
    reason = contact_errors.CONTACT_CODE_REFUSED.code
    record_counted(events.CONTACT_REFUSED, bucket=bucket, at=now, reason=reason, facts={"kind": "email"})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@usager_only
def contacts(request: HttpRequest, who: UsagerSession, now: datetime) -> HttpResponse:
    """Show the contacts, and change them; the old ones are told and may undo it."""
    usager = Usager.objects.get(pk=who.usager_id)
    form = OwnContactsForm(posted(request), initial=typed_before(request, usager.id, usager))
    if form.is_valid():
        acteur, given, faults = acteur_usager(who.usager_id), dict(form.cleaned_data), {}
        for kind in KINDS:
            done = change_contact(usager.id, kind, given[kind], None, acteur, way="page_usager", now=now)
            if isinstance(done, Denied):
                faults[kind] = done.reason
                form.add_error(kind, done.reason.message)
        if not faults:
            forget(request)
            messages.success(request, "C’est enregistré. L’ancien contact, s’il y en avait un, est prévenu.")
            return redirect("mandats:usager_contacts")
        offer(request, usager.id, given, faults)
    page = {"form": form, "shared": offered(request, usager.id)}
    return render(request, "usager/contacts.html", page, status=422 if form.errors else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@usager_only
def shared(request: HttpRequest, who: UsagerSession, _: datetime) -> HttpResponse:
    """Ask who holds a contact for their accord, from the page of the usager who gives it."""
    asker, back = "Une personne qui confie des mandats", "mandats:usager_contacts"
    template = "usager/contact_shared.html"
    return share(request, Asking(who.usager_id, acteur_usager(who.usager_id), asker, template, back))
