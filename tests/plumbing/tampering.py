"""Tamperings of the register by who owns its tables, and what the comparison with the journal says of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections, transaction

from aidants.journal.models import Entree
from deploy.register_checks import register_faults
from tests import database


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

# What is said of an act that somebody undid in the rows, and the event of the entry that is named.
UNDONE = {
    "its end is no longer": "mandat:revoke: ",
    "its suspension": "mandat:suspend: ",
    "a code that was cancelled": "code:cancel: ",
}
