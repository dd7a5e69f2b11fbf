"""The page of conformance says what the tests prove, no more and no less; each specification promised is there."""

import pytest

from tests.conformance import matrix, plans


def test_the_page_is_what_the_source_says() -> None:
    assert matrix.PAGE.read_text() == matrix.page(), "python -m tests.conformance.matrix --write"


def test_every_specification_promised_has_its_rows() -> None:
    assert set(matrix.SPECIFICATIONS) - {spec for spec, _, _ in matrix.rows()} == set()
    plans_and_attacks = {*plans.PLANS, "Attacks"}
    assert {row.spec for row in matrix.requirements()} == set(matrix.SPECIFICATIONS) - plans_and_attacks


def test_every_requirement_is_proved_by_a_test_that_exists() -> None:
    named = [(row.spec, row.section, test) for row in matrix.requirements() for test in row.tests]
    assert [row for row in named if len(matrix.places_of(row[2])) != 1] == []


def test_every_section_that_a_test_claims_is_a_requirement_that_it_proves() -> None:
    """The mark on the test and the row say the same: neither names a section that the other does not know."""
    rows = matrix.requirements()
    proved = {(row.spec, row.section, place) for row in rows for test in row.tests for place in matrix.places_of(test)}
    claimed = {claim for claim in matrix.rows() if claim[0] in {row.spec for row in rows}}
    assert sorted(claimed - proved) == []


@pytest.mark.parametrize("plan", plans.PLANS)
def test_each_module_of_the_certification_suite_is_a_test_by_its_name(plan: str) -> None:
    sections = [section for spec, section, _ in matrix.rows() if spec == plan]
    # FAPI's rows name the profile's own settings too, which are no module.
    modules = {plans.module_of(row) for row in sections if "(" in row or not plan.startswith("FAPI")}
    assert modules - {"profile"} == set(plans.PLANS[plan])


@pytest.mark.parametrize("plan", plans.REMARKS)
def test_what_is_remarked_of_a_plan_is_of_its_modules_or_says_why_they_are_not_run(plan: str) -> None:
    for name, remark in plans.REMARKS[plan].items():
        assert (name in plans.PLANS[plan]) is not remark.startswith("not run: "), name
