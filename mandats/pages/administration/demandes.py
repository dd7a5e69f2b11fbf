"""Requests that wait, one request, its answer, the copy handed over."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.errors import CATALOGUE
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from mandats.domain.droits import LABELS, ORIGINS, PROOFS, Droit, due_on
from mandats.droits import demandes, rapprochements
from mandats.droits.export import hand_export, is_ready
from mandats.droits.models import Demande
from mandats.droits.persons import kept_of
from mandats.pages.administration.forms import AnswerForm
from mandats.pages.administration.present import changes_rows, demande_rows
from mandats.pages.conseiller.streams import attachment

_LATEST = 20
_DONE = {
    "approuvee": "Demande approuvée : c’est fait.",
    "refusee": "Demande refusée. Dites-le à la personne, avec la raison.",
}
both = for_role(Role.ADMINISTRATEUR, Role.INSTRUCTEUR)


@require_safe
@both
def index(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """What waits for a second person, what was answered, which records may be of one person."""
    now = timezone.now()
    is_admin = acteur.role == Role.ADMINISTRATEUR
    context = {
        "waiting": demande_rows(demandes.open_demandes(), now),
        "latest": demande_rows(demandes.latest_demandes(_LATEST), now),
        "proposals": list(rapprochements.open_proposals()) if is_admin else [],
        "joined": list(rapprochements.undoable(now)) if is_admin else [],
        "is_admin": is_admin,
    }
    return render(request, "mandats/administration/droits.html", context)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@both
def detail(request: HttpRequest, acteur: Acteur, demande_id: UUID) -> HttpResponse:
    """One request, whole; its second person answers it here."""
    row, now, form = _found(demande_id), timezone.now(), AnswerForm(posted(request))
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        done = demandes.answer(row.id, acteur, approve=form.cleaned_data["answer"] == "oui", now=now)
        if isinstance(done, Denied):
            warn(request, done, level=messages.ERROR)
        else:
            messages.success(request, _DONE[done.answer])
        return redirect("mandats:administration:demande", row.id)
    status = 422 if form.errors else 200
    return render(request, "mandats/administration/demande.html", _facts(row, acteur, form), status=status)


def _facts(row: Demande, acteur: Acteur, form: AnswerForm) -> dict[str, object]:
    now = timezone.now()
    reason = CATALOGUE.get(row.reason)
    return {
        "row": row,
        "label": LABELS[Droit(row.kind)],
        "origin": ORIGINS[row.origin],
        "proof": PROOFS[row.proof],
        "due": due_on(row.received_on),
        "changes": changes_rows(row.usager, demandes.changes_asked(row)),
        "kept": kept_of(row.usager, now),
        "reason": reason.message if reason else "",
        "is_mine": row.asked_by_id == acteur.id,
        "is_open": not row.answer and now < row.expires_at,
        "is_late": not row.answer and now >= row.expires_at,
        "copy_ready": row.kind == Droit.EXPORT and row.answer == demandes.APPROVED and is_ready(row, now),
        "may_hand": acteur.role == Role.ADMINISTRATEUR,
        "form": form,
    }


def _found(demande_id: UUID) -> Demande:
    row = demandes.demande_of(demande_id)
    if row is None:
        raise Http404
    return row


@require_POST
@for_role(Role.ADMINISTRATEUR)
def take_back(request: HttpRequest, acteur: Acteur, demande_id: UUID) -> HttpResponse:
    """Withdraw one's own request."""
    done = demandes.withdraw(demande_id, acteur, timezone.now())
    if isinstance(done, Denied) and done.reason.http == 404:
        raise Http404
    if isinstance(done, Denied):
        warn(request, done, level=messages.ERROR)
    else:
        messages.success(request, "Demande retirée.")
    return redirect("mandats:administration:droits")


@require_POST
@for_role(Role.ADMINISTRATEUR)
def copy(request: HttpRequest, acteur: Acteur, demande_id: UUID) -> HttpResponse:
    """Hand over the copy of an approved request, as a file to save."""
    handed = hand_export(_found(demande_id), acteur, timezone.now())
    if isinstance(handed, Denied):
        warn(request, handed, level=messages.ERROR)
        return redirect("mandats:administration:demande", demande_id)
    return attachment(handed, "application/zip", f"copie-{demande_id}.zip")
