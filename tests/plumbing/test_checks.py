"""``check --deploy`` refuses a start that would not hold, and tells each reason by its number."""

import secrets
from typing import Any

import psycopg
import pytest

from deploy.checks import check_journal, check_keys, check_signing_keys, check_surroundings
from deploy.demo.postgres import OWNER_ROLE
from tests import database
from tests.environment import JOURNAL_KEY

FIT = {
    "SECRET_KEY": "k" * 50,
    "VAULT_KEYS": [secrets.token_bytes(32)],
    "DIGEST_KEY": secrets.token_bytes(32),
    "JOURNAL_KEY": JOURNAL_KEY,
    "DEMO": False,
    "ISSUER": "https://mandats.example.org",
    "FRANCECONNECT_CLIENT_ID": "x",
    "FRANCECONNECT_CLIENT_SECRET": "x",
    "FRANCECONNECT_IDP_ID": "x",
    "SMS_BACKEND": "provider",
}
UNFIT = [
    ("SECRET_KEY", "short", "E001"),
    ("VAULT_KEYS", [], "E002"),
    ("VAULT_KEYS", [bytes(31)], "E002"),
    ("DIGEST_KEY", b"", "E003"),
    ("JOURNAL_KEY", "", "E014"),
    ("DEMO", True, "E004"),
    ("ISSUER", "http://mandats.example.org", "E005"),
    ("FRANCECONNECT_CLIENT_ID", "", "E006"),
    ("FRANCECONNECT_CLIENT_SECRET", "", "E006"),
    ("FRANCECONNECT_IDP_ID", "", "E007"),
    ("SMS_BACKEND", "console", "W001"),
]


def _ids(messages: list[Any]) -> list[str]:
    return [message.id.removeprefix("mandats.") for message in messages]


def test_a_fit_service_has_nothing_to_hear(settings: Any) -> None:
    for name, value in FIT.items():
        setattr(settings, name, value)
    assert check_keys() + check_surroundings() == []


@pytest.mark.parametrize(("name", "value", "told"), UNFIT)
def test_each_missing_secret_is_told(settings: Any, name: str, value: object, told: str) -> None:
    for fit_name, fit_value in {**FIT, name: value}.items():
        setattr(settings, fit_name, fit_value)
    assert _ids(check_keys() + check_surroundings()) == [told]


@pytest.mark.django_db
def test_the_journal_of_a_migrated_database_is_guarded() -> None:
    assert check_journal(databases=["default"]) == []


def test_a_missing_trigger_and_a_right_too_many_are_told(committed_db: str) -> None:
    with psycopg.connect(database.the_server().url(OWNER_ROLE, committed_db)) as owner:
        owner.execute("DROP TRIGGER journal_entree_no_truncate ON journal_entree")
        owner.execute("GRANT UPDATE ON journal_entree TO mandats_service")
    assert _ids(check_journal(databases=["default"])) == ["E010", "E011"]


def test_an_empty_database_is_told_in_one_line(committed_db: str) -> None:
    with psycopg.connect(database.the_server().url(OWNER_ROLE, committed_db)) as owner:
        owner.execute("ALTER TABLE journal_entree RENAME TO elsewhere")
    assert _ids(check_journal(databases=["default"])) == ["E009"]
    assert check_signing_keys(databases=["default"]) == []
