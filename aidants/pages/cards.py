"""Hardware cards, for the administrateur: the maker's file goes in, a card is taken away.  No seed is ever shown."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes.facteurs.cartes import dissociate, import_cards, stock
from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CardsFileForm, DissociateForm
from aidants.domain.acteur import Acteur
from aidants.domain.cartes import Erreur
from aidants.domain.roles import Role
from aidants.pages.posted import posted


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADMINISTRATEUR)
def cards(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """How many cards there are, and the two forms."""
    return _page(request, CardsFileForm(), DissociateForm())


def _page(
    request: HttpRequest, form: CardsFileForm, taking: DissociateForm, errors: list[Erreur] | None = None
) -> HttpResponse:
    context = {"form": form, "taking": taking, "line_errors": errors or [], "stock": stock()}
    wrong = form.errors or taking.errors or errors
    return render(request, "aidants/comptes/cards.html", context, status=422 if wrong else 200)


@require_POST
@for_role(Role.ADMINISTRATEUR)
def import_file(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Keep every card of a file, or none and every line that is wrong."""
    form = CardsFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, DissociateForm())
    text = form.cleaned_data["file"].read().decode("utf-8", errors="replace")
    outcome = import_cards(text, acteur, timezone.now())
    if isinstance(outcome, list):
        return _page(request, form, DissociateForm(), outcome)
    messages.success(request, f"{outcome} cartes importées.")
    return redirect("aidants:cards")


@require_POST
@for_role(Role.ADMINISTRATEUR)
def take_card(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Take a card away from whoever holds it."""
    form = DissociateForm(posted(request))
    if form.is_valid():
        holder = dissociate(form.cleaned_data["serial"], form.cleaned_data["motif"], acteur, timezone.now())
        if holder is not None:
            messages.success(request, f"La carte n’est plus à {holder.full_name}, qui est prévenu par courriel.")
            return redirect("aidants:cards")
        form.add_error("serial", "Personne n’a cette carte.")
    return _page(request, CardsFileForm(), form)
