"""The structure's own right, for its referent: whether it stands; in the scheme, the five declarations that open it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.habilitation.declarations import declare_structure, may_declare
from aidants.habilitation.forms import DeclarationsForm
from aidants.habilitation.structures import right_of
from aidants.pages.posted import posted
from aidants.pages.team import for_referent
from aidants.structures.models import Affectation


@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def declare(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """Show where the structure's habilitation stands; take its declarations where they are what is missing."""
    form, status = DeclarationsForm(posted(request)), 200
    if form.is_valid():
        done = declare_structure(place.structure_id, form.cleaned_data["declarations"], acteur, timezone.now())
        if not isinstance(done, Denied):
            messages.success(request, "Votre structure est habilitée dès maintenant.")
            return redirect("aidants:structure_declare")
        form.add_error(None, done.reason.message)
        status = done.reason.http
    elif form.errors:
        status = 422
    context = {
        "form": form,
        "structure": place.structure,
        "right": right_of(place.structure_id),
        "to_declare": may_declare(place.structure_id),
    }
    return render(request, "aidants/habilitation/structure.html", context, status=status)
