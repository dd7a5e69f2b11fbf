"""The accueil: telephone and post of the service.  Sees no demarche; suspends, enters signed forms, prints letters."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.journal.limits import Throttled
from aidants.pages.posted import posted
from mandats.consentement.formulaire import revoke_on_paper
from mandats.domain import errors
from mandats.domain.fins import TELEPHONE
from mandats.pages.conseiller.letter_forms import HandForm
from mandats.pages.conseiller.streams import pdf_answer
from mandats.pages.service.forms import PostPaperForm, TelephoneForm
from mandats.registre.models import AccordContact
from mandats.registre.plis import Pli, plis_of_accueil, render_pli
from mandats.registre.selectors import STATES, mandat_by_reference, state_of
from mandats.registre.services.accord_letters import letters_of_accord, print_accord_letter
from mandats.registre.services.accueil import find_for_accueil
from mandats.registre.services.letters import HOWS, hand_over
from mandats.registre.services.suspend import suspend_mandat

_SUSPENDED = "Suspendu : plus aucune utilisation n’est possible. La lettre attend dans « Lettres à poster »."


@sensitive_post_parameters("family_name", "day", "month", "year")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ACCUEIL)
def telephone(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Find, by what the person says, the mandats that stand: their structure and state, no demarche."""
    form, rows, status = TelephoneForm(posted(request)), None, 200
    wait: Throttled | None = None
    if form.is_valid():
        given, now = form.cleaned_data, timezone.now()
        found = find_for_accueil(given["family_name"], given["birthdate"], given["structure"], acteur, now)
        if isinstance(found, Throttled):
            wait, status = found, errors.TOO_MANY_LOOKUPS.http
        else:
            rows = [(row, STATES[state_of(row, now)], row.suspended_at is None) for row in found]
    elif form.errors:
        status = 422
    letters = len(plis_of_accueil()) + len(letters_of_accord(timezone.now()))
    context = {"form": form, "rows": rows, "letters": letters, "wait": wait}
    answer = render(request, "mandats/service/telephone.html", context, status=status)
    if wait:
        answer["Retry-After"] = str(wait.seconds)
    return answer


@require_POST
@for_role(Role.ACCUEIL)
def suspend(request: HttpRequest, acteur: Acteur, mandat_id: UUID) -> HttpResponse:
    """Stop every use of one mandat for the time being; a letter follows."""
    done = suspend_mandat(mandat_id, acteur, way=TELEPHONE, now=timezone.now())
    if isinstance(done, Denied) and done.reason.http == 404:
        raise Http404
    (messages.info if isinstance(done, Denied) else messages.success)(
        request, done.reason.message if isinstance(done, Denied) else _SUSPENDED
    )
    return redirect("mandats:accueil")


@require_safe
@for_role(Role.ACCUEIL)
def letters(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the letters that the service prints."""
    page = {"plis": plis_of_accueil(), "hows": HOWS, "accords": letters_of_accord(timezone.now())}
    return render(request, "mandats/service/letters.html", page)


@require_POST
@for_role(Role.ACCUEIL)
def accord(request: HttpRequest, acteur: Acteur, accord_id: UUID) -> HttpResponse:
    """Print, this once, the letter that asks somebody to share their number: its code is made now."""
    asked = get_object_or_404(AccordContact, pk=accord_id)
    printed = print_accord_letter(asked.id, acteur, timezone.now())
    if printed is None:
        messages.info(request, "Cette lettre a déjà été imprimée, ou n’a plus lieu d’être.")
        return redirect("mandats:accueil_letters")
    return pdf_answer(printed, "lettre.pdf")


@require_safe
@for_role(Role.ACCUEIL)
def letter(request: HttpRequest, acteur: Acteur, usager_id: UUID, structure_id: UUID) -> HttpResponse:
    """Print one letter; printing marks nothing."""
    return pdf_answer(render_pli(_pli(usager_id, structure_id), timezone.now(), from_accueil=True), "lettre.pdf")


def _pli(usager_id: UUID, structure_id: UUID) -> Pli:
    for pli in plis_of_accueil():
        if (pli.usager.id, pli.structure.id) == (usager_id, structure_id):
            return pli
    raise Http404


@require_POST
@for_role(Role.ACCUEIL)
def hand(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Mark what was on the letter as posted."""
    form = HandForm(request.POST)
    done = hand_over(form.avis, acteur, form.cleaned_data["how"], timezone.now()) if form.is_valid() else 0
    messages.info(request, "C’est noté." if done else "Rien à noter : cela l’était déjà.")
    return redirect("mandats:accueil_letters")


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ACCUEIL)
def paper(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """End the mandat named on the form that came by post, and keep the form."""
    form, now = PostPaperForm(posted(request), request.FILES or None), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        mandat = mandat_by_reference(form.cleaned_data["reference"])
        done = revoke_on_paper(mandat.id if mandat else None, form.cleaned_data["scan"].read(), acteur, now)
        if not isinstance(done, Denied):
            messages.success(request, "Le mandat est arrêté. Le formulaire est gardé.")
            return redirect("mandats:accueil")
        form.add_error(None, done.reason.message)
    return render(request, "mandats/service/paper.html", {"form": form}, status=422 if form.errors else 200)
