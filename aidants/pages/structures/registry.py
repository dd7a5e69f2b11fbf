"""Structures by screen: found, created, renamed, deactivated, put back, given a first referent.

Closing and merging, which end mandats, stand with the register of mandats; each act asks a fresh second factor.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.domain.telephone import in_french
from aidants.habilitation import structures as rights
from aidants.pages.posted import posted
from aidants.pages.structures.forms import TIME_ZONES, ChangeForm, ReferentForm, SuspendForm, initial_of
from aidants.pages.team import asked_by
from aidants.structures import invitations
from aidants.structures.changes import change_structure, structures_found
from aidants.structures.identite import correctable
from aidants.structures.models import Structure
from aidants.structures.team import team_of

_PAGE = 20
_BOTH = for_role(Role.INSTRUCTEUR, Role.ADMINISTRATEUR)


@require_safe
@_BOTH
def index(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List structures, or those whose name, SIRET or commune was typed."""
    query = request.GET.get("q", "").strip()[:100]
    pages = Paginator(structures_found(query), _PAGE)
    page = pages.get_page(request.GET.get("page"))
    numbers = pages.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    context = {"page": page, "page_numbers": numbers, "q": query, "count": pages.count}
    return render(request, "aidants/structures/list.html", context)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@_BOTH
def new(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Put a structure in service; its first referent is invited from its page."""
    form, now = ChangeForm(posted(request), initial={"time_zone": "Europe/Paris"}), timezone.now()
    status = 200
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        made = rights.open_structure(form.columns(), acteur, now)
        if isinstance(made, Structure):
            messages.success(request, "La structure est en service. Invitez maintenant son premier référent.")
            return redirect("aidants:structure_referent", made.id)
        form.add_error("siret", made.reason.message)
        status = made.reason.http
    context = {"form": form, "structure": None}
    return render(request, "aidants/structures/form.html", context, status=_status(form, status))


def _status(form: Any, status: int = 200) -> int:
    return 422 if form.errors and status == 200 else status


@require_safe
@_BOTH
def detail(request: HttpRequest, acteur: Acteur, structure_id: UUID) -> HttpResponse:
    """Show one structure: what it is, whether it acts, who answers for it."""
    found = get_object_or_404(Structure.objects.select_related("merged_into"), pk=structure_id)
    team = team_of(found.id)
    referents = [one for one in team if one.is_referent and one.compte.is_active]
    context = {
        "structure": found,
        "right": rights.right_of(found.id),
        "telephone": in_french(found.telephone),
        "time_zone": TIME_ZONES.get(found.time_zone, found.time_zone),
        "referents": referents,
        "correctable": correctable(acteur, [one.compte_id for one in referents]),
        "aidants": sum(one.is_aidant and one.compte.is_active for one in team),
        "waiting": invitations.waiting(found.id, timezone.now()),
    }
    return render(request, "aidants/structures/detail.html", context)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@_BOTH
def change(request: HttpRequest, acteur: Acteur, structure_id: UUID) -> HttpResponse:
    """Rename a structure, or correct what new actes will say of it."""
    found, now = get_object_or_404(Structure, pk=structure_id), timezone.now()
    form = ChangeForm(posted(request), initial=initial_of(found))
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        changed = change_structure(found.id, form.columns(), acteur, now)
        told = "C’est enregistré. Les mandats déjà signés gardent leurs mots." if changed else "Rien n’a changé."
        messages.success(request, told)
        return redirect("aidants:structure_detail", found.id)
    context = {"form": form, "structure": found}
    return render(request, "aidants/structures/form.html", context, status=_status(form))


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@_BOTH
def suspend(request: HttpRequest, acteur: Acteur, structure_id: UUID) -> HttpResponse:
    """Deactivate a structure, or put it back in service."""
    found, now = get_object_or_404(Structure, pk=structure_id), timezone.now()
    right = rights.right_of(found.id)
    back = right is not None and right.suspended_at is not None
    form = SuspendForm(posted(request))
    if back:
        del form.fields["motif"]
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        done = (
            rights.resume_structure(found.id, acteur, now)
            if back
            else rights.suspend_structure(found.id, form.cleaned_data["motif"], acteur, now)
        )
        if not isinstance(done, Denied):
            told = (
                "est de nouveau en service" if back else "est désactivée : plus rien ne s’y conclut ni ne s’y utilise"
            )
            messages.success(request, f"{found.name} {told}.")
            return redirect("aidants:structure_detail", found.id)
        form.add_error(None, done.reason.message)
    context = {"form": form, "structure": found, "back": back}
    return render(request, "aidants/structures/suspend.html", context, status=_status(form))


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@_BOTH
def referent(request: HttpRequest, acteur: Acteur, structure_id: UUID) -> HttpResponse:
    """Invite somebody into a structure that nobody of its own may help: its first referent, mostly."""
    found, now = get_object_or_404(Structure, pk=structure_id), timezone.now()
    form = ReferentForm(posted(request), initial={"roles": ["referent"]})
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        with transaction.atomic():
            made = invitations.invite_for_service(found, asked_by(form), acteur, now)
        messages.success(request, f"L’invitation est partie à {made.email}. Elle sert une fois, pendant 7 jours.")
        return redirect("aidants:structure_detail", found.id)
    context = {"form": form, "structure": found}
    return render(request, "aidants/structures/referent.html", context, status=_status(form))
