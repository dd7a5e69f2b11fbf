"""The rules of the scheme as tables of cases, each with its source (DOMAIN §5 where none is named)."""

from dataclasses import replace
from datetime import date
from inspect import signature

import pytest

from aidants.domain.activite.formation import Figures
from aidants.domain.decisions import Denied
from aidants.domain.dispositif import errors, parametres
from aidants.domain.dispositif.distances import Point, box_around, distance_km
from aidants.domain.dispositif.etats import may_become, relation_may_become
from aidants.domain.dispositif.financement import (
    PUBLISHED_BUDGET,
    PUBLISHED_PARTS,
    TYPE_LABELS,
    Bareme,
    Parametres,
    TypeContrat,
    earned_at_rupture,
    funded_months,
    granted,
    instalments,
    label_of_rule,
    whole_months,
)
from aidants.domain.dispositif.porteurs import (
    LABELS,
    NEVER,
    SOURCES,
    Appel,
    Demande,
    Porteur,
    appel_for,
    reasons_against,
)
from aidants.domain.months import add_months

FIRST = Appel(("collectivite", "groupement", "grand_paris", "territorial", "lyon", "outre_mer"), date(2020, 11, 17))
SECOND = Appel(("association", "ess", "entreprise"), date(2021, 1, 4), date(2021, 6, 30))
NETWORKS = Appel(("reseau",), date(2020, 11, 17))
ASKED = Demande(
    kind="collectivite",
    siret="21050061400016",
    reseau="",
    posts_asked=2,
    places=1,
    appels=(FIRST, SECOND, NETWORKS),
    today=date(2020, 12, 1),
    recruited=0,
    total=4000,
    posts_at_most=50,
)


@pytest.mark.parametrize(
    ("kind", "day", "expected", "source"),
    [
        ("collectivite", date(2020, 12, 1), None, "Constitution, art. 72; public first"),
        ("groupement", date(2020, 12, 1), None, "CGCT L. 5111-1"),
        ("grand_paris", date(2020, 12, 1), None, "CGCT L. 5219-1"),
        ("territorial", date(2020, 12, 1), None, "CGCT L. 5219-2"),
        ("lyon", date(2020, 12, 1), None, "CGCT L. 3611-1"),
        ("outre_mer", date(2020, 12, 1), None, "Constitution, art. 73, 74"),
        ("collectivite", date(2020, 11, 16), errors.CALL_NOT_OPEN_YET, "the day before"),
        ("collectivite", date(2020, 11, 17), None, "the first day"),
        ("association", date(2020, 12, 1), errors.CALL_NOT_OPEN_YET, "then associations"),
        ("association", date(2021, 1, 4), None, "second call"),
        ("ess", date(2021, 6, 30), None, "the last day is included"),
        ("entreprise", date(2021, 7, 1), errors.CALL_CLOSED, "the day after"),
        ("ccas", date(2020, 12, 1), errors.KIND_CCAS, "not on the list of L. 5111-1"),
        ("etat", date(2020, 12, 1), errors.KIND_ETAT, "not on the list"),
        ("particulier", date(2020, 12, 1), errors.KIND_PARTICULIER, "not on the list"),
        ("royaume", date(2020, 12, 1), errors.KIND_WITHOUT_CALL, "closed list"),
    ],
)
def test_who_may_apply_and_when(kind: str, day: date, expected: object, source: str) -> None:
    assert reasons_against(replace(ASKED, kind=kind, today=day))[:1] == ([expected] if expected else []), source


def test_a_large_network_has_posts_of_its_own_and_is_named() -> None:
    assert reasons_against(replace(ASKED, kind="reseau", reseau="emmaus_connect")) == []
    assert reasons_against(replace(ASKED, kind="reseau", reseau="le_mien")) == [errors.NETWORK_UNKNOWN]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"siret": "21050061400015"}, errors.SIRET_WRONG),
        ({"siret": "35600000000048"}, None),
        ({"siret": "2105006140001"}, errors.SIRET_WRONG),
        ({"posts_asked": 0}, errors.POSTS_OUT_OF_RANGE),
        ({"posts_asked": 50}, None),
        ({"posts_asked": 51}, errors.POSTS_OUT_OF_RANGE),
        ({"posts_asked": 51, "posts_at_most": 51}, None),
        ({"posts_asked": 4, "posts_at_most": 3}, errors.POSTS_OUT_OF_RANGE),
        ({"places": 0}, errors.NO_PLACE),
        ({"recruited": 3999}, None),
        ({"recruited": 4000}, errors.ALL_RECRUITED),
        ({"recruited": 10, "total": 10}, errors.ALL_RECRUITED),
        ({"recruited": 4001}, errors.ALL_RECRUITED),
    ],
)
def test_what_is_asked(change: dict[str, object], expected: object) -> None:
    assert reasons_against(replace(ASKED, **change)) == ([expected] if expected else [])  # type: ignore[arg-type]


