"""Places in a team: their roles, by a referent; and requests to join, asked by an aidant of elsewhere."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes.forms import WelcomeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.habilitation.structures import standing_with_siret
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from aidants.pages.structures.forms import JoinForm, PlaceForm
from aidants.pages.team import for_referent
from aidants.structures import places
from aidants.structures.identite import CORRECTED
from aidants.structures.models import Adhesion, Affectation
from aidants.structures.team import member_of


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def place(request: HttpRequest, mine: Affectation, acteur: Acteur, compte_id: UUID) -> HttpResponse:
    """Change somebody's roles in the team or correct their name, or take them out; nobody changes their own."""
    theirs = member_of(mine.structure_id, compte_id)
    if theirs is None or theirs.compte_id == mine.compte_id:
        raise Http404
    held = [role for role in ("aidant", "referent") if getattr(theirs, f"is_{role}")]
    names = {name: getattr(theirs.compte, name) for name in CORRECTED}
    initial = {"roles": held, "statut": theirs.statut, **names}
    form, now = PlaceForm(posted(request), initial=initial), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        roles = form.cleaned_data["roles"]
        wanted = {"is_aidant": "aidant" in roles, "is_referent": "referent" in roles}
        told = form.corrected()
        done = places.change_place(theirs.id, acteur, **wanted, statut=form.declared(), identity=told, now=now)
        if not isinstance(done, Denied):
            words = "C’est enregistré." if roles else f"{theirs.compte.full_name} n’est plus dans l’équipe."
            messages.success(request, words)
            return redirect("aidants:team")
        form.add_error(None, done.reason.message)
    context = {"form": form, "place": theirs}
    return render(request, "aidants/equipe/place.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def answer(request: HttpRequest, mine: Affectation, acteur: Acteur, adhesion_id: UUID) -> HttpResponse:
    """Accept somebody of elsewhere into the team, by a fresh factor; or refuse them, which gives nothing."""
    row = get_object_or_404(Adhesion.objects.select_related("compte"), pk=adhesion_id, structure=mine.structure_id)
    refuse = request.POST.get("answer") == "refuser"
    form, now = WelcomeForm(posted(request)), timezone.now()
    if not refuse and not (form.is_valid() and fresh_factor_given(request, form, acteur, now)):
        context = {"form": form, "asked": row, "structure": mine.structure}
        return render(request, "aidants/equipe/welcome.html", context, status=422 if form.errors else 200)
    statut = "" if refuse else form.cleaned_data["statut"]
    done = places.answer_adhesion(row.id, acteur, accept=not refuse, statut=statut, now=now)
    if isinstance(done, Denied):
        warn(request, done)
    else:
        messages.success(request, "La demande est refusée." if refuse else "La personne est dans l’équipe.")
    return redirect("aidants:team")


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask to join a structure by its SIRET, and see what waits."""
    compte, now = cast("Compte", request.user), timezone.now()
    form, status = JoinForm(posted(request)), 200
    if form.is_valid():
        wanted = standing_with_siret(form.cleaned_data["siret"])
        acteur = Acteur(Kind.COMPTE, compte.id)
        done = places.ask_to_join(wanted, compte, acteur, now) if wanted else None
        if isinstance(done, Adhesion):
            messages.success(request, f"Votre demande est partie aux référents de {done.structure.name}.")
            return redirect("aidants:join")
        unknown = "Aucune structure en service n’a ce SIRET."
        form.add_error("siret", done.reason.message if isinstance(done, Denied) else unknown)
        status = 422
    mine = Adhesion.objects.filter(compte=compte, answer="").select_related("structure").order_by("asked_at", "id")
    context = {"form": form, "mine": list(mine)}
    return render(request, "aidants/structures/join.html", context, status=422 if form.errors else status)


@require_POST
def take_back(request: HttpRequest, adhesion_id: UUID) -> HttpResponse:
    """Take one's own request back."""
    compte = cast("Compte", request.user)
    if not places.take_back(adhesion_id, compte, Acteur(Kind.COMPTE, compte.id), timezone.now()):
        raise Http404
    messages.success(request, "Votre demande est retirée.")
    return redirect("aidants:join")
