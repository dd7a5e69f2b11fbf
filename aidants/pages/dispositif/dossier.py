"""The applicant's dossier: begun with an address, resumed by a link, without an account."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.dispositif import candidatures, liens, messages, sirene
from aidants.dispositif.models import Candidature
from aidants.dispositif.parametres import values_on
from aidants.domain.acteur import ANONYME
from aidants.domain.decisions import Denied
from aidants.domain.dispositif.etats import ETAT_LABELS, UNDER_REVIEW, EtatCandidature
from aidants.domain.dispositif.porteurs import LABELS, SOURCES, Porteur
from aidants.pages.dispositif.forms import ContactForm, LieuForm, MessageForm, PorteurForm, ProjetForm
from aidants.pages.dispositif.visits import (
    DOSSIER,
    ask_for_link,
    end_visit,
    enter_by_link,
    with_dossier,
)
from aidants.pages.posted import posted
from aidants.pages.refusals import refuse_form, warn

STEP_LABELS = {
    "porteur": "Votre structure",
    "contact": "Qui répond de la demande",
    "lieux": "Lieux d’accueil",
    "projet": "Postes et projet",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Say who may apply and when; take an address and send it a link, to a new dossier or to those begun."""
    calls = [(one, [LABELS[Porteur(kind)] for kind in one.kinds]) for one in candidatures.campagnes()]
    shown = {"calls": calls, "today": timezone.localdate(), "sources": SOURCES}
    send = partial(_send, resume="resume" in request.POST)
    return ask_for_link(request, send, "aidants/dispositif/start.html", **shown)


def _send(email: str, now: datetime, *, resume: bool) -> None:
    """Post the links; an address without a dossier gets a message only when it begins one."""
    dossiers = candidatures.dossiers_of(email) if resume else []
    if not resume:
        made = candidatures.open_dossier(email, now)
        dossiers = [made] if made else candidatures.dossiers_of(email)[:1]
    for dossier in dossiers:
        liens.send_dossier_link(dossier, now)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Take the link's code, which a script read in the fragment; only this POST spends it."""
    return enter_by_link(
        request,
        DOSSIER,
        liens.spend_dossier_link,
        title="Ouvrir votre dossier",
        again="aidants:candidature",
        then="aidants:candidature_dossier",
    )


@require_http_methods(["GET", "HEAD"])
@with_dossier
def overview(request: HttpRequest, dossier: Candidature) -> HttpResponse:
    """Show the dossier: what is filled, what is missing, where it stands, its messages."""
    return _overview(request, dossier)


