"""The restricted archive: one mandat at a time, by its reference, on a ground, with a fresh second factor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from mandats.droits.persons import open_archive
from mandats.pages.administration.forms import ArchiveForm
from mandats.pages.administration.present import archived_facts


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMINISTRATEUR)
def look_up(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Ask which mandat and why; show it once, on this answer alone."""
    now, form = timezone.now(), ArchiveForm(posted(request))
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        mandat = open_archive(form.cleaned_data["reference"], form.cleaned_data["ground"], acteur, now)
        if not isinstance(mandat, Denied):
            return render(request, "mandats/administration/archived.html", archived_facts(mandat))
        form.add_error(None, mandat.reason.message)
    return render(request, "mandats/administration/archive.html", {"form": form}, status=422 if form.errors else 200)
