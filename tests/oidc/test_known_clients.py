"""A client's record is kept two seconds by each process, and a change made here is seen here at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from oidc.provider import known_clients
from oidc.provider.clients import rotate_secret, suspend_client
from oidc.provider.known_clients import find_client
from oidc.provider.models import Client
from tests.oidc import flow


def _later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = known_clients.monotonic()
    monkeypatch.setattr(known_clients, "monotonic", lambda: now + seconds)


def test_a_record_is_read_once_in_two_seconds(
    committed_db: object, query_count: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = flow.site().client.client_id
    with query_count(1):
        assert find_client(client_id) is find_client(client_id) is not None
    Client.objects.filter(client_id=client_id).update(name="Changé ailleurs")
    _later(monkeypatch, known_clients.KEPT_SECONDS)
    found = find_client(client_id)
    assert found is not None
    assert found.name == "Changé ailleurs"
    assert known_clients.KEPT_SECONDS < 5  # DOMAIN §3.4: what is stopped stops within five seconds


def test_a_change_made_here_is_seen_here_at_once(committed_db: object) -> None:
    client_id = flow.site().client.client_id
    before = find_client(client_id)
    assert before is not None
    suspend_client(client_id, timezone.now())
    suspended = find_client(client_id)
    assert suspended is not None
    assert suspended.is_suspended
    rotate_secret(client_id, timedelta(hours=1), timezone.now())
    rotated = find_client(client_id)
    assert rotated is not None
    assert rotated.previous_secret_digest == before.secret_digest


def test_what_a_transaction_may_still_undo_is_not_kept(committed_db: object, query_count: Any) -> None:
    client_id = flow.site().client.client_id
    with query_count(3), transaction.atomic():  # begin, twice the record
        assert find_client(client_id) == find_client(client_id)


def test_nobody_is_not_kept_and_neither_is_who_has_keys_elsewhere(committed_db: object, query_count: Any) -> None:
    client = flow.site().client
    Client.objects.filter(pk=client.pk).update(jwks_uri="https://site.example/jwks")
    with query_count(4):
        assert find_client("inconnu") is find_client("inconnu") is None
        assert find_client(client.client_id) == find_client(client.client_id) == client
