"""A retained structure's posts: who is sought in the pool, recruited, under which contract.  For its referents."""

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.dispositif import contrats, vivier
from aidants.dispositif.models import Contrat, MiseEnRelation, ParametresAppel, Poste
from aidants.dispositif.parametres import funding_of, standing_on
from aidants.dispositif.restitution import give_back
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Decision, Denied
from aidants.domain.dispositif.distances import Point, distance_km
from aidants.domain.dispositif.etats import RELATION_LABELS, EtatRelation
from aidants.domain.dispositif.financement import (
    RUPTURE_LABELS,
    TYPE_LABELS,
    Bareme,
    MotifRupture,
    TypeContrat,
    euros,
    label_of_rule,
)
from aidants.domain.dispositif.vivier import COMPETENCES, SITUATIONS
from aidants.domain.telephone import in_french
from aidants.domain.territoires.communes import commune
from aidants.habilitation.declarations import may_declare
from aidants.pages.dispositif.forms import ContratForm, RecruitForm, RuptureForm, SearchForm
from aidants.pages.dispositif.pool import cv_answer
from aidants.pages.posted import posted
from aidants.pages.refusals import refuse_form, warn
from aidants.pages.team import for_referent
from aidants.structures.models import Affectation

View = Callable[..., HttpResponse]
_SEES_CONTACT = frozenset({EtatRelation.INTERESSEE, EtatRelation.RECRUTEE, EtatRelation.FINALISEE})


def for_retained(view: View) -> View:
    """Let in referents of a structure that has posts; the pool is closed to every other structure."""

    @for_referent
    @wraps(view)
    def guarded(request: HttpRequest, place: Affectation, acteur: Acteur, *args: Any, **kwargs: Any) -> HttpResponse:
        if not Poste.objects.filter(structure=place.structure_id, withdrawn_at__isnull=True).exists():
            raise PermissionDenied
        return view(request, place, acteur, *args, **kwargs)

    return guarded


