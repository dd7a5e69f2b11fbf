"""Ends that the service or a referent declares: renunciation, death, tutelle, insolvency, closure of a structure."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.journal.told import because
from aidants.pages.posted import posted
from aidants.pages.refusals import refuse_form, warn
from aidants.pages.team import for_referent
from aidants.structures.models import Affectation, Structure
from mandats.domain.errors import ALREADY_ENDED, AUTORISATION_UNKNOWN
from mandats.domain.fins import REFERENT
from mandats.domain.motifs import BY_PROOF, MotifDeFin
from mandats.pages.service.forms import ClosureForm, ConfirmedClosureForm, ProofForm, RenunciationForm
from mandats.registre.selectors import mandat_by_reference
from mandats.registre.services.closure import end_structure, standing_mandats
from mandats.registre.services.many import end_all_by_proof
from mandats.registre.services.revoke import revoke_mandat

_UNKNOWN_SIRET = "Aucune structure habilitée n’a ce SIRET."


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def renounce(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """Renounce a mandat for the structure, by its reference: a referent is shown no usager (C. civ. 2007)."""
    form, now = RenunciationForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        given, mandat = form.cleaned_data, mandat_by_reference(form.cleaned_data["reference"])
        done = (
            revoke_mandat(
                mandat.id, acteur, way=REFERENT, now=now, motif=MotifDeFin.RENONCIATION, reason=given["reason"]
            )
            if mandat
            else Denied(AUTORISATION_UNKNOWN)
        )
        if not isinstance(done, Denied):
            messages.success(request, "La structure a renoncé à ce mandat. La personne en est avertie.")
            return redirect("mandats:renounce")
        refuse_form(request, form, done)
    context = {"form": form, "structure": place.structure}
    return render(request, "mandats/service/renounce.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMINISTRATEUR)
def proof(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """End all the mandats of a person who died, was placed under tutelle or is insolvent, from one reference."""
    form, now = ProofForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        given, mandat = form.cleaned_data, mandat_by_reference(form.cleaned_data["reference"])
        motif = next(one for one in BY_PROOF if one.value == given["motif"])
        count = end_all_by_proof(mandat.usager_id, acteur, motif, given["proof"], now) if mandat else 0
        if count:
            messages.success(
                request, f"C’est fait : {count} mandat{'s' if count > 1 else ''}, dans toutes les structures."
            )
            return redirect("mandats:end_by_proof")
        because(request, ALREADY_ENDED if mandat else AUTORISATION_UNKNOWN)
        form.add_error(
            None, AUTORISATION_UNKNOWN.message if mandat is None else "Tous ses mandats avaient déjà pris fin."
        )
    return render(request, "mandats/service/proof.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR, Role.ADMINISTRATEUR)
def closure(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """First gesture: name the structure and the reason."""
    form = ClosureForm(posted(request))
    if form.is_valid():
        structure = _habilitee(form.cleaned_data["siret"])
        if structure:
            return _confirmation(request, structure, form)
        form.add_error("siret", _UNKNOWN_SIRET)
    return render(request, "mandats/service/closure.html", {"form": form}, status=422 if form.errors else 200)


def _habilitee(siret: str) -> Structure | None:
    """Return the habilitated structure with this SIRET; several rows may have had it."""
    return Structure.objects.filter(
        siret=siret, habilitations__ended_at__isnull=True, habilitations__isnull=False
    ).first()


def _confirmation(request: HttpRequest, structure: Structure, form: ClosureForm) -> HttpResponse:
    count = standing_mandats(structure.id, timezone.now()).count()
    given = {"siret": structure.siret, "motif": form.cleaned_data["motif"]}
    confirm = ConfirmedClosureForm(initial=given, expected=count)
    return _show(request, structure, confirm, count, 200)


def _show(
    request: HttpRequest, structure: Structure, form: ConfirmedClosureForm, count: int, status: int
) -> HttpResponse:
    context = {"form": form, "structure": structure, "count": count}
    return render(request, "mandats/service/closure_confirm.html", context, status=status)


@sensitive_post_parameters("code")
@require_http_methods(["POST"])
@for_role(Role.INSTRUCTEUR, Role.ADMINISTRATEUR)
def closure_confirm(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Second gesture: the number typed again and a fresh second factor; the uses stop at once."""
    now, first = timezone.now(), ClosureForm(request.POST)
    structure = _habilitee(first.cleaned_data["siret"]) if first.is_valid() else None
    if structure is None:
        warn(request, _UNKNOWN_SIRET)
        return redirect("mandats:closure")
    count = standing_mandats(structure.id, now).count()
    form = ConfirmedClosureForm(request.POST, expected=count)
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        done = end_structure(structure.id, acteur, MotifDeFin(form.cleaned_data["motif"]), now)
        if not isinstance(done, Denied):
            messages.success(
                request,
                f"{structure.name} n’est plus habilitée. Plus aucun mandat ne peut servir ; "
                f"les fins ({count}) et leurs avis s’écrivent maintenant.",
            )
            return redirect("mandats:closure")
        form.add_error(None, done.reason.message)
    return _show(request, structure, form, count, 422)
