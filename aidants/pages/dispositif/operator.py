"""The Banque des Territoires: conventions to sign, instalments to pay."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.dispositif import contrats
from aidants.dispositif.models import Contrat, Versement
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.dispositif.financement import euros
from aidants.domain.roles import Role
from aidants.pages.dispositif.posts import contract_shown

PAGE = 100


@require_safe
@for_role(Role.OPERATEUR)
def conventions(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the conventions to sign and the instalments that may be paid."""
    today = timezone.localdate()
    signing, paying = contrats.conventions_to_sign(), contrats.instalments_due(today)
    context = {
        "conventions": [(one, euros(one.granted)) for one in signing[:PAGE]],
        "instalments": [(one, euros(one.amount)) for one in paying[:PAGE]],
        "signing": signing.count(),
        "paying": paying.count(),
    }
    return render(request, "aidants/dispositif/operateur.html", context)


@require_safe
@for_role(Role.OPERATEUR)
def convention(request: HttpRequest, acteur: Acteur, contrat_id: UUID) -> HttpResponse:
    """Show one contract to the operateur."""
    found = get_object_or_404(Contrat.objects.select_related("compte", "poste", "structure"), pk=contrat_id)
    context = contract_shown(found) | {"today": timezone.localdate()}
    return render(request, "aidants/dispositif/convention.html", context)


@require_POST
@for_role(Role.OPERATEUR)
def sign(request: HttpRequest, acteur: Acteur, contrat_id: UUID) -> HttpResponse:
    """Sign a convention."""
    found = get_object_or_404(Contrat, pk=contrat_id)
    verdict = contrats.sign_convention(found.id, acteur, timezone.now())
    if isinstance(verdict, Denied):
        flash.warning(request, verdict.reason.message)
    else:
        flash.success(request, "La convention est signée.")
    return redirect("aidants:convention", found.id)


@require_POST
@for_role(Role.OPERATEUR)
def pay(request: HttpRequest, acteur: Acteur, versement_id: UUID) -> HttpResponse:
    """Note an instalment as paid."""
    found = get_object_or_404(Versement, pk=versement_id)
    verdict = contrats.pay(found.id, acteur, timezone.now())
    if isinstance(verdict, Denied):
        flash.warning(request, verdict.reason.message)
    else:
        flash.success(request, "Le versement est noté comme payé.")
    return redirect("aidants:convention", found.contrat_id)
