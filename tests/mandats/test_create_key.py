"""``create_key``, ``create_seal``, ``trust_timestamps``, and what ``check --deploy`` asks of the keys."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from aidants.journal.models import Entree
from deploy.checks import check_signing_keys
from mandats.attestation import keys
from mandats.attestation.certificates import new_authority
from mandats.attestation.keys import SigningKey, active_key, forget_keys, published_keys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_key_of_another_test() -> None:
    forget_keys()


def _create(*arguments: str) -> dict[str, str]:
    output = StringIO()
    call_command("create_key", *arguments, stdout=output)
    told: dict[str, str] = json.loads(output.getvalue())
    return told


def _missing() -> list[str | None]:
    return [error.id for error in check_signing_keys(databases=["default"])]


@pytest.mark.writes("cle:create")
@pytest.mark.parametrize(("purpose", "alg"), [("acte", "ES256"), ("oidc", "ES256"), ("oidc", "RS256")])
def test_a_key_signs_at_once_and_is_journaled(purpose: str, alg: str) -> None:
    told = _create("--purpose", purpose, "--alg", alg)
    assert active_key(purpose, alg, timezone.now()).kid == told["kid"]
    entree = Entree.objects.get(event="cle:create")
    assert json.loads(bytes(entree.body))["facts"]["kid"] == told["kid"]


def test_a_key_to_come_is_published_and_does_not_sign_yet() -> None:
    standing = _create("--purpose", "oidc", "--alg", "ES256")
    coming = _create("--purpose", "oidc", "--alg", "ES256", "--activated-at", "2999-01-01T00:00:00+00:00")
    now = timezone.now()
    assert {key["kid"] for key in published_keys(now)["keys"]} >= {standing["kid"], coming["kid"]}
    assert active_key("oidc", "ES256", now).kid == standing["kid"]


@pytest.mark.writes("sceau:create")
def test_a_seal_is_made_and_journaled_by_its_fingerprint() -> None:
    output = StringIO()
    call_command("create_seal", stdout=output)
    told = json.loads(output.getvalue())
    entree = Entree.objects.get(event="sceau:create")
    assert json.loads(bytes(entree.body))["facts"]["fingerprint"] == told["fingerprint"]


@pytest.mark.writes("horodatage:trust")
def test_an_authority_of_time_stamps_is_believed_once_and_journaled(tmp_path: Path) -> None:
    (tmp_path / "racines.pem").write_text(new_authority("Essais", timezone.now()).chain)
    output = StringIO()
    call_command("trust_timestamps", str(tmp_path / "racines.pem"), stdout=output)
    (told,) = json.loads(output.getvalue())
    entree = Entree.objects.get(event="horodatage:trust")
    assert json.loads(bytes(entree.body))["facts"]["fingerprint"] == told["fingerprint"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--purpose", "acte", "--alg", "RS256"),
        ("--purpose", "oidc", "--alg", "ES256", "--activated-at", "2999-01-01T00:00:00"),
        ("--purpose", "oidc", "--alg", "ES256", "--activated-at", "2020-01-01T00:00:00+00:00"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        _create(*arguments)
    assert not SigningKey.objects.exists()


def test_check_deploy_refuses_a_service_without_keys(settings: object) -> None:
    assert _missing() == ["mandats.E012", "mandats.E012"]
    _create("--purpose", "acte", "--alg", "ES256")
    assert _missing() == ["mandats.E012"]
    _create("--purpose", "oidc", "--alg", "ES256")
    assert _missing() == []
    settings.VAULT_KEYS = [bytes(32)]  # type: ignore[attr-defined]
    keys._parsed.cache_clear()
    assert _missing() == ["mandats.E013", "mandats.E013"]
