"""The databases that tests are given: roles apart, clones apart, commits only where they were asked for."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from aidants.models import Structure
from tests import database


@pytest.mark.django_db
def test_tests_connect_as_the_service_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("mandats_service",)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE journal_entree",
        "DELETE FROM journal_entree",
        "UPDATE journal_entree SET code = code",
        "ALTER TABLE journal_entree DISABLE TRIGGER ALL",
        "CREATE TABLE mine (id int)",
        "DROP TABLE journal_entree",
    ],
)
def test_service_role_changes_neither_tables_nor_journal(statement: str) -> None:
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(statement)


def test_each_committed_db_is_a_clone_of_its_own(committed_db: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (committed_db,)
    with database.fresh_database() as other:
        assert other != committed_db


def test_commits_are_seen_by_other_threads_and_processes(committed_db: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('tests', 'committed')")
    seen: list[int] = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_content_type WHERE app_label = 'tests'")
            seen.append(cursor.fetchone()[0])
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]
    with psycopg.connect(database.service_url(committed_db)) as outside:
        assert outside.execute("SELECT count(*) FROM django_content_type WHERE app_label = 'tests'").fetchone() == (1,)


@pytest.mark.django_db
def test_query_count_is_exact(query_count: Callable[[int], AbstractContextManager[Any]]) -> None:
    with query_count(1):
        Structure.objects.count()
    with pytest.raises(AssertionError), query_count(2):
        Structure.objects.count()


def test_a_test_that_asks_for_no_database_has_none() -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        Structure.objects.count()
