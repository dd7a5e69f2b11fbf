"""The strict machine: no network, no undefined variable in our templates, no order that nobody asked for."""

import socket
import urllib.request
import warnings
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.template import Context, Engine, Origin, Template

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.events import SIGN_IN
from aidants.journal.record import record
from tests import builders, database
from tests.days import wait_before
from tests.journal_guard import StackGuard, entries_that_name_somebody, missing
from tests.network import NetworkForbiddenError
from tests.undefined import UndefinedVariable, UndefinedVariableError

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_another_machine_cannot_be_reached(host: str) -> None:
    with pytest.raises(NetworkForbiddenError):
        urllib.request.urlopen(f"http://[{host}]/" if ":" in host else f"http://{host}/", timeout=1)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


@pytest.mark.parametrize(
    ("now", "waits"),
    [
        ("2026-11-26T12:00:00+00:00", 0),
        ("2026-11-26T22:59:39+00:00", 0),
        ("2026-11-26T22:59:50+00:00", 10),
        ("2026-11-26T23:00:00+00:00", 0),
        ("2026-12-31T23:59:55+00:00", 5),
        ("2027-03-28T21:59:59+00:00", 1),
        ("2027-07-31T21:59:40.5+00:00", 19.5),
    ],
)
def test_no_day_ends_within_a_test(now: str, waits: float) -> None:
    assert wait_before(datetime.fromisoformat(now), timedelta(seconds=20)) == waits


def _render(source: str, file: Path) -> str:
    engine = Engine(string_if_invalid=UndefinedVariable())
    return Template(source, origin=Origin(str(file)), engine=engine).render(Context({"known": "yes"}))


@pytest.mark.parametrize("source", ["{{ unknown }}", "{{ known.part }}", "{{ unknown|default:'x' }}"])
def test_undefined_variable_fails_in_our_templates(source: str) -> None:
    with pytest.raises(UndefinedVariableError):
        _render(source, ROOT / "aidants" / "templates" / "page.html")


def test_defined_variables_and_conditions_render_in_our_templates() -> None:
    assert _render("{{ known }}{% if unknown %}no{% endif %}", ROOT / "oidc" / "templates" / "page.html") == "yes"


def test_undefined_variable_is_silent_in_templates_of_libraries() -> None:
    assert _render("{{ unknown|default:'x' }}", Path("/usr/lib/library/page.html")) == "x"


def test_a_warning_is_an_error() -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)


@pytest.mark.django_db
def test_unordered_querysets_are_shuffled() -> None:
    orders = {tuple(ContentType.objects.values_list("pk", flat=True)) for _ in range(5)}
    assert len(orders) > 1
    assert len({tuple(ContentType.objects.order_by("pk").values_list("pk", flat=True)) for _ in range(5)}) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("identity", [builders.IDENTITE.family_name, builders.IDENTITE.birthdate, "a@b.example"])
def test_an_entry_that_names_somebody_is_told_whoever_wrote_it(identity: str) -> None:
    who = Acteur(Kind.COMPTE, builders.compte().id)
    with transaction.atomic():
        record(SIGN_IN, acteur=who, at=builders.NOW)
        assert entries_that_name_somebody() == []
        record(SIGN_IN, acteur=who, at=builders.NOW, facts={"factor": f"x {identity.title()} y"})
        assert [event for event, _ in entries_that_name_somebody()] == ["compte:sign_in"]
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_an_entry_that_was_claimed_and_not_written_is_told() -> None:
    assert missing(["compte:sign_in"]) == {"compte:sign_in"}


_ENTRY = """
INSERT INTO journal_entree (event, at, acteur_kind, reason, body, digest)
VALUES ('compte:sign_in', now(), 'anonyme', '', convert_to(%s, 'UTF8'), '')
"""


def test_an_entry_of_another_process_that_names_somebody_is_told_once(django_db_setup: None) -> None:
    with database.fresh_database() as name, psycopg.connect(database.service_url(name), autocommit=True) as process:
        guard = StackGuard(name)
        process.execute(_ENTRY, ['{"facts": {"factor": "totp"}}'])
        assert guard.missing(["compte:sign_in"]) == set()
        assert guard.entries_that_name_somebody() == []
        assert guard.missing(["compte:sign_in"]) == {"compte:sign_in"}
        process.execute(_ENTRY, ['{"facts": {"factor": "pour Mme Nuñez-Cœuret"}}'])
        assert [event for event, _ in guard.entries_that_name_somebody()] == ["compte:sign_in"]
