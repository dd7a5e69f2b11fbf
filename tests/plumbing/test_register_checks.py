"""`verify_journal` compares the journal with the register: each sort of tampering is named with its entry."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.journal.models import Entree, Leaf, Sel
from aidants.journal.salts import destroy_salts
from aidants.journal.sequence import integrate
from deploy.register_checks import register_faults
from mandats.domain.durees import local_date
from mandats.registre.models import Mandat
from mandats.registre.papers import produce_document
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.single_use import close_expired
from mandats.registre.services.suspend import suspend_mandat
from mandats.registre.services.titres import issue_titre
from mandats.registre.services.uses import declare_utilisation
from mandats.registre.services.volet import CodesVolet, cancel_verification_code, renew_codes
from mandats.verification.lookups import verify
from mandats.verification.questions import Asker, Question
from tests import builders, database
from tests.oidc import flow


@dataclass
class Life:
    """A mandat that has lived: papers, codes, two uses, a look-up, one demarche ended; and who gave it."""

    at: flow.Desk
    now: datetime

    @property
    def usager(self) -> Acteur:
        return Acteur(Kind.USAGER, self.at.mandat.usager_id)


@pytest.fixture(scope="module")
def life(django_db_setup: None, django_db_blocker: Any) -> Iterator[Life]:
    """Make it once, in a database that the tests leave as it was."""
    with django_db_blocker.unblock(), database.fresh_database() as name, database.connected_to(name):
        yield _lived()


def _lived() -> Life:
    at = flow.desk(demarches=("logement", "argent", "social"))
    now, doer = timezone.now(), builders.acteur(at.aidant, at.place)
    produce_document(at.mandat.id, doer, now)
    codes = renew_codes(at.mandat.id, doer, now)
    assert isinstance(codes, CodesVolet)
    question = Question("logement", at.mandat.reference, codes.verification, "DUBOIS", "1962-08-24")
    verify(question, Asker("CAF de Paris", "page", "192.0.2.1"), now)
    flow.tokens_of(at, flow.site())
    assert isinstance(issue_titre(at.mandat.id, now), str)
    day = local_date(now, at.mandat.time_zone)
    told: dict[str, Any] = {"channel": "telephone", "body": "CAF", "description": "appel", "used_on": day, "now": now}
    declare_utilisation(at.autorisation("argent").id, doer, **told)
    made = Life(at, now)
    assert revoke_autorisation(at.autorisation("social").id, made.usager, way="page_usager", now=now)
    builders.journal_rights()
    integrate(now)
    return made


@contextmanager
def undone() -> Iterator[None]:
    """Let what the block does be undone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def as_administrator() -> Iterator[None]:
    """Be the administrator of the server, triggers off, for the block; what it does is undone."""
    chosen = connections["default"].settings_dict
    user = chosen["USER"]
    connection.close()
    chosen["USER"] = database.ADMIN_ROLE
    try:
        with undone():
            run("SET LOCAL session_replication_role = replica")
            yield
    finally:
        connection.close()
        chosen["USER"] = user


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount != 0, "nothing was tampered with"


def told() -> list[str]:
    """Return what the comparisons say: the event of the entry that is named, and why."""
    events = {entree.id: entree.event for entree in Entree.objects.all()}
    return [f"{events.get(fault.number, 'none')}: {fault.why}" for fault in register_faults()]


def test_a_life_without_tampering_agrees(life: Life) -> None:
    output, errors = StringIO(), StringIO()
    call_command("verify_journal", stdout=output, stderr=errors)
    assert errors.getvalue() == ""
    assert "(dont 0 sans sel), 1 actes : tout concorde." in output.getvalue()


