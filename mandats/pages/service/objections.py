"""What usagers did not ask for: the referent answers for the structure, the instructeur reads all of them."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from aidants.comptes.fonctions import fonction_of
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from aidants.domain.roles import Role
from aidants.pages.refusals import warn
from aidants.pages.team import for_referent
from aidants.structures.acting import PlacedRequest
from aidants.structures.models import Affectation
from mandats.domain.durees import french_date
from mandats.domain.utilisations import CHANNELS
from mandats.registre.models import Contestation
from mandats.registre.services.contestations import answer_objection, objections_within

_AT_MOST = 200


@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """List them: a structure's to its referent, all of them to an instructeur; no usager is named."""
    acteur = _reader(request)
    rows = [_row(one) for one in objections_within(acteur)[:_AT_MOST]]
    context = {"rows": rows, "may_answer": acteur.role == Role.REFERENT}
    return render(request, "mandats/service/objections.html", context)


def _reader(request: HttpRequest) -> Acteur:
    """Return who reads: the referent of the structure chosen, else an instructeur.  403 for anybody else."""
    place = cast("PlacedRequest", request).affectation
    if place and place.is_referent:
        return Acteur(Kind.COMPTE, place.compte_id, place.structure_id, Role.REFERENT)
    held = fonction_of(request.user.pk, Role.INSTRUCTEUR) if request.user.pk else None
    if held is None:
        raise PermissionDenied
    return Acteur(Kind.COMPTE, held.compte_id, None, Role.INSTRUCTEUR)


def _row(one: Contestation) -> tuple[Contestation, str, str, str]:
    use = one.utilisation
    return one, DEMARCHES[use.autorisation.demarche].label, french_date(use.used_on), CHANNELS[use.channel]


@require_POST
@for_referent
def answer(request: HttpRequest, place: Affectation, acteur: Acteur, contestation_id: UUID) -> HttpResponse:
    """Answer once; the usager is told."""
    done = answer_objection(contestation_id, acteur, request.POST.get("answer", "")[:1000], timezone.now())
    if isinstance(done, Denied):
        if done.reason.http == 404:
            raise Http404
        warn(request, done)
    else:
        messages.success(request, "Réponse envoyée. La personne la lit sur sa page.")
    return redirect("mandats:objections")
