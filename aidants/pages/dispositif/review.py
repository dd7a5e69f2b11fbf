"""Applications as those who review them see them: a préfecture its department's, the instruction all of them."""

from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from aidants.comptes.fonctions import View, fonctions_of, for_role
from aidants.dispositif import avis, candidatures, messages, sirene
from aidants.dispositif.models import Candidature
from aidants.dispositif.quotas import quota_for
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.departements import DEPARTEMENTS
from aidants.domain.dispositif.etats import (
    ETAT_LABELS,
    SENS_LABELS,
    UNDER_REVIEW,
    EtatCandidature,
    SensAvis,
)
from aidants.domain.dispositif.porteurs import LABELS, PUBLIC, PUBLIC_CATEGORY, Porteur
from aidants.domain.roles import Role
from aidants.domain.telephone import in_french
from aidants.pages.dispositif.forms import AvisForm, MessageForm
from aidants.pages.posted import posted

PAGE = 50


def for_prefecture(view: View) -> View:
    """Hand the acteur and their departments to the view; 403 for who holds no préfecture's role now."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        held = fonctions_of(request.user.pk) if request.user.is_authenticated else []
        if not any(one.role == Role.PREFECTURE for one in held):
            raise PermissionDenied
        mine = tuple(one.departement for one in held if one.role == Role.PREFECTURE and one.departement)
        acteur = Acteur(Kind.COMPTE, request.user.pk, None, Role.PREFECTURE.value)
        return view(request, acteur, mine, *args, **kwargs)

    return guarded


@require_safe
@for_prefecture
def prefecture(request: HttpRequest, acteur: Acteur, mine: tuple[str, ...]) -> HttpResponse:
    """List what this préfecture is asked, what waits first."""
    rows = [one for code in mine for one in avis.avis_of_departement(code)]
    context = {
        "waiting": [one for one in rows if not one.sens],
        "given": [(one, SENS_LABELS[SensAvis(one.sens)]) for one in rows if one.sens],
        "departements": [DEPARTEMENTS.get(code, code) for code in mine],
        "now": timezone.now(),
    }
    return render(request, "aidants/dispositif/prefecture.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_prefecture
def prefecture_avis(request: HttpRequest, acteur: Acteur, mine: tuple[str, ...], candidature_id: UUID) -> HttpResponse:
    """Show one application of the department with the territory's others, and take the opinion."""
    rows = Candidature.objects.select_related("avis", "campagne").filter(avis__departement__in=mine)
    found = get_object_or_404(rows, pk=candidature_id)
    form = AvisForm(posted(request))
    if form.is_valid():
        given = form.cleaned_data
        sens = SensAvis(given["sens"])
        verdict = avis.give_avis(found.id, sens, given["comment"], given["posts_advised"], acteur, timezone.now())
        if not isinstance(verdict, Denied):
            flash.success(request, "Votre avis est enregistré.")
            return redirect("aidants:prefecture")
        form.add_error(None, verdict.reason.message)
    may_give = found.avis.sens in ("", SensAvis.SANS_AVIS) and found.state in UNDER_REVIEW
    context = shown(found) | {"form": form, "may_give": may_give}
    return render(request, "aidants/dispositif/prefecture_avis.html", context, status=422 if form.errors else 200)


def shown(found: Candidature) -> dict[str, Any]:
    """Return what a reviewer reads of one application: itself, what the register says, the territory's others."""
    known = sirene.find_etablissement(found.siret)
    public = found.kind in PUBLIC
    odd = known is not None and known.category.startswith(PUBLIC_CATEGORY) != public
    return {
        "candidature": found,
        "state": ETAT_LABELS[EtatCandidature(found.state)],
        "kind": LABELS[Porteur(found.kind)] if found.kind else "",
        "departement": DEPARTEMENTS.get(found.departement, found.departement),
        "places": found.lieux.order_by("created_at", "id"),
        "sens": SENS_LABELS[SensAvis(found.avis.sens)] if found.avis.sens else "",
        "duplicates": [_row(one) for one in candidatures.duplicates_of(found)],
        "others": [_row(one) for one in candidatures.others_of_territory(found)],
        "quota": quota_for(found.departement, found.reseau),
        "telephone": in_french(found.telephone),
        "known": known,
        "register_consulted": sirene.is_consulted(),
        "odd_category": odd,
    }


def _row(one: Candidature) -> tuple[Candidature, str]:
    return one, ETAT_LABELS[EtatCandidature(one.state)]


@require_safe
@for_role(Role.INSTRUCTEUR)
def instruction(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the applications, by state and department; those with an unread message and duplicates are marked."""
    state, departement = request.GET.get("etat", ""), request.GET.get("departement", "")
    rows = Candidature.objects.exclude(submitted_at__isnull=True).select_related("avis")
    if state in tuple(EtatCandidature):
        rows = rows.filter(state=state)
    if departement in DEPARTEMENTS:
        rows = rows.filter(departement=departement)
    unread = Count("messages", filter=Q(messages__from_applicant=True, messages__read_at__isnull=True))
    number = request.GET.get("page", "1")
    page = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
    found = list(rows.annotate(unread=unread).order_by("-submitted_at", "id")[(page - 1) * PAGE : page * PAGE + 1])
    context = {
        "rows": [(one, ETAT_LABELS[EtatCandidature(one.state)], _sens(one)) for one in found[:PAGE]],
        "duplicated": _duplicated([one.siret for one in found]),
        "states": [(code.value, ETAT_LABELS[code]) for code in EtatCandidature if code != EtatCandidature.BROUILLON],
        "departements": DEPARTEMENTS,
        "state": state,
        "departement": departement,
        "page": page,
        "next": page + 1 if len(found) > PAGE else None,
    }
    return render(request, "aidants/dispositif/instruction.html", context)


def _sens(one: Candidature) -> str:
    return SENS_LABELS[SensAvis(one.avis.sens)] if one.avis.sens else "Avis attendu"


def _duplicated(sirets: list[str]) -> set[str]:
    """Return the SIRETs of these that several submitted applications bear."""
    rows = Candidature.objects.filter(siret__in=sirets, submitted_at__isnull=False)
    counted = rows.order_by().values("siret").annotate(times=Count("id")).filter(times__gt=1)
    return set(counted.order_by("siret").values_list("siret", flat=True))


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def instruction_one(request: HttpRequest, acteur: Acteur, candidature_id: UUID) -> HttpResponse:
    """Show one application whole, with its messages; write one."""
    rows = Candidature.objects.exclude(submitted_at__isnull=True).select_related("avis", "campagne", "structure")
    found, now = get_object_or_404(rows, pk=candidature_id), timezone.now()
    form = MessageForm(posted(request))
    if form.is_valid():
        sent = messages.send_message(found, form.cleaned_data["text"], acteur, now, from_applicant=False)
        if not isinstance(sent, Denied):
            flash.success(request, "Le message est envoyé.")
            return redirect("aidants:instruction_one", found.id)
        form.add_error(None, sent.reason.message)
    messages.mark_read(found.id, now, from_applicant=True)
    context = shown(found) | {"form": form, "thread": messages.messages_of(found.id)}
    context["passages"] = found.passages.select_related("comite").defer("comite__minutes").order_by("-comite__held_on")
    return render(request, "aidants/dispositif/instruction_one.html", context, status=422 if form.errors else 200)
