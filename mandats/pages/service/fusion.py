"""The merger of a structure into another: its mandats end, its team is welcomed, nothing moves by itself."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.habilitation.structures import standing_with_siret
from aidants.pages.posted import posted
from aidants.structures.models import Structure
from mandats.pages.service.forms import MergerForm
from mandats.registre.services.closure import merge_structure, standing_mandats


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR, Role.ADMINISTRATEUR)
def merger(request: HttpRequest, acteur: Acteur, structure_id: UUID) -> HttpResponse:
    """End a structure that another absorbs, after its number of mandats was typed again."""
    found, now = get_object_or_404(Structure, pk=structure_id), timezone.now()
    count = standing_mandats(found.id, now).count()
    form = MergerForm(posted(request), expected=count)
    if form.is_valid():
        into = standing_with_siret(form.cleaned_data["siret"])
        if into is None:
            form.add_error("siret", "Aucune structure en service n’a ce SIRET.")
        elif fresh_factor_given(request, form, acteur, now):
            done = merge_structure(found.id, into, acteur, now)
            if not isinstance(done, Denied):
                messages.success(request, f"{found.name} a rejoint {into.name}. Les fins et leurs avis s’écrivent.")
                return redirect("aidants:structure_detail", into.id)
            form.add_error(None, done.reason.message)
    context = {"form": form, "structure": found, "count": count}
    return render(request, "mandats/service/merger.html", context, status=422 if form.errors else 200)
