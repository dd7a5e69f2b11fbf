"""Migrations run before the new code takes traffic: the release before must still read and write what they leave.

Judged by a linter that others wrote, over the SQL of each migration that came after the ones stated here.
"""

import pytest
from django.db.migrations import Migration
from django_migration_linter import MigrationLinter

pytestmark = pytest.mark.django_db

# The last migrations before a first deployment: what they added without a default broke nobody.
_BEFORE_THE_RULE = {"aidants": "0003_journal_tree", "mandats": "0013_erased_whole_and_alertes", "oidc": ""}


def judged(migration: Migration, linter: MigrationLinter, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the linter holds against a migration, empty when it breaks nothing."""
    linter.reset_counters()
    linter.lint_migration(migration)
    told = capsys.readouterr().out
    return told if linter.nb_erroneous else ""


@pytest.fixture
def linter() -> MigrationLinter:
    # Named: the engine is a module of ours over Django's, by which the linter knows no database.
    return MigrationLinter(no_cache=True, analyser_string="postgresql")


def test_the_release_before_lives_with_each_new_migration(linter, capsys) -> None:
    new = [
        migration
        for (app, name), migration in sorted(linter.migration_loader.disk_migrations.items())
        if app in _BEFORE_THE_RULE and name > _BEFORE_THE_RULE[app]
    ]
    assert {migration.app_label for migration in new} == set(_BEFORE_THE_RULE)
    assert [told for one in new if (told := judged(one, linter, capsys))] == []


def test_the_linter_sees_a_column_that_the_release_before_would_not_fill(linter, capsys) -> None:
    breaking = linter.migration_loader.disk_migrations["mandats", _BEFORE_THE_RULE["mandats"]]
    assert "NOT NULL constraint" in judged(breaking, linter, capsys)