def test_every_reason_is_told_at_once() -> None:
    asked = replace(ASKED, kind="ccas", siret="1", posts_asked=0, places=0)
    assert reasons_against(asked) == [
        errors.KIND_CCAS,
        errors.SIRET_WRONG,
        errors.POSTS_OUT_OF_RANGE,
        errors.NO_PLACE,
    ]


def test_each_kind_has_words_and_a_source_or_a_refusal() -> None:
    assert set(LABELS) == set(Porteur) == set(SOURCES) | set(NEVER)
    assert appel_for("collectivite", [], date(2020, 12, 1)) == Denied(errors.KIND_WITHOUT_CALL)


EUROS = 100
PLENTY = 4_000 * EUROS


@pytest.mark.parametrize(
    ("bareme", "starts_on", "ends_on", "cost", "expected", "source"),
    [
        ("forfait_public", date(2021, 3, 1), date(2023, 2, 28), PLENTY, 50_000_00, "50 000 € over 2 years"),
        ("forfait_public", date(2021, 3, 1), None, PLENTY, 50_000_00, "no term: the rule's two years"),
        ("forfait_public", date(2021, 3, 1), date(2024, 2, 29), PLENTY, 50_000_00, "longer gives no more"),
        ("forfait_public", date(2021, 3, 1), date(2022, 2, 28), PLENTY, 25_000_00, "one year of two"),
        ("forfait_public", date(2021, 3, 1), date(2023, 2, 28), 1_900_00, 45_600_00, "never above cost"),
        ("smic_2_ans", date(2021, 3, 1), date(2023, 2, 28), PLENTY, 37_309_92, "SMIC 1 554,58 € × 24"),
        ("smic_3_ans", date(2021, 3, 1), date(2024, 2, 29), PLENTY, 39_175_41, "70 % × 36, the cent cut"),
        ("smic_3_ans", date(2021, 3, 1), date(2023, 2, 28), PLENTY, 26_116_94, "two of three years"),
        ("forfait_prive", date(2021, 3, 1), date(2022, 8, 30), PLENTY, None, "a day short of 18 months"),
        ("forfait_prive", date(2021, 3, 1), date(2022, 8, 31), PLENTY, 32_000_00, "18 months to the day"),
        ("forfait_prive", date(2021, 3, 1), date(2023, 2, 27), PLENTY, 32_000_00, "a day short of 24"),
        ("forfait_prive", date(2021, 3, 1), date(2023, 2, 28), PLENTY, 40_000_00, "24 months to the day"),
        ("forfait_prive", date(2021, 3, 1), None, PLENTY, 40_000_00, "no term"),
        ("forfait_prive", date(2021, 3, 1), date(2022, 8, 31), 1_600_00, 28_800_00, "never above cost"),
        ("forfait_public", date(2021, 3, 1), date(2021, 3, 30), PLENTY, None, "less than a month"),
        ("smic_2_ans", date(2021, 3, 1), date(2022, 2, 28), PLENTY, 18_654_96, "SMIC 1 554,58 € × 12"),
        ("smic_2_ans", date(2021, 3, 1), date(2023, 2, 28), 1_500_00, 36_000_00, "never above cost"),
        ("smic_3_ans", date(2021, 3, 1), date(2024, 2, 29), 1_000_00, 36_000_00, "never above cost, over three years"),
        ("smic_3_ans", date(2021, 3, 1), None, PLENTY, 39_175_41, "no term: the rule's three years"),
        ("forfait_prive", date(2021, 3, 1), date(2023, 2, 28), 1_600_00, 38_400_00, "40 000 € never above cost"),
        ("forfait_prive", date(2021, 3, 1), date(2026, 2, 28), PLENTY, 40_000_00, "at most, however long"),
        (
            "forfait_public",
            date(2020, 2, 29),
            date(2022, 2, 26),
            PLENTY,
            47_916_66,
            "from 29 February: 23 months",
        ),
        (
            "forfait_public",
            date(2020, 2, 29),
            date(2022, 2, 27),
            PLENTY,
            50_000_00,
            "the eve of 28 February: 24",
        ),
    ],
)
def test_the_amount_granted(
    bareme: str, starts_on: date, ends_on: date | None, cost: int, expected: int | None, source: str
) -> None:
    found = granted(Bareme(bareme), starts_on, ends_on, cost)
    assert found == (Denied(errors.CONTRACT_TOO_SHORT) if expected is None else expected), source


