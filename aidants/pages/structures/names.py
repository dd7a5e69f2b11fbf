"""The name of a referent, or of who holds a national role: nobody of a team corrects it, the service does."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from aidants.pages.structures.forms import IdentityForm
from aidants.structures.identite import CORRECTED, correct_identity, may_correct
from aidants.structures.models import Affectation


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR, Role.ADMINISTRATEUR)
def correct(request: HttpRequest, acteur: Acteur, compte_id: UUID) -> HttpResponse:
    """Correct the name or the profession of who answers to the service; anybody else's is as unknown as nobody's."""
    person, now = get_object_or_404(Compte, pk=compte_id), timezone.now()
    if not may_correct(acteur, person.id):
        raise Http404
    form = IdentityForm(posted(request), initial={name: getattr(person, name) for name in CORRECTED})
    back = _back(person)
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        done = correct_identity(person.id, form.corrected(), acteur, now)
        if isinstance(done, Denied):
            raise Http404
        messages.success(request, "C’est corrigé, et la personne en est avertie." if done else "Rien n’a changé.")
        return redirect(back)
    context = {"form": form, "person": person, "back_to": back}
    return render(request, "aidants/structures/identity.html", context, status=422 if form.errors else 200)


def _back(person: Compte) -> str:
    """Return the page on which the service sees this person."""
    if Fonction.objects.filter(compte=person, ended_at__isnull=True).exists():
        return reverse("aidants:roles")
    place = Affectation.objects.filter(compte=person, ended_at__isnull=True).order_by("started_at", "id").first()
    return reverse("aidants:structure_detail", args=[place.structure_id]) if place else reverse("aidants:find_person")
