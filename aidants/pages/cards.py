"""Hardware cards, for the administrateur: the maker's file goes in, a card is taken away.  No seed is ever shown.

Both change how somebody signs in: each asks a fresh second factor (DOMAIN §4).
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.comptes.facteurs.cartes import dissociate, import_cards, stock
from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CardsFileForm, DissociateForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.cartes import Erreur
from aidants.domain.roles import Role
from aidants.pages.posted import posted


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADMINISTRATEUR)
def cards(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """How many cards there are, and the form of the maker's file."""
    return _page(request, CardsFileForm())


def _page(request: HttpRequest, form: CardsFileForm, errors: list[Erreur] | None = None) -> HttpResponse:
    context = {"form": form, "line_errors": errors or [], "stock": stock()}
    return render(request, "aidants/comptes/cards.html", context, status=422 if form.errors or errors else 200)


@sensitive_post_parameters("code", "passkey")
@require_POST
@for_role(Role.ADMINISTRATEUR)
def import_file(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Keep every card of a file, or none and every line that is wrong."""
    form, now = CardsFileForm(request.POST, request.FILES), timezone.now()
    if not form.is_valid() or not fresh_factor_given(request, form, acteur, now):
        return _page(request, form)
    text = form.cleaned_data["file"].read().decode("utf-8", errors="replace")
    outcome = import_cards(text, acteur, now)
    if isinstance(outcome, list):
        return _page(request, form, outcome)
    messages.success(request, f"{outcome} cartes importées.")
    return redirect("aidants:cards")


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMINISTRATEUR)
def take_card(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Take a card away from whoever holds it."""
    form, now = DissociateForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        holder = dissociate(form.cleaned_data["serial"], form.cleaned_data["motif"], acteur, now)
        if holder is not None:
            messages.success(request, f"La carte n’est plus à {holder.full_name}, qui est prévenu par courriel.")
            return redirect("aidants:cards")
        form.add_error("serial", "Personne n’a cette carte.")
    return render(request, "aidants/comptes/take_card.html", {"form": form}, status=422 if form.errors else 200)
