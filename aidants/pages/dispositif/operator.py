"""The Banque des Territoires: conventions to sign, instalments to pay.  Each act asks a fresh second factor.

Instalments are paid many at once, or those of one contract: one factor for all that was ticked.
"""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.dispositif import contrats
from aidants.dispositif.models import Contrat, Versement
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.dispositif.financement import euros
from aidants.domain.roles import Role
from aidants.pages.dispositif.forms import PaymentsForm
from aidants.pages.dispositif.posts import contract_shown
from aidants.pages.posted import posted
from aidants.pages.refusals import warn

PAGE = 100


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.OPERATEUR)
def conventions(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the conventions to sign and the instalments that may be paid; note those ticked as paid."""
    signing, paying = contrats.conventions_to_sign(), contrats.instalments_due(timezone.localdate())
    form = PaymentsForm(posted(request), list(paying[:PAGE]), Versement.objects.order_by("due_on", "id"))
    if _paid(request, form, acteur):
        return redirect("aidants:conventions")
    context = {
        "form": form,
        "conventions": [(one, euros(one.granted)) for one in signing[:PAGE]],
        "instalments": form.lines(),
        "signing": signing.count(),
        "paying": paying.count(),
    }
    return render(request, "aidants/dispositif/operateur.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.OPERATEUR)
def convention(request: HttpRequest, acteur: Acteur, contrat_id: UUID) -> HttpResponse:
    """Show one contract to the operateur; note those of its instalments that were ticked as paid."""
    found = _contrat(contrat_id)
    form = PaymentsForm(posted(request), _due(found), found.versements.order_by("rank"))
    if _paid(request, form, acteur):
        return redirect("aidants:convention", found.id)
    return _page(request, found, form)


def _contrat(contrat_id: UUID) -> Contrat:
    rows = Contrat.objects.select_related("compte", "poste", "structure", "parametres")
    return get_object_or_404(rows, pk=contrat_id)


def _due(found: Contrat) -> Sequence[Versement]:
    due = contrats.instalments_due(timezone.localdate()).filter(contrat=found)
    return list(due) if found.convention_signed_at else []


def _page(request: HttpRequest, found: Contrat, form: CodeForm) -> HttpResponse:
    due = form.lines() if isinstance(form, PaymentsForm) else []
    context = contract_shown(found) | {"form": form, "due": due, "today": timezone.localdate()}
    return render(request, "aidants/dispositif/convention.html", context, status=422 if form.errors else 200)


def _paid(request: HttpRequest, form: PaymentsForm, acteur: Acteur) -> bool:
    """Note what was ticked as paid, once the factor was given, and say how many were and were not."""
    now = timezone.now()
    if not form.is_valid() or not fresh_factor_given(request, form, acteur, now):
        return False
    chosen = list(form.cleaned_data["versements"])
    verdicts = [contrats.pay(one.id, acteur, now) for one in chosen]
    refused = [verdict for verdict in verdicts if isinstance(verdict, Denied)]
    count = len(chosen) - len(refused)
    if count:
        told = "Les versements cochés sont notés" if count > 1 else "Le versement est noté"
        flash.success(request, f"{told} comme payé{'s' if count > 1 else ''}.")
    for denied in dict.fromkeys(refused):
        warn(request, denied)
    return True


@sensitive_post_parameters("code", "passkey")
@require_POST
@for_role(Role.OPERATEUR)
def sign(request: HttpRequest, acteur: Acteur, contrat_id: UUID) -> HttpResponse:
    """Sign a convention."""
    found, form, now = _contrat(contrat_id), CodeForm(request.POST), timezone.now()
    if not form.is_valid() or not fresh_factor_given(request, form, acteur, now):
        return _page(request, found, form)
    verdict = contrats.sign_convention(found.id, acteur, now)
    if isinstance(verdict, Denied):
        warn(request, verdict)
    else:
        flash.success(request, "La convention est signée.")
    return redirect("aidants:convention", found.id)
