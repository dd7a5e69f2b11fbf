"""A client just recognised is recognised again without a question for two seconds; a refusal is never decided so."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from oidc.provider import known_clients
from oidc.provider.clients import rotate_secret, suspend_client
from oidc.provider.known_clients import find_client, kept_client
from oidc.provider.models import Client
from tests.oidc import flow


def _asks(asked: flow.Site, secret: str = "") -> int:
    """Introspect a token that nobody has; 401 tells that the client was not recognised."""
    given = {"token": "x" * 43}
    return int(flow.post_form("/introspect", given, flow.basic(asked, secret)).status_code)


def test_a_client_is_read_once_in_two_seconds(
    committed_db: object, query_count: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = flow.site()
    with query_count(3):  # the client once, the token twice
        assert (_asks(asked), _asks(asked)) == (200, 200)
    Client.objects.filter(pk=asked.client.pk).update(suspended_at=timezone.now())  # by another process
    now = known_clients.monotonic()
    monkeypatch.setattr(known_clients, "monotonic", lambda: now + known_clients.KEPT_SECONDS)
    assert _asks(asked) == 401
    assert known_clients.KEPT_SECONDS < 5  # DOMAIN §3.4: what is stopped stops within five seconds


def test_a_change_made_here_is_seen_here_at_once(committed_db: object) -> None:
    asked = flow.site()
    assert _asks(asked) == 200
    suspend_client(asked.client.client_id, timezone.now())
    assert _asks(asked) == 401
    suspend_client(asked.client.client_id, timezone.now(), resume=True)
    assert _asks(asked) == 200


def test_a_secret_renewed_by_another_process_serves_at_once(committed_db: object) -> None:
    asked = flow.site()
    assert _asks(asked) == 200
    kept = dict(known_clients._known)
    renewed = rotate_secret(asked.client.client_id, timedelta(hours=1), timezone.now())
    known_clients._known.update(kept)  # what a process that did not make the change still holds
    assert (_asks(asked, renewed), _asks(asked)) == (200, 200)


def test_a_wrong_secret_costs_the_statements_of_an_unknown_client(committed_db: object, query_count: Any) -> None:
    asked, other = flow.site(), flow.site(sector="autre.example")
    for _ in range(2):  # the first refusal of a minute is journaled, the others counted
        assert (_asks(asked), _asks(asked, "w" * 43)) == (200, 401)
    Client.objects.filter(pk=other.client.pk).delete()
    for refused in ((asked, "w" * 43), (other, "")):
        with query_count(4):  # the record as it is now; transaction: the count
            assert _asks(*refused) == 401


def test_what_a_transaction_may_still_undo_is_not_kept(committed_db: object) -> None:
    client_id = flow.site().client.client_id
    with transaction.atomic():
        assert find_client(client_id) is not None
    assert kept_client(client_id) is None
    assert find_client(client_id) is kept_client(client_id) is not None
    assert find_client("inconnu") is kept_client("inconnu") is None
