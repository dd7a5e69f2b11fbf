"""Activity reports as tables of cases: closed lists, numbers, days; what they add up to (DOMAIN §5)."""

from dataclasses import replace
from datetime import date

import pytest

from aidants.domain.activite.comptes_rendus import (
    AGES,
    AXES,
    FIRST_TASKS,
    NOTHING,
    OBJECTIVES,
    SECOND_TASKS,
    SLOTS,
    THEMES,
    Contenu,
    ReportFacts,
    Totals,
    counts_of,
    may_write,
    themes_of_use,
)
from aidants.domain.demarches import DEMARCHES

TODAY = date(2021, 3, 31)
ONE = Contenu(TODAY, "bureau", "individuel", 1, ("courriel",), "avec", "fait")
MANY = replace(ONE, kind="atelier", people=12, ages={"soixante_dix_plus": 8, "soixante_soixante_neuf": 4})


@pytest.mark.parametrize(
    ("given", "good"),
    [
        (ONE, True),
        (MANY, True),
        (replace(MANY, people=100), True),
        (replace(MANY, people=101, ages={}), False),
        (replace(MANY, people=0, ages={}), False),
        (replace(ONE, people=2), False),
        (replace(ONE, kind="ponctuel", people=2), False),
        (replace(MANY, people=11), False),  # twelve ages
        (replace(MANY, ages={"soixante_dix_plus": -1}), False),
        (replace(MANY, ages={"soixante_dix_plus": -1, "soixante_soixante_neuf": 3}), False),
        (replace(ONE, ages={"inconnu": 1}), False),
        (replace(ONE, themes=()), False),
        (replace(ONE, themes=("Angela DUBOIS",)), False),
        (replace(ONE, themes=tuple(THEMES)), True),
        (replace(ONE, channel="appel_solidarite"), True),
        (replace(ONE, channel="ailleurs"), False),
        (replace(ONE, manner=""), False),
        (replace(ONE, outcome="oriente"), False),
        (replace(ONE, outcome="oriente", redirected_to="caf"), True),
        (replace(ONE, outcome="oriente", redirected_to="chez Mme D."), False),
        (replace(ONE, redirected_to="caf"), False),
        (replace(ONE, day=date(2021, 4, 1)), False),
        (replace(ONE, day=date(2020, 3, 30)), True),
        (replace(ONE, day=date(2020, 3, 29)), False),
    ],
)
def test_may_write(given: Contenu, good: bool) -> None:
    assert bool(may_write(ReportFacts(given, TODAY))) is good


def test_three_objectives_five_tasks_then_four() -> None:
    assert (len(OBJECTIVES), len(FIRST_TASKS), len(SECOND_TASKS)) == (3, 5, 4)
    assert len(AGES) == 7


def test_the_order_of_the_counts_outlives_a_release() -> None:
    """Counts are kept by place: a word that moves would give its figures to another."""
    assert list(AXES) == ["total", "channel", "kind", "theme", "manner", "outcome", "place", "age"]
    assert len(SLOTS) == 47
    assert SLOTS[2] == ("channel", "bureau")
    assert SLOTS[10] == ("theme", "usages")
    assert SLOTS[27] == ("place", "ants")
    assert SLOTS[46] == ("age", "soixante_dix_plus")


def test_what_a_report_adds() -> None:
    totals = Totals(tuple(counts_of(replace(MANY, outcome="oriente", redirected_to="caf"))))
    assert (totals.reports, totals.people) == (1, 12)
    assert totals.of("place", "caf") == 1
    assert totals.of("age", "soixante_dix_plus") == 8
    assert sum(count for _, count in totals.axis("theme")) == 1
    assert sum(NOTHING.counts) == 0


@pytest.mark.parametrize("demarche", DEMARCHES)
def test_a_use_of_a_mandat_proposes_known_themes(demarche: str) -> None:
    assert set(themes_of_use(demarche)) <= THEMES.keys()
