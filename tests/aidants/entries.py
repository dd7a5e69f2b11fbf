"""Entries written for what reads the journal: by its one writer, or many at once."""

from django.db import connection, transaction

from aidants.domain.acteur import ANONYME
from aidants.domain.events import SIGN_IN
from aidants.journal.record import record
from tests.builders import NOW


def append(count: int = 1) -> list[int]:
    """Append entries in one transaction; return their ids."""
    with transaction.atomic():
        return [record(SIGN_IN, acteur=ANONYME, at=NOW) for _ in range(count)]


def append_fast(count: int) -> None:
    """Append many entries by one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_entree (event, at, acteur_kind, reason, body, digest)"
            " SELECT 'compte:sign_in', now(), 'anonyme', '', '{}', sha256(n::text::bytea)"
            " FROM generate_series(1, %s) AS n",
            [count],
        )
