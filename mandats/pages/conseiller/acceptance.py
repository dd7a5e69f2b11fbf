"""The fourth step: the structure accepts, by the aidant's fresh second factor."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from aidants.papiers.typesetting import PaperNotMade
from mandats.domain import contact_errors, errors
from mandats.domain.durees import french_date, last_day
from mandats.pages.conseiller.access import with_brouillon
from mandats.pages.conseiller.present import (
    consent_words,
    demarches_of,
    moment,
    person_in_couple,
    reserved_words,
    resume_address,
    zone_of,
)
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.papers import produce_document
from mandats.registre.services.renew import refuse_alone
from mandats.registre.services.sign import sign_mandat
from mandats.registre.texts import duree_of


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def accept(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Ask for a fresh code, then conclude the mandat; who comes second is led to what the first concluded."""
    if brouillon.consented_at is None and brouillon.renews_id and request.method == "POST":
        denied = refuse_alone(brouillon.renews_id, acteur, timezone.now())
        context = {"mandat": brouillon.renews, "message": denied.reason.message}
        return render(request, "mandats/conseiller/renew_alone.html", context, status=denied.reason.http)
    if brouillon.consented_at is None:
        return redirect(resume_address(brouillon))
    form = CodeForm(posted(request))
    if form.is_valid() and fresh_factor_given(request, form, acteur, timezone.now()):
        signed = sign_mandat(brouillon.id, acteur, timezone.now())
        if not isinstance(signed, Denied):
            return _concluded(request, acteur, signed)
        if signed.reason == errors.BROUILLON_GONE:
            warn(request, signed)
            return redirect("mandats:brouillon_accept", brouillon.id)
        if signed.reason in (contact_errors.CONTACT_SHARED, contact_errors.CONTACT_LANDLINE_SHARED):
            messages.error(request, f"{signed.reason.message} Corrigez les contacts : l’accord donné reste valable.")
            return redirect("mandats:brouillon_contacts", brouillon.id)
        form.add_error(None, signed.reason.message)
    status = 422 if form.errors else 200
    return render(request, "mandats/conseiller/accept.html", _facts(brouillon) | {"form": form}, status=status)


def _concluded(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Make the PDF, then show the mandat with what comes next; a PDF that fails is made later, the mandat stands."""
    try:
        produce_document(mandat.id, acteur, timezone.now())
        messages.success(request, "Le mandat est conclu.")
    except PaperNotMade:
        messages.warning(request, "Le mandat est conclu. Son PDF n’est pas encore prêt : réessayez dans une minute.")
    return redirect("mandats:detail", mandat.id)


def _facts(brouillon: Brouillon) -> dict[str, Any]:
    now, zone = timezone.now(), brouillon.structure.time_zone
    return {
        "brouillon": brouillon,
        "step": 4,
        "identite": identity_of(brouillon),
        "demarches": demarches_of(brouillon),
        "duree_label": duree_of(brouillon.duree).label,
        "reserved": reserved_words(brouillon.reserved_acts),
        "person": person_in_couple(brouillon),
        "last_day": french_date(last_day(now, duree_of(brouillon.duree), zone)),
        "zone": zone_of(zone),
        "consent_way": consent_words(brouillon.consent_method),
        "consent_moment": moment(brouillon.consented_at, zone) if brouillon.consented_at else "",
    }
