"""The ANCT's screens of training: approved bodies and their agents; one person's training, certificate and right."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.comptes.models import Compte
from aidants.dispositif.formation import certification, sessions
from aidants.dispositif.formation.forms import AddressForm, OrganismeForm
from aidants.dispositif.formation.models import Certification, Organisme, Parcours
from aidants.domain.acteur import Acteur
from aidants.domain.activite.droit import CONDITIONS
from aidants.domain.activite.formation import CADRES, FIGURES, Cadre
from aidants.domain.roles import Role
from aidants.habilitation.conditions import restore_aidant, withdraw_aidant
from aidants.habilitation.forms import WithdrawalForm
from aidants.habilitation.rules import missing
from aidants.habilitation.selectors import acting_facts
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from aidants.structures.models import Affectation

_ENDING = "fin_%s"


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def bodies(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """List the approved bodies; approve one more."""
    form = OrganismeForm(posted(request))
    if form.is_valid():
        if Organisme.objects.filter(siret=form.cleaned_data["siret"], ended_at__isnull=True).exists():
            form.add_error("siret", "Un organisme agréé a déjà ce SIRET.")
        else:
            made = sessions.approve_organisme(form.cleaned_data, acteur, timezone.now())
            messages.success(request, "L’organisme est agréé. Rattachez-lui ses agents.")
            return redirect("aidants:organisme_agrement", made.id)
    rows = Organisme.objects.annotate(count=Count("sessions", filter=Q(sessions__cancelled_at__isnull=True)))
    context = {"form": form, "rows": rows.order_by("ended_at", "departement", "name", "id")}
    return render(request, "aidants/formation/bodies.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def body(request: HttpRequest, acteur: Acteur, organisme_id: UUID) -> HttpResponse:
    """One body: its agents, one more by address."""
    found, form = get_object_or_404(Organisme, pk=organisme_id), AddressForm(posted(request))
    if form.is_valid():
        if sessions.add_member(found, form.cleaned_data["email"], acteur, timezone.now()):
            messages.success(request, "Cette personne marque désormais les formations de l’organisme.")
            return redirect("aidants:organisme_agrement", found.id)
        form.add_error("email", "Aucun compte n’a à cette adresse le rôle « organisme de formation ». Invitez d’abord.")
    return _body_page(request, found, form, CodeForm(auto_id=_ENDING))


def _body_page(request: HttpRequest, found: Organisme, form: AddressForm, ending: CodeForm) -> HttpResponse:
    agents = found.membres.filter(ended_at__isnull=True).select_related("compte").order_by("started_at", "id")
    context = {"body": found, "agents": agents, "form": form, "ending": ending}
    status = 422 if form.errors or ending.errors else 200
    return render(request, "aidants/formation/body.html", context, status=status)


@sensitive_post_parameters("code", "passkey")
@require_POST
@for_role(Role.INSTRUCTEUR)
def end(request: HttpRequest, acteur: Acteur, organisme_id: UUID) -> HttpResponse:
    """End a body's approval, by a fresh factor."""
    found, now = get_object_or_404(Organisme, pk=organisme_id), timezone.now()
    ending = CodeForm(request.POST, auto_id=_ENDING)
    if not ending.is_valid() or not fresh_factor_given(request, ending, acteur, now):
        return _body_page(request, found, AddressForm(), ending)
    if sessions.end_approval(found.id, acteur, now):
        messages.success(request, "L’agrément est terminé. Ce qui a été marqué reste.")
    else:
        warn(request, "Cet agrément était déjà terminé.")
    return redirect("aidants:organismes")


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def find(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Find a person by their exact address."""
    form = AddressForm(posted(request))
    if form.is_valid():
        found = Compte.objects.filter(email=form.cleaned_data["email"].strip().lower()).first()
        if found is not None:
            return redirect("aidants:habilitation_person", found.id)
        form.add_error("email", "Aucun compte à cette adresse.")
    return render(request, "aidants/formation/find.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@for_role(Role.INSTRUCTEUR)
def person(request: HttpRequest, acteur: Acteur, compte_id: UUID) -> HttpResponse:
    """Show somebody's training, results, and their right in each of their places."""
    compte = get_object_or_404(Compte, pk=compte_id)
    places = Affectation.objects.filter(compte=compte, ended_at__isnull=True, is_aidant=True)
    titles = {one.code: one.title for one in CONDITIONS}
    facts = [
        (place, [titles[code] for code in missing(acting_facts(compte.id, place.structure_id))])
        for place in places.select_related("structure").order_by("started_at", "id")
    ]
    parcours = Parcours.objects.filter(compte=compte).order_by("cadre")
    context = {
        "person": compte,
        "places": facts,
        "withdrawn": titles["aidant"],
        "parcours": [(row, CADRES[Cadre(row.cadre)], FIGURES.hours(row.half_days)) for row in parcours],
        "results": Certification.objects.filter(compte=compte).order_by("-obtained_on", "-written_at"),
    }
    return render(request, "aidants/formation/person.html", context)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def withdraw_certificate(request: HttpRequest, acteur: Acteur, certification_id: UUID) -> HttpResponse:
    """Withdraw a certificate, with a reason and a fresh factor."""
    row = get_object_or_404(Certification.objects.select_related("compte"), pk=certification_id, obtained=True)
    form, now = WithdrawalForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        if certification.withdraw(row.id, form.cleaned_data["why"], acteur, now):
            messages.success(request, "Le certificat est retiré. La personne ne conclut plus de mandat dès maintenant.")
        else:
            warn(request, "Ce certificat était déjà retiré.")
        return redirect("aidants:habilitation_person", row.compte_id)
    context = {"form": form, "person": row.compte, "certificate": row}
    return render(request, "aidants/formation/withdraw.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.INSTRUCTEUR)
def withdraw_right(request: HttpRequest, acteur: Acteur, affectation_id: UUID) -> HttpResponse:
    """Withdraw an aidant's habilitation in one structure with a reason, or give it back; by a fresh factor."""
    rows = Affectation.objects.filter(ended_at__isnull=True, is_aidant=True).select_related("compte", "structure")
    place, now = get_object_or_404(rows, pk=affectation_id), timezone.now()
    back = "aidant" in missing(acting_facts(place.compte_id, place.structure_id))
    if request.method == "POST" and ("restore" in request.POST) != back:
        warn(request, "Cela a changé entre-temps : voyez ce qui vaut maintenant.")
        return redirect("aidants:habilitation_person", place.compte_id)
    form = CodeForm(posted(request)) if back else WithdrawalForm(posted(request))
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        if back:
            restore_aidant(place, acteur, now)
        else:
            withdraw_aidant(place, form.cleaned_data["why"], acteur, now)
        messages.success(request, f"L’habilitation est {'rétablie' if back else 'retirée'}.")
        return redirect("aidants:habilitation_person", place.compte_id)
    context = {"form": form, "person": place.compte, "place": place, "back": back}
    return render(request, "aidants/formation/withdraw.html", context, status=422 if form.errors else 200)
