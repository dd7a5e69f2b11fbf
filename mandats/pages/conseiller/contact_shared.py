"""A contact that two persons share: who holds it agrees by a code, by their volet, in writing, or beside the other.

One page, on the conseiller's screens and on the usager's own.  What was typed waits in the session meanwhile.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.address import client_network
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Decision, Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.telephone import in_french, receives_sms
from aidants.domain.vault import Unsealable, seal, unseal
from mandats.domain import contact_errors
from mandats.domain.identite import Identite
from mandats.pages.conseiller.access import with_brouillon, with_mandat
from mandats.pages.conseiller.forms_identity import CoupleAgreesForm, HolderVoletForm, SharedCodeForm
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon, Mandat, Usager
from mandats.registre.selectors import other_of
from mandats.registre.services.accord_letters import ask_in_writing, request_in_writing
from mandats.registre.services.accords import (
    agree_in_couple,
    ask_holder,
    asker_known,
    confirm_shared,
    holds_in_couple,
)
from mandats.registre.services.brouillons import identity_in_couple
from mandats.registre.services.contacts import EMAIL, TELEPHONE
from mandats.verification.accord_contact import agree_by_volet

KINDS = (EMAIL, TELEPHONE)
_SESSION = "contact_partage"
_SHARED = (
    contact_errors.CONTACT_SHARED,
    contact_errors.CONTACT_LANDLINE_SHARED,
    contact_errors.CONTACT_SHARED_IN_COUPLE,
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks to share a contact, and where they go back to.

    ``asker``      as the message to who holds the contact names them
    ``brouillon``  the one that it is for, which may be one of a couple's
    """

    subject_id: UUID
    acteur: Acteur
    asker: str
    template: str
    back: str
    context: dict[str, Any] = field(default_factory=dict)
    brouillon: Brouillon | None = None


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def of_brouillon(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Ask who holds a contact given at the desk for their accord."""
    asker = f"Une personne aidée par {brouillon.structure.name}"
    page, back = {"brouillon": brouillon, "step": 2}, "mandats:brouillon_contacts"
    asking = Asking(brouillon.id, acteur, asker, _DESK, back, page | {"at": brouillon.id}, brouillon)
    return share(request, asking)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def of_mandat(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Do the same for an usager known already."""
    asker = f"Une personne aidée par {mandat.structure.name}"
    page = {"mandat": mandat, "at": mandat.id}
    return share(request, Asking(mandat.usager_id, acteur, asker, _DESK, "mandats:contacts", page))


_DESK = "mandats/conseiller/contact_shared.html"


def share(request: HttpRequest, asking: Asking) -> HttpResponse:
    """Show the ways to agree; take the one that is posted, and go back when the holder agreed."""
    at = [asking.context["at"]] if "at" in asking.context else []
    shared = offered(request, asking.subject_id)
    if shared is None:
        return redirect(asking.back, *at)
    forms, refused, status = _forms(request, asking, shared), "", 200
    done: Decision | None
    chosen = next((name for name in forms if name in request.POST), "")
    if "send" in request.POST or ("write" in request.POST and asking.brouillon is None):
        done = _ask(request, asking, shared)
        refused, status = (done.reason.message, done.reason.http) if isinstance(done, Denied) else ("", 200)
    elif chosen:
        done = _agreed(request, asking, shared, chosen, forms[chosen])
        if done:
            _keep(request, (_kept(request, asking.subject_id) or {}) | {"agreed": True})
            messages.success(request, "Les deux sont d’accord : ce contact peut être enregistré.")
            return redirect(asking.back, *at)
        status = done.reason.http if isinstance(done, Denied) else 422
    page = asking.context | {
        "forms": forms,
        "form": forms.get(chosen),
        "refused": refused,
        "sent": chosen == "code" or ("send" in request.POST and not refused),
        "back": asking.back,
    }
    return render(request, asking.template, page | _about(asking, shared), status=status)


def _about(asking: Asking, shared: tuple[str, str]) -> dict[str, Any]:
    """Return what the page says of the contact itself.

    ``yours``: the aidant who asks holds it; ``written_at``: when its holder was asked in writing; ``later``: the one
    mandat that waits here cannot wait for a letter.
    """
    kind, value = shared
    sendable = kind == EMAIL or receives_sms(value)
    return {
        "kind": kind,
        "value": value if kind == EMAIL else in_french(value),
        "sendable": sendable,
        "yours": contact_errors.CONTACT_YOURS.message if asker_known(kind, value, asking.acteur) else "",
        "written_at": None if sendable else request_in_writing(asking.subject_id, value, timezone.now()),
        "later": asking.brouillon is not None,
    }


def _ask(request: HttpRequest, asking: Asking, shared: tuple[str, str]) -> Decision:
    """Have who holds the contact asked: by a code sent to it, or in writing."""
    now = timezone.now()
    if "send" in request.POST:
        return ask_holder(asking.subject_id, *shared, asking.asker, asking.acteur, now)
    return ask_in_writing(asking.subject_id, shared[1], asking.asker, asking.acteur, now)


def _forms(request: HttpRequest, asking: Asking, shared: tuple[str, str]) -> dict[str, Form]:
    """Return a form for each way that may be taken; the name of its button says which is posted."""

    def given(name: str) -> Any:
        return request.POST if name in request.POST else None

    found: dict[str, Form] = {"code": SharedCodeForm(given("code")), "volet": HolderVoletForm(given("volet"))}
    names = _names(asking.brouillon, shared)
    return {"couple": CoupleAgreesForm(given("couple"), names=names)} | found if names else found


def _names(brouillon: Brouillon | None, shared: tuple[str, str]) -> tuple[str, str] | None:
    """Return the names of the two of one appointment who both have this contact."""
    other = other_of(brouillon) if brouillon else None
    if brouillon is None or other is None or not holds_in_couple(other, *shared):
        return None
    mine, theirs = identity_of(brouillon), identity_in_couple(brouillon)
    return (mine.full_name, theirs.full_name) if mine and theirs else None


def _agreed(request: HttpRequest, asking: Asking, shared: tuple[str, str], way: str, form: Form) -> Decision | None:
    """Take one way; ``None`` when its form is not filled as it should."""
    if not form.is_valid():
        return None
    now, given = timezone.now(), form.cleaned_data
    if way == "couple":
        done = agree_in_couple(asking.subject_id, *shared, asking.acteur, now)
    elif way == "code":
        done = confirm_shared(asking.subject_id, *shared, given["code"], asking.acteur, now)
    else:
        volet = (given["reference"], given["code"], given["birthdate"])
        done = agree_by_volet(asking.subject_id, shared, volet, asking.acteur, client_network(request), now)
    if isinstance(done, Denied):
        form.add_error("code" if way == "code" else None, done.reason.message)
    return done


def contacts_of(person: Identite | Usager) -> dict[str, str]:
    """Return both contacts of a person, as they are typed."""
    return {EMAIL: person.email, TELEPHONE: person.telephone_written}


def offer(request: HttpRequest, subject_id: UUID, given: Mapping[str, str], faults: Mapping[str, ErrorCode]) -> None:
    """Remember, in this session, which shared contact may be asked for, and what was typed with it."""
    shared = next((kind for kind, fault in faults.items() if fault in _SHARED), None)
    if shared:
        _keep(request, {"subject": str(subject_id), "kind": shared, "value": given[shared], "given": dict(given)})


def offered(request: HttpRequest, subject_id: UUID) -> tuple[str, str] | None:
    """Return the kind and value of the contact that may be asked for."""
    kept = _kept(request, subject_id)
    return (kept["kind"], kept["value"]) if kept else None


def typed_before(request: HttpRequest, subject_id: UUID, person: Identite | Usager) -> dict[str, str]:
    """Return what the contacts' form begins with: what the accord was just given for, else what is known."""
    kept = _kept(request, subject_id)
    if not kept or not kept.get("agreed"):
        return contacts_of(person)
    return kept["given"] | {TELEPHONE: in_french(kept["given"][TELEPHONE])}


def forget(request: HttpRequest) -> None:
    """Forget what was typed: it is kept now."""
    request.session.pop(_SESSION, None)


def _kept(request: HttpRequest, subject_id: UUID) -> dict[str, Any] | None:
    """Return what waits for this subject; what another release kept, or an older key sealed, is left alone."""
    sealed = request.session.get(_SESSION)
    if not isinstance(sealed, str):
        return None
    try:
        kept: dict[str, Any] = json.loads(unseal(bytes.fromhex(sealed), settings.VAULT_KEYS))
    except Unsealable:
        return None
    return kept if kept["subject"] == str(subject_id) else None


def _keep(request: HttpRequest, kept: Mapping[str, Any]) -> None:
    """Keep it in the session, sealed as identities are: a session is a row too (DOMAIN §3.7)."""
    request.session[_SESSION] = seal(json.dumps(kept).encode(), settings.VAULT_KEYS).hex()
