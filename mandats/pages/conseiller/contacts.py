"""How the usager is reached: typed with them while the mandat is prepared, or changed later from its record."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.telephone import receives_sms
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from mandats.domain.identite import Identite
from mandats.pages.conseiller.access import with_brouillon, with_mandat
from mandats.pages.conseiller.contact_shared import KINDS, forget, offer, offered, typed_before
from mandats.pages.conseiller.forms_identity import ContactsForm
from mandats.pages.conseiller.present import resume_address
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.contacts_bureau import (
    change_contact,
    give_contacts,
    is_franceconnect_s,
    withheld_address,
)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def of_brouillon(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Type e-mail and telephone with the usager; both may stay empty."""
    identite = identity_of(brouillon)
    if identite is None:
        return redirect("mandats:brouillon_identity", brouillon.id)
    form = ContactsForm(posted(request), initial=typed_before(request, brouillon.id, identite))
    if form.is_valid():
        given = dict(form.cleaned_data)
        done = give_contacts(brouillon.id, given["email"], given["telephone"], acteur, timezone.now())
        if isinstance(done, Denied):
            warn(request, done, level=messages.ERROR)
            return redirect("mandats:desk")
        if not isinstance(done, dict):
            forget(request)
            return redirect(resume_address(brouillon))
        say(form, done)
        offer(request, brouillon.id, given, done)
    notes = contact_notes(brouillon, identite)
    if notes["withheld"]:
        held = {"email": identite.email, "telephone": identite.telephone}
        offer(request, brouillon.id, held, {"email": notes["withheld"]})
    context = notes | {
        "brouillon": brouillon,
        "step": 2,
        "identite": identite,
        "form": form,
        "from_franceconnect": is_franceconnect_s(brouillon, identite),
        "shared": offered(request, brouillon.id),
    }
    return render(request, "mandats/conseiller/contacts.html", context, status=422 if form.errors else 200)


def contact_notes(brouillon: Brouillon, identite: Identite) -> dict[str, Any]:
    """Return what both the contacts' step and the recap say of contacts that the service will not write to."""
    return {
        "withheld": withheld_address(brouillon, identite),
        "landline": bool(identite.telephone) and not receives_sms(identite.telephone),
    }


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def of_mandat(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Change the contacts of a known usager, with them; the old ones are told and may undo it."""
    usager = mandat.usager
    form = ContactsForm(posted(request), initial=typed_before(request, usager.id, usager))
    if form.is_valid():
        faults: dict[str, ErrorCode] = {}
        given = dict(form.cleaned_data)
        for kind in KINDS:
            done = change_contact(
                usager.id, kind, given[kind], mandat.structure, acteur, way="aidant", now=timezone.now()
            )
            if isinstance(done, Denied):
                faults[kind] = done.reason
        if not faults:
            forget(request)
            messages.success(request, "Les contacts sont à jour. L’ancien contact, s’il y en avait un, est prévenu.")
            return redirect("mandats:detail", mandat.id)
        say(form, faults)
        offer(request, usager.id, given, faults)
    context = {"mandat": mandat, "form": form, "shared": offered(request, usager.id)}
    return render(request, "mandats/conseiller/contacts_mandat.html", context, status=422 if form.errors else 200)


def say(form: Form, faults: dict[str, ErrorCode]) -> None:
    """Write each fault under its field."""
    for kind, fault in faults.items():
        form.add_error(kind, fault.message)