def test_ends_suspensions_and_replacements_agree(life: Life) -> None:
    at, later = life.at, life.now + timedelta(minutes=1)
    with undone():
        assert suspend_mandat(at.mandat.id, life.usager, way="telephone", now=later)
        cancel_verification_code(at.mandat.id, life.usager, later)
        assert told() == []
        assert revoke_mandat(at.mandat.id, life.usager, way="page_usager", now=later)
        assert told() == []
    with undone():
        assert close_expired(at.mandat.expires_at + timedelta(days=1)) == 1
        assert told() == []
        run("UPDATE mandat SET ended_at = NULL, motif = ''")
        assert [f"mandat:end: mandat {at.mandat.reference}: its end is no longer in its row"] == told()
    with undone():
        person = builders.identite(sub_digest=at.mandat.usager.sub_digest)
        builders.mandat(at.aidant, at.place, person, now=later, demarches=("logement", "argent"))
        assert Mandat.objects.filter(pk=at.mandat.pk, motif="remplacement").exists()
        assert told() == []


SIGN, USE, LOOK_UP = "mandat:sign", "utilisation:declare", "verification:answer"
BYTES = "content = content || decode('00', 'hex')"
TAMPERINGS: dict[str, tuple[str, str, str]] = {
    "later end": (
        SIGN,
        "journaled at its conclusion",
        "UPDATE mandat SET expires_at = expires_at + interval '30 days'",
    ),
    "other identity": (SIGN, "journaled at its conclusion", "UPDATE mandat SET identity = 'piece_vue'"),
    "other reference": (SIGN, "journaled at its conclusion", "UPDATE mandat SET reference = 'GAP7-K3XW-9B'"),
    "other text": (SIGN, "the text kept", "UPDATE mandat SET frozen_text = frozen_text || ' '"),
    "demarche added": (
        SIGN,
        "its demarches are not those",
        (
            "INSERT INTO autorisation SELECT (jsonb_populate_record(a, jsonb_build_object("
            "'id', gen_random_uuid(), 'demarche', 'travail', 'status_index', 9))).* FROM autorisation a LIMIT 1"
        ),
    ),
    "demarche removed": (
        SIGN,
        "its demarches are not those",
        "DELETE FROM autorisation WHERE demarche = 'logement'",
    ),
    "end without act": (
        SIGN,
        "its row has an end that no entry tells",
        "UPDATE mandat SET ended_at = now() + interval '1 hour', motif = 'revocation'",
    ),
    "term before its day": (
        SIGN,
        "its row has an end that no entry tells",
        "UPDATE mandat SET ended_at = expires_at - interval '1 day', motif = 'terme'",
    ),
    "part ended without act": (
        SIGN,
        "one of its demarches has an end that no entry tells",
        "UPDATE autorisation SET ended_at = now() + interval '1 hour', motif = 'revocation' WHERE ended_at IS NULL",
    ),
    "part revived": (
        "autorisation:revoke",
        "the end of one of its demarches is no longer",
        "UPDATE autorisation SET ended_at = NULL, motif = '' WHERE demarche = 'social'",
    ),
    "suspended without act": ("none", "its suspension", "UPDATE mandat SET suspended_at = now() + interval '1 hour'"),
    "use removed": (USE, "its row and its entry", "DELETE FROM utilisation WHERE channel = 'telephone'"),
    "use moved": (
        USE,
        "its row and its entry",
        (
            "UPDATE utilisation SET autorisation_id = (SELECT id FROM autorisation WHERE demarche = 'logement')"
            " WHERE channel = 'telephone'"
        ),
    ),
    "use hidden": (USE, "its row and its entry", "UPDATE utilisation SET channel = 'bridge' WHERE channel <> 'bridge'"),
    "use invented": (
        "none",
        "its row and its entry",
        (
            "INSERT INTO utilisation SELECT (jsonb_populate_record(u, jsonb_build_object('id', gen_random_uuid()))).*"
            " FROM utilisation u LIMIT 1"
        ),
    ),
    "credential removed": ("titre:issue", "its place is not the one", "DELETE FROM titre"),
    "credential moved": (
        "titre:issue",
        "its place is not the one",
        "UPDATE titre SET status_index = (status_index + 1) % 262144",
    ),
    "look-up removed": (LOOK_UP, "its row and its entry", "DELETE FROM verification"),
    "look-up changed": (LOOK_UP, "its row and its entry", "UPDATE verification SET answer = 'expire'"),
    "paper's bytes": ("document:", "its bytes are not those", f"UPDATE document SET {BYTES} WHERE kind = 'mandat'"),
    "paper and digest": (
        SIGN,
        "no entry tells its SHA-256",
        (
            f"UPDATE document SET {BYTES}, sha256 = encode(sha256(content || decode('00', 'hex')), 'hex')"
            " WHERE kind = 'mandat'"
        ),
    ),
    "code added": (
        "volet:print",
        "a code stands that no entry tells",
        "UPDATE code_usager SET created_at = created_at + interval '1 hour' WHERE kind = 'revocation'",
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_each_tampering_of_the_register_is_named_with_its_entry(life: Life, what: str) -> None:
    event, why, statement = TAMPERINGS[what]
    with as_administrator():
        run(statement)
        assert any(one.startswith(event) and why in one for one in told()), told()
    assert told() == []


# What is said of an act that somebody undid in the rows, and the event of the entry that is named.
UNDONE = {
    "its end is no longer": "mandat:revoke: ",
    "its suspension": "mandat:suspend: ",
    "a code that was cancelled": "code:cancel: ",
}


def test_what_is_undone_in_its_row_is_named(life: Life) -> None:
    later = life.now + timedelta(minutes=1)
    acts = (
        lambda: revoke_mandat(life.at.mandat.id, life.usager, way="page_usager", now=later),
        lambda: suspend_mandat(life.at.mandat.id, life.usager, way="telephone", now=later),
        lambda: cancel_verification_code(life.at.mandat.id, life.usager, later),
    )
    tamperings = (
        "UPDATE mandat SET ended_at = NULL, motif = ''",
        "UPDATE mandat SET suspended_at = NULL",
        "UPDATE code_usager SET ended_at = NULL WHERE kind = 'verification'",
    )
    for act, tampering, (why, entry) in zip(acts, tamperings, UNDONE.items(), strict=True):
        with as_administrator():
            act()
            run(tampering)
            assert [one for one in told() if one.startswith(entry) and why in one] != []


def test_a_term_written_in_the_rows_agrees(life: Life) -> None:
    with as_administrator():
        run("UPDATE mandat SET ended_at = expires_at, motif = 'terme'")
        run(
            "UPDATE autorisation a SET ended_at = m.expires_at, motif = 'terme'"
            " FROM mandat m WHERE m.id = a.mandat_id AND a.ended_at IS NULL"
        )
        assert told() == []


def test_salts_destroyed_are_counted_and_salts_taken_are_told(committed_db: str) -> None:
    place = builders.structure()
    mandat = builders.mandat(builders.aidant(place), place)
    builders.journal_rights()
    gone = destroy_salts([mandat.id], acteur=SYSTEME, now=timezone.now())
    output, errors = StringIO(), StringIO()
    call_command("verify_journal", stdout=output)
    assert f"(dont {gone} sans sel)" in output.getvalue()
    Sel.objects.filter(pk=Sel.objects.latest("entree").pk).delete()
    with pytest.raises(SystemExit):
        call_command("verify_journal", stderr=errors)
    assert errors.getvalue().startswith(f"aucune entrée : {gone + 1} entries have no salt, and {gone} were destroyed")


def test_the_command_names_the_entry_and_its_place_in_the_tree(committed_db: str) -> None:
    place = builders.structure()
    builders.mandat(builders.aidant(place), place)
    integrate(timezone.now())
    Mandat.objects.update(place="Ailleurs", identity="piece_vue")
    errors = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_journal", stderr=errors)
    signed = Entree.objects.get(event="mandat:sign")
    assert stopped.value.code == 1
    number = Leaf.objects.get(entree=signed).number
    assert errors.getvalue().startswith(f"entrée {signed.id} (n° {number}) : mandat ")
