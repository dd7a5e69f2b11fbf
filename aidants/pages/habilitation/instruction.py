"""The instructeur's queue of dossiers, one dossier, the decision, messages; aidants' habilitations taken back."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.activite.dossier import DECLARATIONS, ETATS, KINDS, Etat
from aidants.domain.decisions import Decision, Denied
from aidants.domain.roles import Role
from aidants.domain.statuts import STATUTS
from aidants.domain.telephone import in_french
from aidants.habilitation import dossiers
from aidants.habilitation.forms import DecisionForm, WordsForm
from aidants.habilitation.models import Dossier
from aidants.habilitation.validation import validate_dossier
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from aidants.structures.models import Structure

_PAGE = 20
_FILTERS = {etat.value: label for etat, label in ETATS.items() if etat is not Etat.BROUILLON}


@require_safe
@for_role(Role.INSTRUCTEUR)
def queue(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the dossiers, those that wait first."""
    asked = request.GET.get("etat", Etat.EN_INSTRUCTION.value)
    asked = asked if asked in _FILTERS else ""
    page = Paginator(dossiers.queue(asked), _PAGE).get_page(request.GET.get("page"))
    rows = [(row, ETATS[Etat(row.etat)], KINDS.get(row.kind, "")) for row in page]
    context = {"page": page, "rows": rows, "filters": _FILTERS, "asked": asked}
    return render(request, "aidants/habilitation/queue.html", context)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def instruct(request: HttpRequest, acteur: Acteur, dossier_id: UUID) -> HttpResponse:
    """One dossier with what was found beside it, and the decision."""
    row = get_object_or_404(Dossier.objects.exclude(etat=Etat.BROUILLON), pk=dossier_id)
    form, status = DecisionForm(posted(request)), 200
    if form.is_valid() and fresh_factor_given(request, form, acteur, timezone.now()):
        done = _decide(row, Etat(form.cleaned_data["etat"]), form.cleaned_data["why"], acteur)
        if not isinstance(done, Denied):
            messages.success(request, "La décision est enregistrée ; la structure en est avertie.")
            return redirect("aidants:dossier_instruct", row.id)
        form.add_error(None, done.reason.message)
        status = done.reason.http
        row.refresh_from_db()
    elif form.errors:
        status = 422
    return render(request, "aidants/habilitation/instruct.html", _context(row, form), status=status)


def _decide(row: Dossier, etat: Etat, why: str, acteur: Acteur) -> Structure | Decision:
    now = timezone.now()
    if etat is Etat.VALIDEE:
        return validate_dossier(row.id, acteur, now)
    return dossiers.decide_dossier(row.id, dossiers.Decided(etat, why), acteur, now)


def _context(row: Dossier, form: DecisionForm) -> dict[str, object]:
    return {
        "dossier": row,
        "etat": ETATS[Etat(row.etat)],
        "kind": KINDS.get(row.kind, ""),
        "telephone": in_french(row.telephone),
        "aidants": [
            (one, STATUTS.get(one.statut, "")) for one in row.aidants.order_by("family_name", "given_name", "id")
        ],
        "referent_statut": STATUTS.get(row.referent_statut, ""),
        "declarations": [(text, code in row.declarations) for code, text in DECLARATIONS.items()],
        "twins": [(twin, ETATS[Etat(twin.etat)]) for twin in dossiers.twins_of(row)],
        "same_structures": Structure.objects.filter(siret=row.siret).order_by("created_at", "id"),
        "messages_of": row.messages.select_related("auteur").order_by("written_at", "id"),
        "is_open": row.etat == Etat.EN_INSTRUCTION,
        "form": form,
        "words": WordsForm(),
    }


@require_POST
@for_role(Role.INSTRUCTEUR)
def write(request: HttpRequest, acteur: Acteur, dossier_id: UUID) -> HttpResponse:
    """Write to the structure."""
    row, form = get_object_or_404(Dossier.objects.exclude(etat=Etat.BROUILLON), pk=dossier_id), WordsForm(request.POST)
    if form.is_valid():
        dossiers.write_message(row.id, form.cleaned_data["text"], acteur, timezone.now())
        messages.success(request, "Le message est parti.")
    else:
        warn(request, "Écrivez votre message avant de l’envoyer.")
    return redirect("aidants:dossier_instruct", row.id)
