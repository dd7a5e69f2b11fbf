"""Identity by a document seen at the desk, and « même personne ? » when the structure knows somebody like that."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from mandats.consentement.piece_vue import identify_by_document, typed_identity
from mandats.domain import errors
from mandats.domain.durees import french_birthdate
from mandats.pages.conseiller.access import with_brouillon
from mandats.pages.conseiller.forms_identity import PieceForm, SamePersonForm, person_choices
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon
from mandats.registre.services.personnes import answer_same_person, same_persons, waits_for_answer

_TYPED = ("family_name", "given_name", "preferred_username", "gender", "birthdate", "birthplace_label")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def piece(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Type what the document says; a minor is refused and nothing is kept."""
    form = PieceForm(posted(request))
    if form.is_valid():
        typed = {name: form.cleaned_data[name] for name in _TYPED}
        done = identify_by_document(
            brouillon.id, form.cleaned_data["piece"], typed_identity(**typed), acteur, timezone.now()
        )
        if not isinstance(done, Denied):
            return redirect("mandats:brouillon_contacts", brouillon.id)
        if done.reason in (errors.MINOR, errors.BROUILLON_GONE):
            warn(request, done, level=messages.ERROR)
            return redirect("mandats:desk")
        form.add_error(None, done.reason.message)
    context = {"brouillon": brouillon, "step": 2, "form": form}
    return render(request, "mandats/conseiller/piece.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def same_person(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Ask whether it is somebody that the structure knows; nothing is joined silently."""
    identite = identity_of(brouillon)
    if identite is None or not waits_for_answer(brouillon):
        return redirect("mandats:brouillon_recap" if identite else "mandats:brouillon_identity", brouillon.id)
    found = same_persons(brouillon.structure_id, identite)
    form = SamePersonForm(posted(request), choices=person_choices(found))
    if form.is_valid():
        chosen = form.cleaned_data["person"]
        done = answer_same_person(brouillon.id, None if chosen == "autre" else UUID(chosen), acteur, timezone.now())
        if not isinstance(done, Denied):
            return redirect("mandats:brouillon_recap", brouillon.id)
        form.add_error(None, done.reason.message)
    context = {
        "brouillon": brouillon,
        "step": 2,
        "form": form,
        "identite": identite,
        "birthdate": french_birthdate(identite.birthdate),
    }
    return render(request, "mandats/conseiller/same_person.html", context, status=422 if form.errors else 200)