@require_safe
@for_referent
def posts(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """List the posts, who is on each, and where the structure stands with people of the pool."""
    rows = Poste.objects.filter(structure=place.structure_id, withdrawn_at__isnull=True)
    contracts = Contrat.objects.filter(structure=place.structure_id, ended_on__isnull=True)
    contracts = contracts.select_related("compte", "parametres").order_by("created_at")
    standing = {one.poste_id: one for one in contracts}
    relations = vivier.relations_of(place.structure_id) if rows else []
    announced = {one.poste_id: one for one in relations if one.state == EtatRelation.RECRUTEE}
    today = standing_on(timezone.localdate())
    # A post that is filled was granted by the figures of its contract's day.
    rules = {one.poste_id: one.parametres for one in contracts}
    context = {
        "structure": place.structure,
        "to_declare": may_declare(place.structure_id),
        "posts": [
            (one, _rule(one, rules.get(one.id, today)), standing.get(one.id), announced.get(one.id))
            for one in rows.order_by("created_at", "number", "id")
        ],
        "relations": [(one, RELATION_LABELS[EtatRelation(one.state)]) for one in relations],
    }
    return render(request, "aidants/dispositif/postes.html", context)


def _rule(one: Poste, figures: ParametresAppel | None) -> str:
    return label_of_rule(Bareme(one.bareme), funding_of(figures))


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def hand_back(request: HttpRequest, place: Affectation, acteur: Acteur, poste_id: UUID) -> HttpResponse:
    """Ask, then give a post back: it returns to the department's, or the network's, number."""
    found = get_object_or_404(Poste.objects.select_related("quota"), pk=poste_id, structure=place.structure_id)
    form, now, status = CodeForm(posted(request)), timezone.now(), 422
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        verdict = give_back(found.id, acteur, now)
        if not isinstance(verdict, Denied):
            flash.success(request, f"Le poste n° {found.number} est rendu.")
            return redirect("aidants:postes")
        form.add_error(None, verdict.reason.message)
        status = verdict.reason.http
    context = {"poste": found, "form": form}
    return render(request, "aidants/dispositif/restitution.html", context, status=status if form.errors else 200)


@require_safe
@for_retained
def search(request: HttpRequest, place: Affectation, acteur: Acteur) -> HttpResponse:
    """Search the pool around a commune: the structure's own, unless another is typed."""
    here = commune(place.structure.insee_code)
    asked = request.GET if "city" in request.GET else None
    initial = {"postcode": place.structure.postcode, "city": here.name if here else place.structure.city, "km": 30}
    form = SearchForm(asked, initial=initial)
    found, centre = None, None
    if form.is_valid() and form.commune is not None:
        given, centre = form.cleaned_data, form.commune
        wanted = vivier.Search(
            Point(centre.latitude, centre.longitude), given["km"], given["free_by"], tuple(given["skills"])
        )
        found = vivier.search(place.structure_id, wanted)
    context = {
        "form": form,
        "centre": centre,
        "found": [
            (one, [COMPETENCES[code] for code in one.candidat.skills if code in COMPETENCES], _state(one.relation))
            for one in (found or [])[:100]
        ],
        "searched": found is not None,
        "total": len(found or []),
    }
    return render(request, "aidants/dispositif/recherche.html", context, status=422 if form.errors else 200)


def _state(relation: MiseEnRelation | None) -> str:
    return RELATION_LABELS[EtatRelation(relation.state)] if relation else ""


@require_POST
@for_retained
def open_profile(request: HttpRequest, place: Affectation, acteur: Acteur, candidat_id: UUID) -> HttpResponse:
    """Open somebody's profile: from here on both see where they stand."""
    made = vivier.open_relation(place.structure, candidat_id, acteur, timezone.now())
    if isinstance(made, Denied):
        warn(request, made)
        return redirect("aidants:vivier_search")
    return redirect("aidants:relation", made.id)


def _relation(place: Affectation, relation_id: UUID) -> MiseEnRelation:
    rows = MiseEnRelation.objects.select_related("candidat", "poste", "structure").defer("candidat__cv")
    return get_object_or_404(rows, pk=relation_id, structure=place.structure_id)


@require_safe
@for_retained
def relation(request: HttpRequest, place: Affectation, acteur: Acteur, relation_id: UUID) -> HttpResponse:
    """Show a person's profile and what may be done next."""
    return _relation_page(request, place, _relation(place, relation_id))


def _free(place: Affectation) -> list[tuple[str, str]]:
    figures = funding_of(standing_on(timezone.localdate()))
    return [
        (str(one.id), f"Poste n° {one.number} ({label_of_rule(Bareme(one.bareme), figures)})")
        for one in vivier.free_postes(place.structure_id)
    ]


def _relation_page(
    request: HttpRequest, place: Affectation, row: MiseEnRelation, form: RecruitForm | None = None
) -> HttpResponse:
    who, here = row.candidat, commune(place.structure.insee_code)
    km = None
    if here and who.latitude is not None and who.longitude is not None:
        km = distance_km(Point(here.latitude, here.longitude), Point(who.latitude, who.longitude))
    free = _free(place)
    context = {
        "row": row,
        "who": who,
        "km": km,
        "state": RELATION_LABELS[EtatRelation(row.state)],
        "situation": SITUATIONS.get(who.situation, ""),
        "skills": [COMPETENCES[code] for code in who.skills if code in COMPETENCES],
        "sees_contact": row.state in _SEES_CONTACT,
        "telephone": in_french(who.telephone),
        "free": free,
        "form": form or RecruitForm(postes=free),
        "contrat": row.contrats.order_by("-created_at").first(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "aidants/dispositif/relation.html", context, status=status)


_ANSWERS = {"interessee": EtatRelation.INTERESSEE, "non_interessee": EtatRelation.NON_INTERESSEE}


@require_POST
@for_retained
def answer(request: HttpRequest, place: Affectation, acteur: Acteur, relation_id: UUID) -> HttpResponse:
    """Say that the structure is interested, or not."""
    row, wanted = _relation(place, relation_id), _ANSWERS.get(request.POST.get("reponse", ""))
    if wanted is None:
        raise Http404
    return _after(request, vivier.answer(row.id, wanted, acteur, timezone.now()), row.id)


def _after(request: HttpRequest, verdict: Decision, relation_id: UUID) -> HttpResponse:
    if isinstance(verdict, Denied):
        warn(request, verdict)
    else:
        flash.success(request, "C’est enregistré. La personne en est avertie.")
    return redirect("aidants:relation", relation_id)


@require_POST
@for_retained
def recruit(request: HttpRequest, place: Affectation, acteur: Acteur, relation_id: UUID) -> HttpResponse:
    """Recruit the person on a free post."""
    row = _relation(place, relation_id)
    form = RecruitForm(request.POST, postes=_free(place))
    if not form.is_valid():
        return _relation_page(request, place, row, form)
    poste_id = UUID(form.cleaned_data["poste"])
    return _after(request, vivier.recruit(row.id, poste_id, acteur, timezone.now()), row.id)


@require_safe
@for_retained
def cv(request: HttpRequest, place: Affectation, acteur: Acteur, relation_id: UUID) -> HttpResponse:
    """Give the CV to a structure that said its interest."""
    row = _relation(place, relation_id)
    if row.state not in _SEES_CONTACT or not row.candidat.cv_sha256:
        raise Http404
    return cv_answer(vivier.read_cv(row, acteur, timezone.now()))


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_retained
def contract(request: HttpRequest, place: Affectation, acteur: Acteur, relation_id: UUID) -> HttpResponse:
    """Register the contract of a person recruited: the amount is shown, then confirmed by a fresh factor."""
    row = _relation(place, relation_id)
    if row.state != EtatRelation.RECRUTEE or row.poste is None:
        return redirect("aidants:relation", row.id)
    today = timezone.localdate()
    form, amount, figures = ContratForm(posted(request)), None, standing_on(today)
    # A passkey sends the form without a button.
    confirmed = "confirm" in request.POST or bool(request.POST.get("passkey"))
    code, now = CodeForm(request.POST if confirmed else None), timezone.now()
    if form.is_valid():
        terms = _terms(form.cleaned_data)
        outcome = contrats.grant_for(row.poste, terms, figures, today)
        if isinstance(outcome, Denied):
            refuse_form(request, form, outcome)
        elif code.is_valid() and fresh_factor_given(request, code, acteur, now):
            made = contrats.sign_contrat(row.id, terms, acteur, now)
            if isinstance(made, Contrat):
                flash.success(request, "Le contrat est enregistré. La personne reçoit une invitation à se connecter.")
                return redirect("aidants:contrat", made.id)
            form.add_error(None, made.reason.message)
        else:
            amount = euros(outcome)
    told = label_of_rule(Bareme(row.poste.bareme), funding_of(figures))
    context = {"form": form, "code": code, "row": row, "amount": amount, "bareme": told}
    status = 422 if form.errors or code.errors else 200
    return render(request, "aidants/dispositif/contrat_form.html", context, status=status)


def _terms(given: dict[str, Any]) -> contrats.Terms:
    return contrats.Terms(
        TypeContrat(given["kind"]),
        given["starts_on"],
        given["ends_on"],
        _cents(given["gross_monthly"]),
        _cents(given["cost_monthly"]),
    )


def _cents(amount: Decimal) -> int:
    return int(amount * 100)


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_referent
def contrat(request: HttpRequest, place: Affectation, acteur: Acteur, contrat_id: UUID) -> HttpResponse:
    """Show a contract, its grant and its instalments; say its end before its term."""
    rows = Contrat.objects.select_related("compte", "poste", "parametres")
    found = get_object_or_404(rows, pk=contrat_id, structure=place.structure_id)
    form, now = RuptureForm(posted(request)), timezone.now()
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        given = form.cleaned_data
        motif = MotifRupture(given["motif"])
        verdict = contrats.break_contrat(found.id, given["last_day"], motif, acteur, now)
        if not isinstance(verdict, Denied):
            flash.success(request, "La rupture est enregistrée. Le poste est de nouveau libre.")
            return redirect("aidants:contrat", found.id)
        form.add_error(None, verdict.reason.message)
    context = contract_shown(found) | {"form": form}
    return render(request, "aidants/dispositif/contrat.html", context, status=422 if form.errors else 200)


def contract_shown(found: Contrat) -> dict[str, Any]:
    """Return what a page shows of a contract: amounts in words, instalments and their state."""
    lines = list(found.versements.order_by("rank"))
    paid = sum(one.amount for one in lines if one.paid_at)
    return {
        "contrat": found,
        "kind": TYPE_LABELS[TypeContrat(found.kind)],
        "bareme": label_of_rule(Bareme(found.poste.bareme), funding_of(found.parametres)),
        "granted": euros(found.granted),
        "gross": euros(found.gross_monthly),
        "cost": euros(found.cost_monthly),
        "lines": [(one, euros(one.amount)) for one in lines],
        "paid": euros(paid),
        "motif": RUPTURE_LABELS[MotifRupture(found.motif)] if found.motif else "",
        "earned": euros(found.earned) if found.earned is not None else "",
        "to_give_back": euros(paid - found.earned) if found.earned is not None and paid > found.earned else "",
    }