def _overview(request: HttpRequest, dossier: Candidature, form: MessageForm | None = None) -> HttpResponse:
    places = list(dossier.lieux.order_by("created_at", "id"))
    missing = candidatures.missing_steps(dossier, len(places))
    draft = dossier.state == EtatCandidature.BROUILLON
    if not draft:
        messages.mark_read(dossier.id, timezone.now(), from_applicant=False)
    context = {
        "dossier": dossier,
        "draft": draft,
        "under_review": dossier.state in UNDER_REVIEW,
        "state": ETAT_LABELS[EtatCandidature(dossier.state)],
        "kind": LABELS[Porteur(dossier.kind)] if dossier.kind else "",
        "places": places,
        "steps": [(step, label, step in missing) for step, label in STEP_LABELS.items()],
        "reasons": candidatures.reasons_not_to_submit(dossier, len(places), timezone.now()) if draft else [],
        "thread": [] if draft else messages.messages_of(dossier.id),
        "form": form or MessageForm(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "aidants/dispositif/dossier.html", context, status=status)


_FORMS: dict[str, Any] = {"porteur": PorteurForm, "contact": ContactForm, "projet": ProjetForm}


@require_http_methods(["GET", "HEAD", "POST"])
@with_dossier
def step(request: HttpRequest, dossier: Candidature, name: str) -> HttpResponse:
    """Ask one step's questions; what is typed is kept as soon as it is well formed."""
    if name not in STEP_LABELS:
        raise Http404
    if request.method != "POST" and dossier.state != EtatCandidature.BROUILLON:
        return redirect("aidants:candidature_dossier")
    if name == "lieux":
        return _places(request, dossier)
    form = _form_of(request, dossier, name)
    if form.is_valid():
        verdict = candidatures.change_dossier(dossier.id, _fields(form), timezone.now())
        if not isinstance(verdict, Denied):
            return redirect("aidants:candidature_dossier")
        refuse_form(request, form, verdict)
    known = sirene.find_etablissement(dossier.siret) if name == "porteur" and dossier.siret else None
    context = {"form": form, "title": STEP_LABELS[name], "dossier": dossier, "known": known, "step": name}
    return render(request, "aidants/dispositif/step.html", context, status=422 if form.errors else 200)


def _form_of(request: HttpRequest, dossier: Candidature, name: str) -> Any:
    """Return one step's form, filled with what the dossier holds."""
    kind = _FORMS[name]
    more = {"posts_at_most": values_on(timezone.localdate())["posts_at_most"]} if kind is ProjetForm else {}
    return kind(posted(request), initial={one: getattr(dossier, one) for one in kind.base_fields}, **more)


def _fields(form: Any) -> dict[str, Any]:
    """Return the columns of a form; a commune gives its code and its department."""
    fields = dict(form.cleaned_data)
    commune = getattr(form, "commune", None)
    if commune is not None:
        fields |= {"insee_code": commune.code, "departement": commune.departement}
    return fields


def _places(request: HttpRequest, dossier: Candidature) -> HttpResponse:
    form = LieuForm(posted(request))
    if form.is_valid() and form.commune is not None:
        verdict = candidatures.add_place(dossier.id, form.cleaned_data["name"], form.commune, timezone.now())
        if not isinstance(verdict, Denied):
            return redirect("aidants:candidature_step", "lieux")
        refuse_form(request, form, verdict)
    context = {"form": form, "dossier": dossier, "places": dossier.lieux.order_by("created_at", "id")}
    return render(request, "aidants/dispositif/places.html", context, status=422 if form.errors else 200)


@require_POST
@with_dossier
def remove_place(request: HttpRequest, dossier: Candidature, lieu_id: UUID) -> HttpResponse:
    """Take a place away."""
    candidatures.remove_place(dossier.id, lieu_id, timezone.now())
    return redirect("aidants:candidature_step", "lieux")


@require_POST
@with_dossier
def submit(request: HttpRequest, dossier: Candidature) -> HttpResponse:
    """Submit the dossier; from here on it changes no more."""
    outcome = candidatures.submit(dossier.id, timezone.now())
    if isinstance(outcome, Denied):
        warn(request, outcome)
    else:
        flash.success(request, "Votre candidature est déposée. Un courriel vous le confirme.")
    return redirect("aidants:candidature_dossier")


@require_http_methods(["GET", "HEAD", "POST"])
@with_dossier
def abandon(request: HttpRequest, dossier: Candidature) -> HttpResponse:
    """Give the application up, after a question."""
    if request.method != "POST":
        return render(request, "aidants/dispositif/abandon.html", {"dossier": dossier})
    verdict = candidatures.abandon(dossier.id, ANONYME, timezone.now())
    if isinstance(verdict, Denied):
        warn(request, verdict)
    else:
        flash.success(request, "Votre candidature est abandonnée.")
    return redirect("aidants:candidature_dossier")


@require_POST
@with_dossier
def write(request: HttpRequest, dossier: Candidature) -> HttpResponse:
    """Write to the instruction."""
    form = MessageForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        outcome = messages.send_message(dossier, text, ANONYME, timezone.now(), from_applicant=True)
        if not isinstance(outcome, Denied):
            flash.success(request, "Votre message est envoyé.")
            return redirect("aidants:candidature_dossier")
        form.add_error(None, outcome.reason.message)
    return _overview(request, dossier, form)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the dossier in this browser."""
    end_visit(request, DOSSIER)
    flash.success(request, "Le dossier est fermé sur cet appareil. Il est enregistré : un lien le rouvrira.")
    return redirect("aidants:candidature")
