"""The referent's team: who is in it, who is invited, and help for who lost their device.

Nothing here shows a secret, nor an usager.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes import inactivity, recovery
from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CodeForm, EmailForm, HelpForm, InvitationForm, WelcomeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.comptes.models import Compte, Recuperation
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.habilitation.selectors import missing_in_team
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from aidants.structures import invitations, team
from aidants.structures.acting import PlacedRequest, sent_for_another
from aidants.structures.models import Affectation, Invitation
from aidants.structures.places import waiting_to_join
from aidants.structures.team import last_acts

View = Callable[..., HttpResponse]


def for_referent(view: View) -> View:
    """Hand the referent's place and acteur to the view; 403 for who is no referent of the structure chosen."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        place = cast("PlacedRequest", request).affectation
        if not place or not place.is_referent:
            raise PermissionDenied
        acteur = Acteur(Kind.COMPTE, place.compte_id, place.structure_id, Role.REFERENT.value)
        return sent_for_another(request) or view(request, place, acteur, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD"])
@for_referent
def members(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """Show the team at a glance: who may act, what others still owe, last acts, who asks to join, who is invited."""
    now = timezone.now()
    waiting = invitations.waiting(place.structure_id, now)
    people = team.team_of(place.structure_id)
    owed, acts = missing_in_team(place.structure_id), last_acts(place.structure_id)
    lone = sum(one.is_referent and one.compte.is_active for one in people) < 2
    context = {
        "structure": place.structure,
        "team": [(one, owed.get(one.id, ()), acts.get(one.compte_id)) for one in people],
        "joining": waiting_to_join(place.structure_id),
        "waiting": waiting,
        "now": now,
        "lone_referent": lone,
    }
    return render(request, "aidants/equipe/members.html", context)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def invite(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """Invite somebody into the team."""
    form, status, now = InvitationForm(posted(request), initial={"roles": ["aidant"]}), 200, timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        made = invitations.invite(place.structure, asked_by(form), acteur, now)
        if isinstance(made, Invitation):
            messages.success(request, f"L’invitation est partie à {made.email}. Elle sert une fois, pendant 7 jours.")
            return redirect("aidants:team")
        form.add_error(None, made.reason.message)
        status = made.reason.http
    context = {"form": form, "structure": place.structure}
    return render(
        request, "aidants/equipe/invite.html", context, status=422 if form.errors and status == 200 else status
    )


def asked_by(form: InvitationForm) -> invitations.Invite:
    """Return what a valid form asks for; the code that confirmed it goes no further."""
    roles = form.cleaned_data["roles"]
    given = {name: form.cleaned_data[name] for name in ("given_name", "family_name", "email", "profession", "statut")}
    return invitations.Invite(**given, is_aidant="aidant" in roles, is_referent="referent" in roles)


def _invitation(place: Affectation, invitation_id: UUID) -> Invitation:
    return get_object_or_404(Invitation, pk=invitation_id, structure=place.structure_id)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def invite_again(request: HttpRequest, place: Affectation, acteur: Acteur, invitation_id: UUID) -> HttpResponse:
    """Send another invitation to the same person; the first one dies."""
    old, now = _invitation(place, invitation_id), timezone.now()
    # Sent before the status was asked for: it is now.
    form = WelcomeForm(posted(request)) if not invitations.Invite.of(old).may_come else CodeForm(posted(request))
    if not form.is_valid() or not fresh_factor_given(request, form, acteur, now):
        context = {"form": form, "invitation": old}
        return render(request, "aidants/equipe/invite_again.html", context, status=422 if form.errors else 200)
    again = invitations.Invite.of(old, form.cleaned_data.get("statut", ""))
    made = invitations.invite(place.structure, again, acteur, now)
    if isinstance(made, Denied):
        warn(request, made)
    else:
        messages.success(request, f"Une nouvelle invitation est partie à {made.email}. L’ancienne ne sert plus.")
    return redirect("aidants:team")


@require_POST
@for_referent
def cancel_invitation(request: HttpRequest, place: Affectation, acteur: Acteur, invitation_id: UUID) -> HttpResponse:
    """Make an invitation useless."""
    if invitations.cancel(_invitation(place, invitation_id), acteur, timezone.now()):
        messages.success(request, "L’invitation est annulée.")
    else:
        warn(request, "Cette invitation avait déjà été acceptée ou annulée.")
    return redirect("aidants:team")


def _member(place: Affectation, compte_id: UUID) -> Compte:
    found = team.member_of(place.structure_id, compte_id)
    if found is None:
        raise Http404
    return found.compte


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def reactivate(request: HttpRequest, place: Affectation, acteur: Acteur, compte_id: UUID) -> HttpResponse:
    """Open the door again to somebody who was away."""
    found = _member(place, compte_id)
    if found.is_closed_for_absence:
        return _reopen(request, found, acteur, "aidants:team")
    if found.is_active:
        messages.info(request, f"Le compte de {found.full_name} est déjà rouvert.")
    else:
        warn(request, "Ce compte n’est pas fermé pour absence : adressez-vous au service.")
    return redirect("aidants:team")


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def help_member(request: HttpRequest, place: Affectation, acteur: Acteur, compte_id: UUID) -> HttpResponse:
    """Vouch for a member of the team who lost their device."""
    return _help(request, _member(place, compte_id), acteur, "aidants:team")


def _help(request: HttpRequest, compte: Compte, acteur: Acteur, back: str) -> HttpResponse:
    """Ask how the person was recognised and a fresh factor of the garant, then send the code, unseen here."""
    if not team.may_vouch(acteur.known_id, compte) or not compte.is_active:
        raise Http404
    form, now = HelpForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        given = form.cleaned_data
        recovery.open_recovery(
            compte,
            cast("Compte", request.user),
            channel=recovery.Channel(given["channel"]),
            recognised=recovery.Recognised(given["recognised"]),
            acteur=acteur,
            now=now,
        )
        return render(
            request, "aidants/equipe/help_sent.html", {"person": compte, "channel": given["channel"], "back": back}
        )
    context = {"form": form, "person": compte, "back": back}
    return render(request, "aidants/equipe/help.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR, Role.ADMINISTRATEUR)
def find_person(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Find an account by its exact address, to bring its owner back on a day when no referent is there."""
    form, unknown = EmailForm(posted(request)), False
    if form.is_valid():
        found = Compte.objects.filter(email=form.cleaned_data["email"].strip().lower()).first()
        if found is not None and (found.is_active or found.is_closed_for_absence):
            return redirect("aidants:help_person", found.id)
        unknown = True
    context = {"form": form, "unknown": unknown}
    return render(request, "aidants/equipe/find_person.html", context, status=422 if form.errors or unknown else 200)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR, Role.ADMINISTRATEUR)
def help_person(request: HttpRequest, acteur: Acteur, compte_id: UUID) -> HttpResponse:
    """Vouch for anybody, as an instructeur; open the door again to who was away, where no referent can."""
    found = get_object_or_404(Compte, pk=compte_id)
    if found.is_closed_for_absence:
        return _reopen(request, found, acteur, "aidants:find_person")
    if found.is_active and "reopen" in request.POST:
        messages.info(request, f"Le compte de {found.full_name} est déjà rouvert.")
        return redirect("aidants:find_person")
    return _help(request, found, acteur, "aidants:find_person")


def _reopen(request: HttpRequest, compte: Compte, acteur: Acteur, back: str) -> HttpResponse:
    """Ask a fresh factor of who opens the door, then open it: the person comes in with their own factors."""
    form, now = CodeForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        if not inactivity.reactivate(compte, acteur, now):
            raise Http404
        messages.success(request, f"Le compte de {compte.full_name} est rouvert. Un message l’en avertit.")
        return redirect(back)
    context = {"form": form, "person": compte, "back": back}
    return render(request, "aidants/equipe/reopen.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ACCUEIL, Role.ADMINISTRATEUR)
def letters(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the letters that wait to be printed."""
    waiting = recovery.letters_to_print(timezone.now())
    rows = [(made, made.garant_id != acteur.id) for made in waiting]
    return render(request, "aidants/equipe/letters.html", {"letters": rows})


@require_POST
@for_role(Role.ACCUEIL, Role.ADMINISTRATEUR)
def print_letter(request: HttpRequest, acteur: Acteur, recovery_id: UUID) -> HttpResponse:
    """Show a letter this once, to print and to seal; its code is made now."""
    made = get_object_or_404(Recuperation.objects.select_related("compte", "garant"), pk=recovery_id)
    code = recovery.print_letter(made, acteur, timezone.now())
    if code is None:
        warn(request, "Cette lettre a déjà été imprimée, ou c’est vous qui vous êtes porté garant.")
        return redirect("aidants:letters")
    places = Affectation.objects.filter(compte=made.compte, ended_at__isnull=True).select_related("structure")
    context = {"made": made, "code": code, "place": places.order_by("started_at", "id").first()}
    return render(request, "aidants/equipe/letter.html", context)
