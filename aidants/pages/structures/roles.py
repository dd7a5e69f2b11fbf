"""National roles by screen: who holds which, given and withdrawn; two administrateurs for that very role."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.comptes.models import Fonction
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from aidants.pages.structures.forms import ROLES, RoleForm
from aidants.structures import nominations
from aidants.structures.invitations import Invite
from aidants.structures.models import Nomination

_LABELS = {role.value: label.partition(" (")[0] for role, label in ROLES.items()}
_ADMIN = for_role(Role.ADMINISTRATEUR)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@_ADMIN
def index(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List who holds what and what waits for a second person; give a role."""
    form, now, status = RoleForm(posted(request)), timezone.now(), 200
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        given = {name: form.cleaned_data[name] for name in RoleForm.field_order if name != "code"}
        done = nominations.give_role(Invite(**given), acteur, now)
        if not isinstance(done, Denied):
            messages.success(request, _told(done))
            return redirect("aidants:roles")
        form.add_error(None, done.reason.message)
        status = done.reason.http
    context = {
        "form": form,
        "holders": [(row, _LABELS[row.role], row.compte_id != acteur.id) for row in nominations.holders()],
        "waiting": [(row, row.asked_by_id != acteur.id) for row in nominations.open_nominations(now)],
    }
    return render(request, "aidants/structures/roles.html", context, status=422 if form.errors else status)


def _told(done: "nominations.Given | Nomination") -> str:
    if isinstance(done, Nomination):
        return "La demande est partie : un autre administrateur a sept jours pour l’approuver."
    if done.invited:
        return f"Une invitation est partie à {done.email}. Elle sert une fois, pendant 7 jours."
    return "C’est fait. La personne trouve ses pages à l’accueil, dès maintenant."


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@_ADMIN
def withdraw(request: HttpRequest, acteur: Acteur, fonction_id: UUID) -> HttpResponse:
    """Withdraw a role: at once, its holder's sessions closed; for an administrateur, after a second person."""
    row = get_object_or_404(Fonction.objects.select_related("compte"), pk=fonction_id, ended_at__isnull=True)
    form, now = CodeForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        done = nominations.withdraw_role(row.id, acteur, now)
        if not isinstance(done, Denied):
            waits = isinstance(done, Nomination)
            told = "Un autre administrateur a sept jours pour approuver." if waits else "La fonction est retirée."
            messages.success(request, told)
            return redirect("aidants:roles")
        form.add_error(None, done.reason.message)
    context = {"form": form, "held": row, "label": _LABELS[row.role], "alone": row.role != Role.ADMINISTRATEUR}
    return render(request, "aidants/structures/withdraw.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@_ADMIN
def answer(request: HttpRequest, acteur: Acteur, nomination_id: UUID) -> HttpResponse:
    """Approve or refuse what another administrateur asked."""
    row = get_object_or_404(Nomination.objects.select_related("asked_by"), pk=nomination_id)
    form, now = CodeForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        approve = request.POST.get("answer") == "approuver"
        done = nominations.answer_nomination(row.id, acteur, approve=approve, now=now)
        if not isinstance(done, Denied):
            messages.success(request, "C’est approuvé." if approve else "C’est refusé : rien ne change.")
            return redirect("aidants:roles")
        form.add_error(None, done.reason.message)
    context = {"form": form, "asked": row}
    return render(request, "aidants/structures/answer.html", context, status=422 if form.errors else 200)
