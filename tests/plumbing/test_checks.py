"""``check --deploy`` refuses a start that would not hold, and tells each reason by its number."""

import secrets
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from psycopg import sql

from deploy.checks import (
    check_journal,
    check_keys,
    check_seal,
    check_signing_keys,
    check_surroundings,
    check_timestamps,
)
from deploy.demo.postgres import OWNER_ROLE
from deploy.message_checks import check_contacts, check_emails, check_text_messages
from mandats.attestation.certificates import new_authority, new_seal
from mandats.attestation.sealing_keys import SEAL, _opened, keep_sealer, trust_timestamps
from tests import builders, database
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
    "FRANCECONNECT_BASE": "https://oidc.franceconnect.gouv.fr/api/v2",
    "LIMITS_FACTOR": 1,
    "SMS_BACKEND": "gatewayapi",
    "SMS_API_BASE": "https://gatewayapi.eu",
    "SMS_API_TOKEN": "x",
    "SMS_SENDER": "36180",
    "SMS_WEBHOOK_SECRET": "s" * 32,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "relais.example.org",
    "EMAIL_USE_TLS": True,
    "DEFAULT_FROM_EMAIL": "ne-pas-repondre@mandats.example.org",
    "SERVICE_POST": "Service des mandats, 1 rue de Gap",
    "SERVICE_PRIVACY": "donnees@mandats.example.org",
    "ACCUEIL_TELEPHONE": "01 00 00 00 00",
    "ACCUEIL_HORAIRES": "du lundi au vendredi, de 9 h à 17 h",
    "SERVICE_DIRECTEUR": "X",
    "SERVICE_HEBERGEUR": "Y, 1 rue de Gap",
    "PROCONNECT_CLIENT_ID": "x",
    "PROCONNECT_CLIENT_SECRET": "x",
    "PROCONNECT_BASE": "https://proconnect.example.org/api/v2",
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
    ("FRANCECONNECT_BASE", "http://oidc.franceconnect.gouv.fr/api/v2", "E024"),
    ("FRANCECONNECT_BASE", "https://fcp-low.sbx.dev-franceconnect.fr/api/v2", "E024"),
    ("LIMITS_FACTOR", 100, "E025"),
    ("SMS_BACKEND", "none", "W001"),
    ("SMS_BACKEND", "console", "E026"),
    ("SMS_BACKEND", "file", "E026"),
    ("SMS_API_TOKEN", "", "E015"),
    ("SMS_WEBHOOK_SECRET", "short", "E015"),
    ("SMS_API_BASE", "http://gatewayapi.eu", "E027"),
    ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "E028"),
    ("EMAIL_USE_TLS", False, "E029"),
    ("DEFAULT_FROM_EMAIL", "ne-pas-repondre@mandats.example", "E030"),
    ("SERVICE_POST", "", "E031"),
    ("SERVICE_PRIVACY", "donnees@mandats.example", "E031"),
    ("ACCUEIL_TELEPHONE", "", "E031"),
    ("ACCUEIL_HORAIRES", "", "E031"),
    ("SERVICE_DIRECTEUR", "", "E031"),
    ("SERVICE_HEBERGEUR", "", "E031"),
    ("PROCONNECT_CLIENT_ID", "", "E016"),
    ("PROCONNECT_CLIENT_SECRET", "", "E016"),
    ("PROCONNECT_BASE", "http://proconnect.example.org", "E017"),
]


def _ids(messages: list[Any]) -> list[str]:
    return [message.id.removeprefix("mandats.") for message in messages]


def _told() -> list[str]:
    """Return the numbers of what the checks of the settings say."""
    return _ids(check_keys() + check_surroundings() + check_text_messages() + check_emails() + check_contacts())


def test_a_fit_service_has_nothing_to_hear(settings: Any) -> None:
    for name, value in FIT.items():
        setattr(settings, name, value)
    assert _told() == []


def test_a_relay_of_the_same_machine_needs_no_tls(settings: Any) -> None:
    for name, value in {**FIT, "EMAIL_HOST": "localhost", "EMAIL_USE_TLS": False}.items():
        setattr(settings, name, value)
    assert _told() == []


@pytest.mark.parametrize(("name", "value", "told"), UNFIT)
def test_each_missing_secret_is_told(settings: Any, name: str, value: object, told: str) -> None:
    for fit_name, fit_value in {**FIT, name: value}.items():
        setattr(settings, fit_name, fit_value)
    assert _told() == [told]


@pytest.mark.django_db
def test_the_journal_of_a_migrated_database_is_guarded() -> None:
    assert check_journal(databases=["default"]) == []


def test_a_missing_trigger_and_a_right_too_many_are_told(committed_db: str) -> None:
    with psycopg.connect(database.the_server().url(OWNER_ROLE, committed_db)) as owner:
        owner.execute("DROP TRIGGER journal_entree_no_truncate ON journal_entree")
        owner.execute("GRANT UPDATE ON journal_entree TO mandats_service")
    assert _ids(check_journal(databases=["default"])) == ["E010", "E011"]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("ALTER TABLE journal_leaf DISABLE TRIGGER journal_leaf_no_change", "E010"),
        ("ALTER TABLE journal_sel DISABLE TRIGGER ALL", "E010"),
        (
            "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "E010",
        ),
        ("GRANT DELETE ON journal_checkpoint TO mandats_service", "E011"),
        ("GRANT UPDATE ON journal_sel TO mandats_service", "E011"),
        ("GRANT mandats_owner TO mandats_service", "E011"),
    ],
)
def test_each_guard_of_the_journal_is_looked_at(committed_db: str, statement: str, told: str) -> None:
    administrator = database.the_server().url(database.ADMIN_ROLE, committed_db)
    with psycopg.connect(administrator) as session:
        session.execute(sql.SQL(statement))
    try:
        assert _ids(check_journal(databases=["default"])) == [told]
    finally:
        with psycopg.connect(administrator) as session:
            session.execute("REVOKE mandats_owner FROM mandats_service")


def test_an_empty_database_is_told_in_one_line(committed_db: str) -> None:
    with psycopg.connect(database.the_server().url(OWNER_ROLE, committed_db)) as owner:
        owner.execute("ALTER TABLE journal_entree RENAME TO elsewhere")
    assert _ids(check_journal(databases=["default"])) == ["E009"]
    assert check_signing_keys(databases=["default"]) == []


def test_papers_need_an_authority_of_time_stamps(settings: Any) -> None:
    settings.TSA_URL = ""
    assert _ids(check_timestamps()) == ["E020"]
    settings.TSA_URL = "https://horodatage.example.org"
    assert check_timestamps() == []


@pytest.mark.django_db
def test_papers_need_a_seal_that_lasts_and_somebody_s_time_stamps(settings: Any) -> None:
    now = timezone.now()
    assert _ids(check_seal(databases=["default"])) == ["E021", "E023"]
    authority = new_authority("Essais", now)
    trust_timestamps(authority.chain, now)
    keep_sealer(SEAL, new_seal(authority, "Essais", now, timedelta(days=30)), now)
    assert _ids(check_seal(databases=["default"])) == ["W020"]
    keep_sealer(SEAL, builders.sealer(), timezone.now())
    assert check_seal(databases=["default"]) == []
    settings.VAULT_KEYS = [secrets.token_bytes(32)]
    _opened.cache_clear()
    assert _ids(check_seal(databases=["default"])) == ["E022"]
