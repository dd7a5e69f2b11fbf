"""A connection that died while nobody used it is replaced before anybody pays for it."""

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection
from django.test import Client

from deploy.database import base


def _ended() -> int:
    """End this thread's connection from outside, as a database that is started again does; return its process."""
    connection.ensure_connection()
    process = int(connection.connection.info.backend_pid)
    given = {name: connection.get_connection_params()[name] for name in ("dbname", "user", "host")}
    with psycopg.connect(**given, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    return process


def _alone(seconds: float) -> None:
    connection._used_at -= seconds  # type: ignore[attr-defined]


def _asked() -> int:
    """Ask for a page that reads the database, as a server does: Django's test client leaves old connections alone."""
    close_old_connections()
    return Client().get("/statistiques").status_code


def test_the_request_after_a_restart_of_the_database_is_answered(committed_db: str) -> None:
    died = _ended()
    _alone(2)
    assert _asked() == 200
    assert connection.connection.info.backend_pid != died


def test_a_thread_at_work_is_not_asked(committed_db: str) -> None:
    """What it was doing fails, as it must; the next request has a connection that lives."""
    _ended()
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert _asked() == 200


def test_a_connection_in_use_is_asked_nothing_more(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    lives = connection.is_usable

    def told() -> bool:
        asked.append(lives())
        return asked[-1]

    monkeypatch.setattr(connection, "is_usable", told)
    monkeypatch.setattr(base, "ALONE_SECONDS", 3600)
    assert [_asked() for _ in range(3)] == [200] * 3
    assert asked == []
    monkeypatch.setattr(base, "ALONE_SECONDS", 0)
    assert _asked() == 200
    assert asked == [True]
