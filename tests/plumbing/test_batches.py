"""What is many is deleted a batch at a time, and each batch is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from aidants import batches
from aidants.batches import delete_by_batches
from oidc.provider.models import SeenOnce
from oidc.provider.purge import purge_expired


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SIZE", 10)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_batches")
def test_a_backlog_shrinks_batch_after_batch_and_what_lives_stays(query_count: Any) -> None:
    now = timezone.now()
    over = [SeenOnce(digest=f"{number:064x}", expires_at=now - timedelta(days=1)) for number in range(23)]
    SeenOnce.objects.bulk_create([*over, SeenOnce(digest="f" * 64, expires_at=now + timedelta(days=1))])
    with query_count(6):  # two batches of ten, what is left, each looked for and deleted
        assert delete_by_batches(SeenOnce.objects.filter(expires_at__lt=now)) == 23
    assert SeenOnce.objects.get().digest == "f" * 64


@pytest.mark.usefixtures("small_batches")
def test_what_a_batch_deleted_stays_deleted_when_the_next_fails(committed_db: str) -> None:
    now = timezone.now()
    SeenOnce.objects.bulk_create(
        SeenOnce(digest=f"{number:064x}", expires_at=now - timedelta(days=1)) for number in range(23)
    )
    deletes: list[str] = []

    def cut(execute: Any, sql: str, *given: Any) -> Any:
        deletes.extend([sql] if sql.startswith("DELETE") else [])
        if len(deletes) == 2:
            raise OperationalError("canceling statement due to statement timeout")
        return execute(sql, *given)

    with connection.execute_wrapper(cut), pytest.raises(OperationalError):
        purge_expired(now)
    assert SeenOnce.objects.count() == 13
