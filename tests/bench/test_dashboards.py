"""The dashboards, with the same code as the bench at a thousandth of its size: exact counts, whatever the size."""

from collections import Counter

import pytest

from aidants.dispositif.activite import figures as activity
from aidants.dispositif.activite.models import ActiviteMois, CompteRendu
from aidants.dispositif.activite.reports import content_of
from aidants.domain.activite.comptes_rendus import counts_of
from tests.bench import dashboards, scheme_data

pytestmark = pytest.mark.django_db
STATEMENTS = {
    "dashboard_nation": 12,
    "dashboard_nation_two_years": 12,
    "dashboard_nation_csv": 5,
    "dashboard_departements": 9,
    "dashboard_departement": 14,
    "dashboard_departement_csv": 6,
    "dashboard_csv": 7,
    "dashboard_budget": 13,
    "dashboard_quotas": 8,
    "dashboard_vivier": 9,
    "dashboard_vivier_csv": 5,
    "dashboard_prefecture": 14,
    "dashboard_structure": 5,
    "dashboard_structure_csv": 5,
    "dashboard_conseiller": 5,
    "dashboard_conseiller_csv": 5,
}


def test_each_dashboard_sends_as_many_statements_whatever_the_size() -> None:
    found = {one.name: one.more["sql_queries"] for one in dashboards.figures(0.001)}
    assert found == STATEMENTS


def test_the_months_made_in_bulk_are_those_that_the_service_writes() -> None:
    scheme_data.fill(scheme_data.Size(4, 2, 200))
    found: Counter[tuple[object, ...]] = Counter()
    for row in CompteRendu.objects.all():
        for rank, count in enumerate(counts_of(content_of(row))):
            for key in (None, row.compte_id):
                found[row.structure_id, key, row.day.replace(day=1), rank] += count
    kept = {
        (row.structure_id, row.compte_id, row.month, rank): count
        for row in ActiviteMois.objects.all()
        for rank, count in enumerate(row.counts)
    }
    assert {key: count for key, count in kept.items() if count} == {key: count for key, count in found.items() if count}
    assert activity.Scope("nation").key == ""