def test_any_kind_of_contract_is_funded_alike_and_other_aids_are_added() -> None:
    """DOMAIN §5, private: any kind of contract, beside CUI and CAE; the rule reads no kind."""
    assert set(TYPE_LABELS) == set(TypeContrat)
    assert "kind" not in signature(granted).parameters
    assert TypeContrat.PEC in TYPE_LABELS


@pytest.mark.parametrize(
    ("bareme", "amount", "ends_on", "last_day", "expected", "source"),
    [
        ("forfait_prive", 32_000_00, date(2022, 8, 31), date(2021, 8, 31), 10_724_95, "184 days of 549"),
        ("forfait_prive", 40_000_00, date(2023, 2, 28), date(2022, 2, 28), 20_000_00, "365 days of 730"),
        ("smic_3_ans", 39_175_41, date(2024, 2, 29), date(2024, 2, 29), 39_175_41, "to its term"),
        ("smic_2_ans", 37_309_92, None, date(2022, 2, 28), 18_654_96, "no term: over the rule's two years"),
    ],
)
def test_the_pro_rata_of_each_rule(
    bareme: str, amount: int, ends_on: date | None, last_day: date, expected: int, source: str
) -> None:
    found = earned_at_rupture(amount, Bareme(bareme), date(2021, 3, 1), ends_on, last_day)
    days = (last_day - date(2021, 3, 1)).days + 1
    over = add_months(date(2021, 3, 1), funded_months(Bareme(bareme), date(2021, 3, 1), ends_on))
    assert found == amount * days // (over - date(2021, 3, 1)).days, source
    assert abs(found - expected) <= 10, source


@pytest.mark.parametrize(
    ("change", "reason", "source"),
    [
        ({}, None, "the defaults"),
        ({"public_forfait": 60_000_00, "share_1": 30, "share_2": 20}, None, "another call"),
        ({"share_1": 30}, errors.FIGURES_WRONG, "110 %"),
        ({"month_2": 13}, errors.FIGURES_WRONG, "paid after the one that follows"),
        ({"private_long_months": 18}, errors.FIGURES_WRONG, "long is no longer than short"),
        ({"smic_part_percent": 101}, errors.FIGURES_WRONG, "out of bounds"),
        ({"avis_days": 0}, errors.FIGURES_WRONG, "out of bounds"),
    ],
)
def test_which_figures_may_stand(change: dict[str, int], reason: object, source: str) -> None:
    verdict = parametres.may_stand(change)
    assert (verdict.reason if isinstance(verdict, Denied) else None) == reason, source


def test_the_catalogue_s_defaults_are_those_of_the_rules() -> None:
    """DOMAIN §5: « figures are parameters with those defaults »."""
    assert parametres.funding({}) == Parametres()
    assert parametres.training({}) == Figures()
    assert len(parametres.DEFAULTS) == len(parametres.CATALOGUE)
    assert label_of_rule(Bareme.FORFAIT_PUBLIC).replace("\u202f", " ").replace("\xa0", " ") == (
        "Public : 50 000 € par poste sur 24 mois"
    )


