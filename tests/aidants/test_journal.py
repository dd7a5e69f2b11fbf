"""The journal: written in the act's transaction, refused to everyone afterwards, walked by anyone."""

from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.events import SIGN_IN, SIGN_IN_REFUSED
from aidants.journal.digest import salted_digest
from aidants.journal.models import Entree, RefusCompte, Sel
from aidants.journal.record import OutsideTransaction, UnknownFact, count_refusal, record
from aidants.journal.walk import entries, fault_of
from tests import builders, database
from tests.builders import NOW


@pytest.mark.django_db
def test_an_entry_holds_canonical_bytes_and_their_salted_digest() -> None:
    who = builders.compte()
    number = record(SIGN_IN, acteur=Acteur(Kind.COMPTE, who.id), at=NOW, subject=who.id, facts={"factor": "totp"})
    entree = Entree.objects.select_related("sel").get(pk=number)
    assert salted_digest(bytes(entree.sel.salt), bytes(entree.body)) == bytes(entree.digest)
    assert who.email.encode() not in bytes(entree.body)


@pytest.mark.django_db
def test_a_fact_that_the_event_does_not_declare_is_refused() -> None:
    with pytest.raises(UnknownFact):
        record(SIGN_IN, acteur=ANONYME, at=NOW, facts={"email": "someone@example.org"})


def test_an_entry_outside_a_transaction_is_refused(committed_db: str) -> None:
    with pytest.raises(OutsideTransaction):
        record(SIGN_IN, acteur=ANONYME, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entree SET reason = 'x'",
        "DELETE FROM journal_entree",
        "TRUNCATE journal_entree CASCADE",
        "UPDATE journal_sel SET salt = ''",
        "TRUNCATE journal_sel",
        "ALTER TABLE journal_entree DISABLE TRIGGER ALL",
        "DROP TABLE journal_sel",
    ],
)
def test_the_service_role_cannot_change_the_journal(statement: str) -> None:
    record(SIGN_IN, acteur=ANONYME, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entree SET reason = 'x'",
        "DELETE FROM journal_entree",
        "TRUNCATE journal_entree CASCADE",
    ],
)
def test_the_triggers_refuse_even_the_owner(committed_db: str, statement: str) -> None:
    with transaction.atomic():
        record(SIGN_IN, acteur=ANONYME, at=NOW)
    owner = database.the_server().url(database.OWNER_ROLE, committed_db)
    with (
        psycopg.connect(owner) as session,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="journal"),
    ):
        session.execute(statement)


@pytest.mark.django_db
def test_a_rolled_back_act_leaves_no_entry() -> None:
    class Interrupted(RuntimeError):
        pass

    def act() -> None:
        with transaction.atomic():
            record(SIGN_IN, acteur=ANONYME, at=NOW)
            raise Interrupted

    with pytest.raises(Interrupted):
        act()
    assert not Entree.objects.exists()


@pytest.mark.django_db
def test_refusals_of_strangers_are_counted_by_kind_bucket_and_minute() -> None:
    assert [count_refusal(SIGN_IN_REFUSED, bucket="b", at=NOW) for _ in range(3)] == [1, 2, 3]
    count_refusal(SIGN_IN_REFUSED, bucket="other", at=NOW)
    assert sorted(RefusCompte.objects.values_list("bucket", "count")) == [("b", 3), ("other", 1)]


def test_verify_journal_names_the_first_entry_that_was_edited(committed_db: str) -> None:
    place = builders.structure()
    builders.mandat(builders.aidant(place), place)
    builders.journal_rights()
    output = StringIO()
    call_command("verify_journal", stdout=output)
    assert "tout concorde" in output.getvalue()
    victim = Entree.objects.order_by("id")[1]
    forge(committed_db, "UPDATE journal_entree SET reason = 'changed' WHERE id = %s", victim.id)
    errors = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_journal", stderr=errors)
    assert stopped.value.code == 1
    assert errors.getvalue().startswith(f"entrée {victim.id} :")


def test_verify_journal_tells_a_mandat_whose_acte_was_changed(committed_db: str) -> None:
    place = builders.structure()
    mandat = builders.mandat(builders.aidant(place), place)
    signed = Entree.objects.get(event="mandat:sign")
    head, payload, signature = mandat.acte.split(".")
    type(mandat).objects.filter(pk=mandat.pk).update(acte=f"{head}.{payload}.{signature[::-1]}")
    errors = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_journal", stderr=errors)
    assert errors.getvalue().startswith(f"entrée {signed.id} :")


def forge(name: str, statement: str, *arguments: object) -> None:
    """Do what only an administrator of the server could: change a row with the triggers off."""
    url = database.the_server().url(database.ADMIN_ROLE, name)
    with psycopg.connect(url) as session:
        session.execute("SET session_replication_role = replica")
        session.execute(statement, arguments)


@pytest.mark.django_db
def test_a_destroyed_salt_leaves_an_entry_that_still_walks() -> None:
    number = record(SIGN_IN, acteur=ANONYME, at=NOW)
    Sel.objects.filter(entree=number).delete()
    ((entree, body),) = list(entries())
    assert fault_of(entree, body) is None
