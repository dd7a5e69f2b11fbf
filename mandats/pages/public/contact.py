"""Writing to the service: one message to the service's own mailbox, and to nobody else.

No copy goes to who writes: the form would carry anybody's words to anybody's address.  Their address stands in the body
of the message, never in a header.
"""

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aidants.comptes.address import client_network
from aidants.comptes.forms import one_line
from aidants.domain.acteur import ANONYME
from aidants.envois.adresse import AdresseField
from aidants.envois.outbox import post_email
from aidants.journal.limits import Limit, Throttled, count_failure, hold, limit, throttled
from aidants.journal.record import record
from aidants.pages.posted import posted
from mandats.domain.errors import MESSAGES_TOO_MANY
from mandats.domain.events import MESSAGE_RECEIVE, MESSAGE_REFUSED

_SUBJECTS = {
    "usager": "J’ai donné un mandat",
    "aidant": "Je suis aidant ou référent",
    "structure": "Ma structure voudrait utiliser le service",
    "administration": "Je travaille dans une administration",
    "donnees": "Mes données personnelles",
    "accessibilite": "Je n’arrive pas à utiliser une page",
    "securite": "Une faille de sécurité",
    "autre": "Autre chose",
}
_HOUR = timedelta(hours=1)


class ContactForm(forms.Form):
    """What is written, about what, and where to answer; a field that people do not see catches robots."""

    subject = forms.ChoiceField(
        label="Vous écrivez à quel sujet ?",
        choices=[("", "Choisir"), *_SUBJECTS.items()],
        error_messages={"required": "Choisissez un sujet."},
    )
    email = AdresseField(
        label="Votre adresse électronique",
        help_text="Pour vous répondre. Exemple : prenom.nom@exemple.fr",
        max_length=254,
        validators=[one_line],
        widget=forms.EmailInput({"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": "Saisissez votre adresse électronique.",
            "invalid": "Saisissez une adresse complète, par exemple prenom.nom@exemple.fr.",
        },
    )
    message = forms.CharField(
        label="Votre message",
        help_text="N’y mettez ni code, ni mot de passe, ni numéro de sécurité sociale. 4 000 caractères au plus.",
        max_length=4000,
        widget=forms.Textarea({"rows": 8}),
        error_messages={
            "required": "Écrivez votre message.",
            "max_length": "Raccourcissez votre message : 4 000 caractères au plus.",
        },
    )
    site = forms.CharField(label="Laissez ce champ vide", required=False, max_length=200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Take a message; a robot is answered as anybody, and nothing leaves."""
    form, status, now = ContactForm(posted(request)), 200, timezone.now()
    if form.is_valid():
        waits = None if form.cleaned_data["site"] else _send(request, form.cleaned_data, now)
        if waits is None:
            return redirect("mandats:public:contact_sent")
        form.add_error(None, MESSAGES_TOO_MANY.message)
        status = MESSAGES_TOO_MANY.http
    elif form.is_bound:
        status = 422
    return render(request, "public/contact.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD"])
def contact_sent(request: HttpRequest) -> HttpResponse:
    """Say that the message has left."""
    return render(request, "public/contact_sent.html")


def _send(request: HttpRequest, given: dict[str, str], now: datetime) -> Throttled | None:
    """Take the message, or say how long to wait: asked before the lock too, so that a flood takes none."""
    limits = _limits(request)
    return throttled(MESSAGE_REFUSED, limits, now) or _taken(given, limits, now)


@transaction.atomic
def _taken(given: dict[str, str], limits: list[Limit], now: datetime) -> Throttled | None:
    hold(limits[0])
    waits = throttled(MESSAGE_REFUSED, limits, now)
    if waits is not None:
        return waits
    is_first = count_failure(MESSAGE_REFUSED, limits, now)
    label = _SUBJECTS[given["subject"]]
    text = f"Sujet : {label}\nRépondre à : {given['email']}\n\n{given['message']}\n"
    post_email(settings.SERVICE_CONTACT, f"Message du site : {label}", text, purpose="contact", now=now)
    if is_first:
        record(MESSAGE_RECEIVE, acteur=ANONYME, at=now, facts={"subject": given["subject"]})
    return None


def _limits(request: HttpRequest) -> list[Limit]:
    """Five messages an hour from one address, two hundred from all."""
    address = f"contact {client_network(request)}"
    return [
        limit("adresse", address, 5, _HOUR, timedelta(minutes=10)),
        limit("tous", "contact", 200, _HOUR, timedelta(minutes=5)),
    ]
