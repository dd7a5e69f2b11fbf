"""The committee's screens: its meetings, an agenda, each decision, the closing and the minutes."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.dispositif import comites
from aidants.dispositif.models import Comite, PassageEnComite
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.dispositif.etats import ETAT_LABELS, SENS_LABELS, EtatCandidature, SensAvis
from aidants.domain.roles import Role
from aidants.pages.dispositif.forms import ComiteForm, DecisionForm
from aidants.pages.dispositif.review import shown
from aidants.pages.posted import posted
from aidants.pages.refusals import refuse_form, warn
from aidants.papiers.typesetting import PaperNotMade


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def meetings(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the committees, and plan the next."""
    form = ComiteForm(posted(request))
    if form.is_valid():
        made = comites.open_comite(form.cleaned_data["held_on"], acteur, timezone.now())
        if isinstance(made, Comite):
            return redirect("aidants:comite", made.id)
        refuse_form(request, form, made, "held_on")
    context = {"form": form, "comites": comites.comites(), "ready": len(comites.ready_for_agenda())}
    return render(request, "aidants/dispositif/comites.html", context, status=422 if form.errors else 200)


def _comite(comite_id: UUID) -> Comite:
    return get_object_or_404(Comite.objects.defer("minutes"), pk=comite_id)


@require_safe
@for_role(Role.INSTRUCTEUR)
def agenda(request: HttpRequest, acteur: Acteur, comite_id: UUID) -> HttpResponse:
    """Show the agenda, and what may still be put on it."""
    comite = _comite(comite_id)
    rows = comites.agenda_of(comite_id)
    context = {
        "comite": comite,
        "agenda": [(one, _sens(one), _decision(one)) for one in rows],
        "ready": [] if comite.closed_at else comites.ready_for_agenda(),
        "may_close": bool(rows) and all(one.decision for one in rows) and not comite.closed_at,
        "posts": sum(one.posts or 0 for one in rows),
    }
    return render(request, "aidants/dispositif/comite.html", context)


def _sens(passage: PassageEnComite) -> str:
    sens = passage.candidature.avis.sens
    return SENS_LABELS[SensAvis(sens)] if sens else "attendu"


def _decision(passage: PassageEnComite) -> str:
    return ETAT_LABELS[EtatCandidature(passage.decision)] if passage.decision else ""


@require_POST
@for_role(Role.INSTRUCTEUR)
def remove(request: HttpRequest, acteur: Acteur, comite_id: UUID) -> HttpResponse:
    """Take back a committee whose agenda is empty."""
    _comite(comite_id)
    with _still_planned():
        verdict = comites.remove_comite(comite_id, acteur, timezone.now())
    if isinstance(verdict, Denied):
        warn(request, verdict)
        return redirect("aidants:comite", comite_id)
    flash.success(request, "Le comité est retiré.")
    return redirect("aidants:comites")


@contextmanager
def _still_planned() -> Iterator[None]:
    """Answer 404 where somebody else took the committee back since it was read."""
    try:
        yield
    except Comite.DoesNotExist:
        raise Http404 from None


@require_POST
@for_role(Role.INSTRUCTEUR)
def enlist(request: HttpRequest, acteur: Acteur, comite_id: UUID) -> HttpResponse:
    """Put applications on the agenda."""
    chosen = []
    for text in request.POST.getlist("candidatures")[:200]:
        try:
            chosen.append(UUID(text))
        except ValueError:
            raise Http404 from None
    if not chosen:
        warn(request, "Cochez au moins une candidature.")
    else:
        with _still_planned():
            verdict = comites.enlist(_comite(comite_id).id, chosen, acteur, timezone.now())
        if isinstance(verdict, Denied):
            warn(request, verdict)
    return redirect("aidants:comite", comite_id)


def _passage(comite_id: UUID, passage_id: UUID) -> PassageEnComite:
    rows = PassageEnComite.objects.select_related("comite", "candidature__avis", "candidature__campagne")
    return get_object_or_404(rows.defer("comite__minutes"), pk=passage_id, comite=comite_id)


@require_POST
@for_role(Role.INSTRUCTEUR)
def delist(request: HttpRequest, acteur: Acteur, comite_id: UUID, passage_id: UUID) -> HttpResponse:
    """Take an application off the agenda."""
    verdict = comites.delist(_passage(comite_id, passage_id), acteur, timezone.now())
    if isinstance(verdict, Denied):
        warn(request, verdict)
    return redirect("aidants:comite", comite_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def decide(request: HttpRequest, acteur: Acteur, comite_id: UUID, passage_id: UUID) -> HttpResponse:
    """Show one application with all that the committee reads, and take its decision."""
    passage = _passage(comite_id, passage_id)
    form = DecisionForm(posted(request), initial={"posts": passage.candidature.posts_asked})
    if form.is_valid():
        given = form.cleaned_data
        said = comites.Decided(EtatCandidature(given["decision"]), given["posts"] or 0, given["reason"])
        verdict = comites.decide_passage(passage.id, said, acteur, timezone.now())
        if not isinstance(verdict, Denied):
            flash.success(request, "La décision est enregistrée, la structure en est avertie.")
            return redirect("aidants:comite", comite_id)
        form.add_error(None, verdict.reason.message)
    context = shown(passage.candidature) | {"form": form, "passage": passage, "comite": passage.comite}
    context["decision"] = _decision(passage)
    return render(request, "aidants/dispositif/decision.html", context, status=422 if form.errors else 200)


@require_POST
@for_role(Role.INSTRUCTEUR)
def close(request: HttpRequest, acteur: Acteur, comite_id: UUID) -> HttpResponse:
    """Close the committee: its minutes are made and change no more."""
    _comite(comite_id)
    try:
        with _still_planned():
            outcome = comites.close_comite(comite_id, acteur, timezone.now())
    except PaperNotMade:
        flash.error(request, "Le procès-verbal n’a pas pu être établi. Rien n’est changé : réessayez.")
        return redirect("aidants:comite", comite_id)
    if isinstance(outcome, Denied):
        warn(request, outcome)
    else:
        flash.success(request, "Le comité est clos. Son procès-verbal est établi.")
    return redirect("aidants:comite", comite_id)


@require_safe
@for_role(Role.INSTRUCTEUR)
def minutes(request: HttpRequest, acteur: Acteur, comite_id: UUID) -> HttpResponse:
    """Give the minutes of a closed committee, the bytes that were kept."""
    comite = get_object_or_404(Comite, pk=comite_id, closed_at__isnull=False)
    name = f"proces-verbal-{comite.held_on:%Y-%m-%d}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(bytes(comite.minutes), content_type="application/pdf", headers=headers)
