"""The first two steps of a new mandat: what is asked and for how long, then who asks it."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from aidants.comptes.kept import given_back, keeps_what_was_typed
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from aidants.structures.acting import PlacedRequest
from aidants.structures.models import Structure
from mandats.domain import perimetre_errors
from mandats.domain.durees import french_birthdate, local_date
from mandats.pages.conseiller.access import for_aidant, with_brouillon
from mandats.pages.conseiller.contact_shared import forget
from mandats.pages.conseiller.perimetre import DemarchesForm, initial_of
from mandats.pages.conseiller.present import demarches_of, person_in_couple, reserved_words, resume_address, step_of
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon
from mandats.registre.services import brouillons
from mandats.registre.services.carte import answer_card
from mandats.registre.services.couple import open_couple
from mandats.registre.texts import duree_of


@keeps_what_was_typed
@require_http_methods(["GET", "HEAD", "POST"])
@for_aidant
def new(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Step 1: open a brouillon, or the two of a couple."""
    form = _form(request, _structure(request), {})
    if request.method == "POST" and form.is_valid():
        opened = _open(form, acteur)
        if isinstance(opened, Brouillon):
            return redirect("mandats:brouillon_card", opened.id)
        return _refused(request, form, opened, None)
    return _step_one(request, form, None)


def _open(form: DemarchesForm, acteur: Acteur) -> Brouillon | Denied:
    """Open what was asked; of a couple, return the first brouillon."""
    now, asked = timezone.now(), form.asked()
    if not form.cleaned_data["couple"]:
        return brouillons.open_brouillon(acteur, asked, now, shown_for=form.shown_for)
    pair = open_couple(acteur, asked, now, shown_for=form.shown_for)
    return pair if isinstance(pair, Denied) else pair[0]


@keeps_what_was_typed
@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def change(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Step 1 again: change what is asked; any text shown and any consent given to it fall."""
    form = _form(request, brouillon.structure, initial_of(brouillon, brouillon.demarches))
    if request.method == "POST" and form.is_valid():
        changed = brouillons.change_brouillon(
            brouillon.id, acteur, form.asked(), timezone.now(), shown_for=form.shown_for
        )
        if isinstance(changed, Brouillon):
            return redirect(resume_address(changed))
        return _refused(request, form, changed, brouillon)
    return _step_one(request, form, brouillon)


def _structure(request: HttpRequest) -> Structure:
    """Return the structure acted for, already read for the frame of the page."""
    place = cast("PlacedRequest", request).affectation
    if place is None:
        raise Http404
    return place.structure


def _form(request: HttpRequest, structure: Structure, initial: dict[str, Any]) -> DemarchesForm:
    today = local_date(timezone.now(), structure.time_zone)
    given = initial | {"structure": structure.id}
    typed = posted(request) if request.method == "POST" else _typed_before(request)
    return DemarchesForm(typed, initial=given, place=structure, today=today)


def _typed_before(request: HttpRequest) -> QueryDict | None:
    """Return what was typed before the second factor was asked again, and say so."""
    typed = given_back(request, timezone.now())
    if typed is not None:
        messages.info(request, "Votre saisie a été gardée. Vérifiez-la, puis continuez.")
    return typed


def _refused(request: HttpRequest, form: DemarchesForm, denied: Denied, brouillon: Brouillon | None) -> HttpResponse:
    """Show the form again with all that was typed; one that named another structure now names this one."""
    form.refused(denied.reason.message, denied.reason.code)
    typed = request.POST.copy()
    typed["structure"] = str(_structure(request).id)
    form.data = typed
    return _step_one(request, form, brouillon)


def _step_one(request: HttpRequest, form: DemarchesForm, brouillon: Brouillon | None) -> HttpResponse:
    resume = resume_address(brouillon) if brouillon else ""
    context = {"form": form, "cards": form.cards(), "brouillon": brouillon, "resume": resume, "step": 1}
    return render(request, "mandats/conseiller/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def card(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Between steps 1 and 2: the usager reads in silence, and answers for all lines at once."""
    answer = request.POST.get("reponse", "")
    if answer not in ("aucune", "une"):
        context = {"brouillon": brouillon, "step": 2, "person": person_in_couple(brouillon)}
        return render(request, "mandats/conseiller/card.html", context, status=422 if request.method == "POST" else 200)
    verdict = answer_card(brouillon.id, acteur, concerned=answer == "une", now=timezone.now())
    if isinstance(verdict, Denied):
        if verdict.reason == perimetre_errors.PROTECTED:
            return redirect("mandats:orientation")
        warn(request, verdict, level=messages.ERROR)
    return redirect("mandats:brouillon_identity", brouillon.id)


@require_safe
@with_brouillon
def identity(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Step 2: the usager signs in at FranceConnect; once back, the name is shown to them."""
    if brouillon.card_read_at is None:
        return redirect("mandats:brouillon_card", brouillon.id)
    identite = identity_of(brouillon)
    context = {
        "brouillon": brouillon,
        "step": 2,
        "identite": identite,
        "birthdate": french_birthdate(identite.birthdate) if identite else "",
        "demarches": demarches_of(brouillon),
        "duree_label": duree_of(brouillon.duree).label,
        "last_day": "",
        "reserved": reserved_words(brouillon.reserved_acts),
        "person": person_in_couple(brouillon),
    }
    return render(request, "mandats/conseiller/identity.html", context)


@require_http_methods(["POST"])
@with_brouillon
def not_me(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """« Ce n'est pas moi »: the identity is forgotten, the rest stays."""
    outcome = brouillons.not_me(brouillon.id, acteur, timezone.now())
    if isinstance(outcome, Denied):
        warn(request, outcome, level=messages.ERROR)
    else:
        messages.info(request, "Ce nom est oublié. La bonne personne peut s’identifier.")
    return redirect("mandats:brouillon_identity", brouillon.id)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def abandon(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """« Je veux réfléchir », or the conseiller gives up: asked once, then nothing is left."""
    if request.method == "POST":
        outcome = brouillons.abandon(brouillon.id, acteur, timezone.now())
        if isinstance(outcome, Denied):
            warn(request, outcome, level=messages.ERROR)
            return redirect("mandats:brouillon_identity", brouillon.id)
        forget(request)
        messages.success(request, "Rien n’a été signé. Ce qui avait été préparé est effacé.")
        return redirect("mandats:desk")
    context = {"brouillon": brouillon, "resume": resume_address(brouillon), "step": step_of(brouillon)}
    return render(request, "mandats/conseiller/abandon.html", context)
