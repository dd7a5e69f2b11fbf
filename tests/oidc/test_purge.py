"""What expired is forgotten, and nothing else."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from aidants import batches
from aidants.batches import delete_by_batches
from mandats.registre.models import Utilisation
from oidc.provider.models import AccessToken, Connexion, Interaction, SeenOnce
from oidc.provider.purge import purge_expired
from tests.oidc import flow

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(batches, "SIZE", 10)


def test_nothing_that_lives_is_purged():
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    flow.choice_page(at.browser, asked)
    purge_expired(timezone.now())
    assert flow.userinfo(token).status_code == 200
    assert Interaction.objects.count() == 2


def test_a_replay_is_told_for_an_hour_then_all_is_forgotten_but_the_use():
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    assert flow.exchange(asked, code).status_code == 200
    purge_expired(timezone.now() + timedelta(minutes=45))
    assert not AccessToken.objects.exists()
    assert not Interaction.objects.exists()
    assert flow.exchange(asked, code).json()["error"] == "invalid_grant"
    assert Connexion.objects.get().revoked_at is not None
    purge_expired(timezone.now() + timedelta(hours=2))
    assert not Connexion.objects.exists()
    assert Utilisation.objects.count() == 1


@pytest.mark.usefixtures("small_batches")
def test_a_backlog_shrinks_batch_after_batch_and_what_lives_stays(query_count):
    now = timezone.now()
    over = [SeenOnce(digest=f"{number:064x}", expires_at=now - timedelta(days=1)) for number in range(23)]
    SeenOnce.objects.bulk_create([*over, SeenOnce(digest="f" * 64, expires_at=now + timedelta(days=1))])
    with query_count(6):  # two batches of ten, what is left, each looked for and deleted
        assert delete_by_batches(SeenOnce.objects.filter(expires_at__lt=now)) == 23
    assert SeenOnce.objects.get().digest == "f" * 64


@pytest.mark.usefixtures("small_batches")
def test_what_a_batch_deleted_stays_deleted_when_the_next_fails(committed_db):
    now = timezone.now()
    SeenOnce.objects.bulk_create(
        SeenOnce(digest=f"{number:064x}", expires_at=now - timedelta(days=1)) for number in range(23)
    )
    deletes = []

    def cut(execute, sql, *given):
        deletes.extend([sql] if sql.startswith("DELETE") else [])
        if len(deletes) == 2:
            raise OperationalError("canceling statement due to statement timeout")
        return execute(sql, *given)

    with connection.execute_wrapper(cut), pytest.raises(OperationalError):
        purge_expired(now)
    assert SeenOnce.objects.count() == 13
