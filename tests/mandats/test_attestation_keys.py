"""The key ring: sealed at rest, rotated with overlap, unsealed once, published as long as it must be."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from aidants.domain.vault import Unsealable
from mandats.attestation.acte import sign_acte, verify_acte
from mandats.attestation.keys import (
    CACHE_SECONDS,
    NoActiveKey,
    SigningKey,
    active_key,
    create_key,
    forget_keys,
    published_keys,
)
from tests.domain.actes_examples import ordinary_acte

NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_ring(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("committed_db" if "committed_db" in request.fixturenames else "db")
    SigningKey.objects.all().delete()
    forget_keys()


def published_kids(now: datetime) -> list[str]:
    return [jwk["kid"] for jwk in published_keys(now)["keys"]]


def test_a_key_signs_and_is_published() -> None:
    row = create_key("acte", "ES256", NOW)
    signing = active_key("acte", "ES256", NOW)
    assert signing.kid == row.kid
    compact = sign_acte(ordinary_acte(), signing.ec, signing.kid)
    assert verify_acte(compact, published_keys(NOW)) == ordinary_acte()


def test_nothing_private_is_published_nor_kept_in_clear() -> None:
    row = create_key("acte", "ES256", NOW)
    (jwk,) = published_keys(NOW)["keys"]
    assert sorted(jwk) == ["alg", "crv", "kid", "kty", "use", "x", "y"]
    assert b'"d"' not in bytes(row.private_sealed)


def test_rotation_with_overlap() -> None:
    old = create_key("oidc", "ES256", NOW)
    new = create_key("oidc", "ES256", NOW, activated_at=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)
    assert active_key("oidc", "ES256", NOW).kid == old.kid
    assert published_kids(NOW) == [new.kid, old.kid]
    assert active_key("oidc", "ES256", later).kid == new.kid
    SigningKey.objects.filter(kid=old.kid).update(retired_at=later)
    forget_keys()
    assert published_kids(later - timedelta(seconds=1)) == [new.kid, old.kid]
    assert published_kids(later) == [new.kid]


def test_keys_of_actes_are_published_for_ever() -> None:
    row = create_key("acte", "ES256", NOW)
    SigningKey.objects.filter(kid=row.kid).update(retired_at=NOW + timedelta(days=1))
    forget_keys()
    much_later = NOW + timedelta(days=9_000)
    assert published_kids(much_later) == [row.kid]
    with pytest.raises(NoActiveKey):
        active_key("acte", "ES256", much_later)


def test_purposes_and_algorithms_stay_apart() -> None:
    create_key("oidc", "ES256", NOW)
    rsa = create_key("oidc", "RS256", NOW)
    with pytest.raises(NoActiveKey):
        active_key("acte", "ES256", NOW)
    assert active_key("oidc", "RS256", NOW).kid == rsa.kid
    with pytest.raises(TypeError):
        _ = active_key("oidc", "RS256", NOW).ec
    with pytest.raises(IntegrityError), transaction.atomic():
        create_key("acte", "RS256", NOW)


def test_never_unsealed_twice(query_count: Any) -> None:
    create_key("acte", "ES256", NOW)
    first = active_key("acte", "ES256", NOW)
    with query_count(1):  # inside a transaction nothing is kept but the parsed key
        assert active_key("acte", "ES256", NOW) is first


def test_another_vault_opens_nothing(settings: Any) -> None:
    create_key("acte", "ES256", NOW)
    settings.VAULT_KEYS = [b"x" * 32]
    with pytest.raises(Unsealable):
        active_key("acte", "ES256", NOW)


def test_asked_of_the_database_every_few_seconds(
    committed_db: str, query_count: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_key("acte", "ES256", NOW)
    with query_count(1):
        active_key("acte", "ES256", NOW)
    with query_count(0):
        active_key("acte", "ES256", NOW)
        published_keys(NOW)
    later = monotonic() + CACHE_SECONDS + 1
    monkeypatch.setattr("mandats.attestation.keys.monotonic", lambda: later)
    with query_count(1):
        active_key("acte", "ES256", NOW)
