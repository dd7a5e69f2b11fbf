"""« À remettre »: what waits for persons who have neither e-mail nor telephone; and the account of uses."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.pages.refusals import warn
from mandats.pages.conseiller.access import for_aidant, place_of
from mandats.pages.conseiller.letter_forms import AddressForm, HandForm
from mandats.pages.conseiller.streams import pdf_answer
from mandats.registre.plis import Pli, plis_of_structure, render_pli
from mandats.registre.services.letters import HOWS, hand_over, keep_address


@require_safe
@for_aidant
def waiting(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the persons whose lines wait, each with what to print and how it was given."""
    plis = plis_of_structure(place_of(acteur))
    rows = [
        (pli, AddressForm(initial={"address": pli.usager.postal_address}, prefix=str(pli.usager.id))) for pli in plis
    ]
    return render(request, "mandats/conseiller/waiting.html", {"rows": rows, "hows": HOWS})


@require_safe
@for_aidant
def letter(request: HttpRequest, acteur: Acteur, usager_id: UUID) -> HttpResponse:
    """Print the letter of one person; printing marks nothing."""
    return pdf_answer(render_pli(_pli(acteur, usager_id), timezone.now(), from_accueil=False), "lettre.pdf")


@require_POST
@for_aidant
def hand(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Mark the lines that were on the sheet as given or posted."""
    form = HandForm(request.POST)
    done = hand_over(form.avis, acteur, form.cleaned_data["how"], timezone.now()) if form.is_valid() else 0
    if done:
        messages.success(request, f"C’est noté : {done} ligne{'s' if done > 1 else ''}.")
    else:
        messages.info(request, "Rien à noter : une collègue ou un collègue l’a peut-être déjà fait.")
    return redirect("mandats:letters")


@require_http_methods(["POST"])
@for_aidant
def address(request: HttpRequest, acteur: Acteur, usager_id: UUID) -> HttpResponse:
    """Keep where a person wants their letters."""
    form = AddressForm(request.POST, prefix=str(usager_id))
    if not form.is_valid():
        warn(request, str(form.errors["address"][0]), level=messages.ERROR)
        return redirect("mandats:letters")
    done = keep_address(usager_id, form.cleaned_data["address"], acteur, timezone.now())
    if isinstance(done, Denied):
        raise Http404
    messages.success(request, "Adresse notée. Elle figure maintenant sur la lettre.")
    return redirect("mandats:letters")


def _pli(acteur: Acteur, usager_id: UUID) -> Pli:
    """Return what waits for one person of the structure; any other answers as an unknown one."""
    for pli in plis_of_structure(place_of(acteur)):
        if pli.usager.id == usager_id:
            return pli
    raise Http404