def test_figures_are_parameters() -> None:
    other = Parametres(public_forfait=60_000_00, instalments=((100, 3),))
    assert granted(Bareme.FORFAIT_PUBLIC, date(2021, 1, 1), None, PLENTY, other) == 60_000_00
    assert [one.due_on for one in instalments(10, date(2021, 1, 31), other)] == [date(2021, 4, 30)]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "months"),
    [
        (date(2021, 1, 1), date(2021, 1, 30), 0),
        (date(2021, 1, 1), date(2021, 1, 31), 1),
        (date(2020, 8, 31), date(2021, 2, 27), 6),
        (date(2020, 2, 29), date(2021, 2, 27), 12),
        (date(2021, 2, 15), date(2022, 8, 14), 18),
    ],
)
def test_whole_months_with_the_last_day_included(starts_on: date, ends_on: date, months: int) -> None:
    assert whole_months(starts_on, ends_on) == months


def test_a_month_later_is_the_last_day_of_a_shorter_month() -> None:
    assert add_months(date(2021, 1, 31), 1) == date(2021, 2, 28)
    assert add_months(date(2020, 1, 31), 1) == date(2020, 2, 29)
    assert add_months(date(2020, 12, 15), 1) == date(2021, 1, 15)


@pytest.mark.parametrize("amount", [0, 1, 3, 50_000_00, 37_309_92, 28_800_01])
def test_instalments_add_up_to_the_cent(amount: int) -> None:
    found = instalments(amount, date(2021, 3, 1))
    assert sum(one.amount for one in found) == amount
    assert [one.due_on for one in found] == [date(2021, 3, 1), date(2021, 9, 1), date(2022, 3, 1)]


@pytest.mark.parametrize(
    ("last_day", "expected", "source"),
    [
        (date(2021, 2, 28), 0, "never begun"),
        (date(2021, 3, 1), 73_00, "one day of 730, 53 290 € / 730"),
        (date(2022, 2, 28), 365 * 73_00, "half of the days"),
        (date(2023, 2, 28), 53_290_00, "to its term"),
        (date(2025, 1, 1), 53_290_00, "never more than the grant"),
    ],
)
def test_what_stays_due_at_a_rupture(last_day: date, expected: int, source: str) -> None:
    given = (53_290_00, Bareme.FORFAIT_PUBLIC, date(2021, 3, 1), date(2023, 2, 28))
    assert earned_at_rupture(*given, last_day) == expected, source


def test_the_budget_as_published_and_the_sum_of_its_parts() -> None:
    assert (PUBLISHED_BUDGET, sum(PUBLISHED_PARTS.values())) == (250, 245)


@pytest.mark.parametrize(
    ("state", "wanted", "possible"),
    [
        ("brouillon", "deposee", True),
        ("brouillon", "retenue", False),
        ("deposee", "retenue", True),
        ("deposee", "examen", True),
        ("examen", "examen", True),
        ("examen", "refusee", True),
        ("refusee", "retenue", False),
        ("retenue", "abandonnee", False),
        ("abandonnee", "deposee", False),
    ],
)
def test_states_of_an_application(state: str, wanted: str, possible: bool) -> None:
    assert may_become(state, wanted) is possible


@pytest.mark.parametrize(
    ("state", "wanted", "possible"),
    [
        ("nouvelle", "interessee", True),
        ("nouvelle", "recrutee", False),
        ("interessee", "recrutee", True),
        ("non_interessee", "recrutee", False),
        ("non_interessee", "interessee", True),
        ("recrutee", "finalisee", True),
        ("recrutee", "interessee", True),
        ("finalisee", "interessee", False),
        ("finalisee", "rupture", True),
        ("rupture", "finalisee", False),
    ],
)
def test_states_of_a_meeting(state: str, wanted: str, possible: bool) -> None:
    assert relation_may_become(state, wanted) is possible


GAP, BRIANCON = Point(44.5594, 6.0786), Point(44.8978, 6.6428)


def test_distances_on_the_sphere() -> None:
    assert distance_km(GAP, GAP) == 0
    assert 57 < distance_km(GAP, BRIANCON) < 60
    paris, marseille = Point(48.8566, 2.3522), Point(43.2965, 5.3698)
    assert 658 < distance_km(paris, marseille) < 664


@pytest.mark.parametrize("centre", [GAP, Point(-20.88, 55.45), Point(46.8, -56.2), Point(0.0, 0.0)])
def test_the_box_holds_everything_near(centre: Point) -> None:
    low, high = box_around(centre, 30)
    for bearing in (Point(low.latitude, centre.longitude), Point(centre.latitude, high.longitude)):
        assert 29.9 <= distance_km(centre, bearing) <= 31.5
