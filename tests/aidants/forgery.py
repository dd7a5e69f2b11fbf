"""Forgeries of the journal by who owns its tables, and the signing that would hide them."""

import psycopg
from psycopg import sql

from aidants.journal import merkle
from aidants.journal.models import Checkpoint, Leaf, Node
from aidants.journal.notes import Checkpoint as Signed
from aidants.journal.notes import Note
from aidants.journal.sequence import journal_signer
from tests import database
from tests.aidants.leaves import root_of_leaves
from tests.builders import NOW


def forge(name: str, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Do what the administrator of the server could: change rows with the triggers off."""
    with psycopg.connect(database.the_server().url(database.ADMIN_ROLE, name)) as session:
        session.execute("SET session_replication_role = replica")
        for statement, values in statements:
            session.execute(sql.SQL(statement), values)


def sign_again() -> None:
    """Sign the tree as it stands now, with the journal's own key."""
    hashes = [bytes(item) for item in Leaf.objects.order_by("number").values_list("hash", flat=True)]
    for at in range(len(hashes) // 256):
        Node.objects.create(level=1, number=at, hash=merkle.full_root(hashes[at * 256 : at * 256 + 256]))
    signer = journal_signer()
    text = Signed(signer.name, len(hashes), root_of_leaves(hashes)).text
    Checkpoint.objects.create(size=len(hashes), note=str(Note(text, (signer.sign(text),))), seen=0, at=NOW)
