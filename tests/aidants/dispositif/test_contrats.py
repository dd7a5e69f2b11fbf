"""The contract: amount by rule, instalments, convention, payments, rupture; the budget."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.dispositif import contrats
from aidants.dispositif.models import Campagne, Contrat, Enveloppe, MiseEnRelation, Versement
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.dispositif import errors
from aidants.domain.dispositif.financement import MotifRupture, TypeContrat
from aidants.domain.months import add_months
from aidants.domain.typographie import spaced
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Invitation
from tests import builders
from tests.aidants.dispositif import scheme

pytestmark = pytest.mark.django_db
START, OPENED = timezone.localdate(), date(2020, 11, 17)
TERMS = {
    "kind": "cdd",
    "starts_on": START.isoformat(),
    "ends_on": (add_months(START, 24) - timedelta(days=1)).isoformat(),
    "gross_monthly": "1 900,50",
    "cost_monthly": "2700",
}


def _operateur() -> Acteur:
    return Acteur(Kind.COMPTE, scheme.holder("operateur").id, None, "operateur")


def _referent(contrat: Contrat) -> Acteur:
    return Acteur(Kind.COMPTE, scheme.referent(contrat.structure).id, contrat.structure_id, "referent")


@pytest.mark.writes("contrat:sign")
def test_the_amount_is_shown_then_confirmed_and_the_person_joins_the_team() -> None:
    place = builders.structure()
    who = scheme.candidat(email="lina@example.org")
    row = scheme.relation(place, who, "recrutee", scheme.poste(place))
    referent = scheme.referent(place)
    browser = builders.signed_in(referent)
    here, confirmed = f"/postes/relations/{row.id}/contrat", TERMS | {"confirm": "1"}
    assert "50\u202f000\u00a0€" in browser.post(here, TERMS).content.decode()
    refused = browser.post(here, confirmed | {"code": "000000"})
    assert refused.status_code == 422
    assert "50\u202f000\u00a0€" in refused.content.decode()
    assert not Contrat.objects.exists()
    assert browser.post(here, confirmed | builders.factor(referent)).status_code == 302
    made = Contrat.objects.get()
    assert (made.granted, made.gross_monthly, made.cost_monthly) == (50_000_00, 1_900_50, 2_700_00)
    assert [one.amount for one in made.versements.order_by("rank")] == [10_000_00, 15_000_00, 25_000_00]
    joined = Affectation.objects.get(compte=made.compte)
    assert (joined.structure, joined.is_aidant, joined.is_conseiller) == (place, True, True)
    assert made.compte.email == "lina@example.org"
    assert not made.compte.has_usable_password()
    assert Invitation.objects.get().email == "lina@example.org"
    assert MiseEnRelation.objects.get().state == "finalisee"
    assert Enveloppe.objects.get().recruited == 1
    assert "Versements" in browser.get(f"/postes/contrats/{made.id}").content.decode()
    assert browser.post(here, confirmed | builders.factor(referent)).status_code == 302
    assert Contrat.objects.count() == 1


@pytest.mark.writes("contrat:refused")
def test_a_person_recruited_once_has_one_contract_and_the_second_is_told() -> None:
    place = builders.structure()
    row = scheme.relation(place, scheme.candidat(), "recrutee", scheme.poste(place))
    acteur = Acteur(Kind.COMPTE, scheme.referent(place).id, place.id, "referent")
    day = date(2026, 12, 1)
    terms = contrats.Terms(TypeContrat.CDI, day, None, 190_050, 270_000)
    assert isinstance(contrats.sign_contrat(row.id, terms, acteur, builders.NOW), Contrat)
    assert contrats.sign_contrat(row.id, terms, acteur, builders.NOW) == Denied(errors.RELATION_NOT_POSSIBLE)


def test_a_conseiller_without_training_concludes_nothing() -> None:
    place = builders.structure()
    row = scheme.relation(place, scheme.candidat(email="lina@example.org"), "recrutee", scheme.poste(place))
    referent = scheme.referent(place)
    browser = builders.signed_in(referent)
    browser.post(f"/postes/relations/{row.id}/contrat", TERMS | {"confirm": "1"} | builders.factor(referent))
    joined = Affectation.objects.get(compte__email="lina@example.org")
    assert not joined.habilitations.exists()


@pytest.mark.parametrize(
    ("change", "bareme", "words"),
    [
        ({"ends_on": ""}, "forfait_public", "Un contrat à durée déterminée a une date de fin"),
        ({"ends_on": (START - timedelta(days=1)).isoformat()}, "forfait_public", "la fin vient après le début"),
        ({"cost_monthly": "1000"}, "forfait_public", "ne peut pas être inférieur au salaire brut"),
        (
            {"ends_on": (add_months(START, 18) - timedelta(days=2)).isoformat()},
            "forfait_prive",
            "dans le privé, il a au moins la durée que dit l’appel",
        ),
        ({"gross_monthly": "beaucoup"}, "forfait_public", "Indiquez un montant en euros"),
    ],
)
def test_terms_that_cannot_be_funded(change: dict[str, str], bareme: str, words: str) -> None:
    place = builders.structure()
    row = scheme.relation(place, state="recrutee", on=scheme.poste(place, bareme=bareme))
    browser = builders.signed_in(scheme.referent(place))
    answer = browser.post(f"/postes/relations/{row.id}/contrat", TERMS | change | {"confirm": "1"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Contrat.objects.exists()


@pytest.mark.parametrize(
    ("starts_on", "status"),
    [
        (OPENED - timedelta(days=1), 422),
        (OPENED, 200),
        (add_months(START, 12), 200),
        (add_months(START, 12) + timedelta(days=2), 422),  # two: midnight may pass between START and the page
    ],
)
def test_a_contract_starts_within_what_the_call_may_have_brought_about(starts_on: date, status: int) -> None:
    place, call = builders.structure(), scheme.candidature()
    assert call.campagne is not None
    Campagne.objects.filter(pk=call.campagne.pk).update(opens_on=OPENED)
    row = scheme.relation(place, state="recrutee", on=scheme.poste(place, candidature=call))
    days = {"starts_on": starts_on.isoformat(), "ends_on": add_months(starts_on, 24).isoformat()}
    answer = builders.signed_in(scheme.referent(place)).post(f"/postes/relations/{row.id}/contrat", TERMS | days)
    assert answer.status_code == status
    assert ("au plus tôt le jour où l’appel s’est ouvert" in answer.content.decode()) == (status == 422)


def _with_instalments(**fields: Any) -> Contrat:
    made = scheme.contrat(builders.structure(), **fields)
    for rank, (day, amount) in enumerate([(date(2026, 10, 1), 10_000_00), (date(2027, 4, 1), 40_000_00)], start=1):
        Versement.objects.create(contrat=made, rank=rank, due_on=day, amount=amount)
    return made


@pytest.mark.writes("contrat:convention_refused", "versement:pay_refused")
def test_the_operateur_signs_then_pays_what_is_due_once() -> None:
    made = _with_instalments()
    first, later = made.versements.order_by("rank")
    who = scheme.holder("operateur")
    browser = builders.signed_in(who)
    here = f"/conventions/{made.id}"
    assert made.structure.name in browser.get("/conventions").content.decode()
    browser.post(here, {"versements": first.id} | builders.factor(who))
    assert not Versement.objects.filter(paid_at__isnull=False).exists()
    assert browser.post(f"{here}/signature", {"code": "000000"}).status_code == 422
    assert not Entree.objects.filter(event="contrat:convention").exists()
    browser.post(f"{here}/signature", builders.factor(who))
    browser.post(f"{here}/signature", builders.factor(who))
    assert Entree.objects.filter(event="contrat:convention").count() == 1
    assert "Noter comme payé" in browser.get(here).content.decode()
    for wrong in ({"versements": first.id, "code": "000000"}, builders.factor(who), {"versements": first.id}):
        assert browser.post(here, wrong).status_code == 422
    assert not Versement.objects.filter(paid_at__isnull=False).exists()
    browser.post(here, {"versements": first.id} | builders.factor(who))
    browser.post(here, {"versements": first.id} | builders.factor(who))
    assert Entree.objects.filter(event="versement:pay").count() == 1
    now = timezone.now().replace(year=2026, month=11, day=26)
    assert contrats.pay(later.id, _operateur(), now) == Denied(errors.INSTALMENT_NOT_DUE)
    assert contrats.budget().paid == 10_000_00
    for role in ("instructeur", "prefecture"):
        other = builders.signed_in(scheme.holder(role, "05"))
        assert other.get("/conventions").status_code == 403
        assert other.post(f"/conventions/{made.id}/signature").status_code == 403


@pytest.mark.writes("versement:pay", "versement:pay_refused")
def test_many_instalments_are_paid_by_one_factor_and_one_paid_meanwhile_is_told() -> None:
    place, day = builders.structure(), date(2021, 4, 1)
    posts = [scheme.poste(place, number=number) for number in (1, 2, 3)]
    signed = [scheme.contrat(place, on=one, convention_signed_at=builders.NOW) for one in posts]
    rows = [Versement.objects.create(contrat=one, rank=1, due_on=day, amount=10_000_00) for one in signed]
    who = scheme.holder("operateur")
    browser, given = builders.signed_in(who), {"versements": [str(row.id) for row in rows]}
    page = browser.post("/conventions", given | {"code": "000000"})
    assert page.status_code == 422
    assert page.content.decode().count(" checked") == 3
    assert contrats.budget().paid == 0
    contrats.pay(rows[0].id, _operateur(), timezone.now())
    told = browser.post("/conventions", given | builders.factor(who), follow=True).content.decode()
    assert "sont notés comme payés" in told
    assert spaced(errors.INSTALMENT_NOT_DUE.message) in told
    assert contrats.budget().paid == 30_000_00
    assert "Aucun versement à payer" in told
    assert browser.post("/conventions", {"versements": "x"} | builders.factor(who)).status_code == 422


@pytest.mark.writes("contrat:convention", "contrat:rupture_refused", "versement:pay")
def test_a_rupture_keeps_what_was_worked_frees_the_post_and_the_figure() -> None:
    made = _with_instalments()
    now = timezone.now()
    contrats.sign_convention(made.id, _operateur(), now)
    contrats.pay(made.versements.get(rank=1).id, _operateur(), now)
    who = scheme.referent(made.structure)
    browser, here = builders.signed_in(who), f"/postes/contrats/{made.id}"
    given = {"last_day": "2027-09-30", "motif": "demission"}
    assert browser.post(here, given).status_code == 422
    assert not Contrat.objects.filter(ended_on__isnull=False).exists()
    assert browser.post(here, given | builders.factor(who)).status_code == 302
    made.refresh_from_db()
    assert (made.ended_on, made.earned) == (date(2027, 9, 30), 50_000_00 * 365 // 731)
    left = made.versements.get(rank=3)
    assert left.amount == 50_000_00 * 365 // 731 - 10_000_00
    assert made.versements.get(rank=2).cancelled_at
    assert Enveloppe.objects.get().recruited == 0
    assert MiseEnRelation.objects.get().state == "rupture"
    assert browser.post(here, given | builders.factor(who)).status_code == 422
    scheme.relation(made.structure, state="recrutee", on=made.poste)


def test_who_was_paid_too_much_gives_back() -> None:
    made = _with_instalments()
    now = timezone.now()
    contrats.sign_convention(made.id, _operateur(), now)
    contrats.pay(made.versements.get(rank=1).id, _operateur(), now)
    verdict = contrats.break_contrat(made.id, date(2026, 10, 31), MotifRupture.ESSAI, _referent(made), now)
    assert verdict == GRANTED
    made.refresh_from_db()
    assert made.earned == 50_000_00 * 31 // 731
    browser = builders.signed_in(scheme.holder("operateur"))
    assert "À reverser" in browser.get(f"/conventions/{made.id}").content.decode()
    assert made.structure.name in browser.get("/budget").content.decode()
    assert contrats.budget().overpaid == 10_000_00 - 50_000_00 * 31 // 731
    early = contrats.break_contrat(made.id, date(2026, 9, 30), MotifRupture.ESSAI, _referent(made), now)
    assert early == Denied(errors.CONTRACT_NOT_STANDING)


def test_the_budget_shows_both_figures_and_corrects_neither() -> None:
    page = builders.signed_in(scheme.holder("operateur")).get("/budget").content.decode()
    assert "250 M€" in page
    assert "245 M€" in page
    assert builders.signed_in(scheme.holder("instructeur")).get("/budget").status_code == 200


def test_a_contract_of_another_structure_is_unknown() -> None:
    made = scheme.contrat(builders.structure())
    other = builders.structure("Ailleurs", siret="99999930300013")
    stranger = builders.signed_in(scheme.referent(other))
    assert stranger.get(f"/postes/contrats/{made.id}").status_code == 404
    assert Compte.objects.filter(pk=made.compte_id).exists()
