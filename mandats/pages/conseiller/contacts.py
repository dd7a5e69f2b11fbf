"""How the usager is reached: typed with them while the mandat is prepared, or changed later from its record."""

from typing import Any
from uuid import UUID

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
from aidants.structures.models import Structure
from mandats.domain import contact_errors
from mandats.domain.identite import Identite
from mandats.pages.conseiller.access import with_brouillon, with_mandat
from mandats.pages.conseiller.forms_identity import ContactsForm, SharedCodeForm
from mandats.pages.conseiller.present import resume_address
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.contacts_bureau import (
    ask_holder,
    change_contact,
    confirm_shared,
    give_contacts,
    is_franceconnect_s,
    withheld_address,
)

_KINDS = ("email", "telephone")
_SESSION = "contact_partage"


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def of_brouillon(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Type e-mail and telephone with the usager; both may stay empty."""
    identite = identity_of(brouillon)
    if identite is None:
        return redirect("mandats:brouillon_identity", brouillon.id)
    form = ContactsForm(posted(request), initial={kind: getattr(identite, kind) for kind in _KINDS})
    if form.is_valid():
        given = dict(form.cleaned_data)
        done = give_contacts(brouillon.id, given["email"], given["telephone"], acteur, timezone.now())
        if isinstance(done, Denied):
            messages.error(request, done.reason.message)
            return redirect("mandats:desk")
        if not isinstance(done, dict):
            return redirect(resume_address(brouillon))
        _say(form, done)
        _offer(request, brouillon.id, given, done)
    notes = contact_notes(brouillon, identite)
    if notes["withheld"]:
        _offer(request, brouillon.id, {"email": identite.email}, {"email": notes["withheld"]})
    context = notes | {
        "brouillon": brouillon,
        "step": 2,
        "identite": identite,
        "form": form,
        "from_franceconnect": is_franceconnect_s(brouillon, identite),
        "shared": _offered(request, brouillon.id),
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
    form = ContactsForm(posted(request), initial={kind: getattr(usager, kind) for kind in _KINDS})
    if form.is_valid():
        faults: dict[str, ErrorCode] = {}
        given = dict(form.cleaned_data)
        for kind in _KINDS:
            done = change_contact(
                usager.id, kind, given[kind], mandat.structure, acteur, way="aidant", now=timezone.now()
            )
            if isinstance(done, Denied):
                faults[kind] = done.reason
        if not faults:
            messages.success(request, "Les contacts sont à jour. L’ancien contact, s’il y en avait un, est prévenu.")
            return redirect("mandats:detail", mandat.id)
        _say(form, faults)
        _offer(request, usager.id, given, faults)
    context = {"mandat": mandat, "form": form, "shared": _offered(request, usager.id)}
    return render(request, "mandats/conseiller/contacts_mandat.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def shared_of_brouillon(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Ask who holds a shared contact for their accord, by a code sent to it."""
    back = redirect("mandats:brouillon_contacts", brouillon.id)
    return _shared(request, acteur, brouillon.id, brouillon.structure, back, {"brouillon": brouillon, "step": 2})


@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def shared_of_mandat(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Do the same for an usager known already."""
    back = redirect("mandats:contacts", mandat.id)
    return _shared(request, acteur, mandat.usager_id, mandat.structure, back, {"mandat": mandat})


def _shared(
    request: HttpRequest,
    acteur: Acteur,
    subject_id: UUID,
    structure: Structure,
    back: HttpResponse,
    context: dict[str, object],
) -> HttpResponse:
    """First POST: the code leaves.  Next ones: it is given, then the contact may be kept."""
    offered = _offered(request, subject_id)
    if offered is None:
        return back
    kind, value = offered
    if "send" in request.POST or request.method != "POST":
        if request.method == "POST":
            ask_holder(subject_id, kind, value, structure, acteur, timezone.now())
        sent = request.method == "POST"
        page = context | {"form": SharedCodeForm(), "kind": kind, "value": value, "sent": sent}
        return render(request, "mandats/conseiller/contact_shared.html", page)
    form = SharedCodeForm(request.POST)
    if form.is_valid():
        done = confirm_shared(subject_id, kind, value, form.cleaned_data["code"], acteur, timezone.now())
        if not isinstance(done, Denied):
            request.session.pop(_SESSION, None)
            messages.success(request, "Les deux sont d’accord : ce contact peut être enregistré.")
            return back
        form.add_error("code", done.reason.message)
    page = context | {"form": form, "kind": kind, "value": value, "sent": True}
    return render(request, "mandats/conseiller/contact_shared.html", page, status=422)


def _say(form: Form, faults: dict[str, ErrorCode]) -> None:
    """Write each fault under its field."""
    for kind, fault in faults.items():
        form.add_error(kind, fault.message)


def _offer(request: HttpRequest, subject_id: UUID, given: dict[str, str], faults: dict[str, ErrorCode]) -> None:
    """Remember, in this session, which shared contact may be asked for."""
    shared = next((kind for kind, fault in faults.items() if fault == contact_errors.CONTACT_SHARED), None)
    if shared:
        request.session[_SESSION] = [str(subject_id), shared, given[shared]]


def _offered(request: HttpRequest, subject_id: UUID) -> tuple[str, str] | None:
    kept = request.session.get(_SESSION)
    return (kept[1], kept[2]) if kept and kept[0] == str(subject_id) else None
