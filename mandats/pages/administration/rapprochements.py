"""Two records that may be of one person, side by side; joining them, parting them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from mandats.domain.droits import Droit
from mandats.droits import rapprochements
from mandats.droits.demandes import ask
from mandats.droits.models import Rapprochement
from mandats.droits.persons import kept_of
from mandats.registre.services.join import doubles

_ASKED = "Réunion demandée. Une autre personne doit l’approuver sous sept jours ; elle peut aussi l’écarter."


def _found(row_id: UUID) -> Rapprochement:
    row = Rapprochement.objects.select_related("usager", "second").filter(pk=row_id).first()
    if row is None:
        raise Http404
    return row


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMINISTRATEUR, Role.INSTRUCTEUR)
def detail(request: HttpRequest, acteur: Acteur, row_id: UUID) -> HttpResponse:
    """Show both records; an administrateur asks that they be joined."""
    row, now, form = _found(row_id), timezone.now(), CodeForm(posted(request))
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        made = ask(
            row.usager_id,
            Droit.RAPPROCHEMENT,
            acteur,
            origin="service",
            proof="franceconnect",
            received_on=timezone.localdate(),
            now=now,
            rapprochement=row,
        )
        if not isinstance(made, Denied):
            messages.success(request, _ASKED)
            return redirect("mandats:administration:demande", made.id)
        form.add_error(None, made.reason.message)
    second = rapprochements.second_of(row)
    context = {
        "row": row,
        "told": rapprochements.identity_told(row),
        "second": second,
        "kept": kept_of(row.usager, now),
        "others": kept_of(second, now) if second else [],
        "doubles": doubles(row.usager_id, second.id) if second else [],
        "waiting": row.demandes.filter(answer="").first(),
        "form": form,
        "may_ask": acteur.role == Role.ADMINISTRATEUR,
    }
    return render(request, "mandats/administration/rapprochement.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMINISTRATEUR)
def part(request: HttpRequest, acteur: Acteur, row_id: UUID) -> HttpResponse:
    """Part two records that were joined; one person is enough, since access only shrinks."""
    row, now, form = _found(row_id), timezone.now(), CodeForm(posted(request))
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        done = rapprochements.undo(row.id, acteur, now)
        if isinstance(done, Denied):
            warn(request, done, level=messages.ERROR)
        else:
            messages.success(request, "Les deux dossiers sont à nouveau séparés.")
        return redirect("mandats:administration:droits")
    context = {"row": row, "form": form}
    return render(request, "mandats/administration/part.html", context, status=422 if form.errors else 200)
