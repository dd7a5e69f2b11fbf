"""What every test that reaches a journal is held to, when it ends: its entries name nobody.

Whatever writes an entry is thus looked at by each test that makes it write, in its own process or in those of the
demonstration, with the names that the builders give and those of the simulated FranceConnect's persons.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from deploy.demo.franceconnect.identities import IDENTITIES
from tests import database

_FAILED = TransactionStatus.INERROR
# Numbers are given before commits: what was written meanwhile may show a little later.
_LATE = 50

_SEARCH = """
SELECT event, convert_from(body, 'UTF8') FROM journal_entree
WHERE id > %s AND concat_ws(' ', convert_from(body, 'UTF8'), lower(convert_from(body, 'UTF8')), lower(reason)) ~ %s
ORDER BY id LIMIT 5
"""
# Any address or number at all, the persons of the builders, and those whom the demonstration identifies.
_PERSONAL = ("@", r"\+33", "camille martin", "camille", "dubois", "angela", "1962-08-24", "24/08/1962", "24 août 1962")
_PERSONS = {text for one in IDENTITIES.values() for text in (one.family_name, one.birthdate, one.given_name)}
_WORDS = sorted(rf"\m{spelt}\M" for text in _PERSONS for spelt in {text, text.lower()})
_PATTERN = "|".join((*_PERSONAL, *_WORDS))


def can_be_read() -> bool:
    """Tell whether there is a journal to look at: not in a transaction that failed, nor in an empty database."""
    from django.db import connection

    if connection.connection is not None and connection.connection.info.transaction_status == _FAILED:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('journal_entree') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def entries_that_name_somebody() -> list[tuple[str, str]]:
    """Return the event and the body of entries that hold an address, a number, a name or a birth date."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, [0, _PATTERN])
        return [(event, body) for event, body in cursor.fetchall()]


def missing(claimed: Collection[str]) -> set[str]:
    """Return the events among ``claimed`` of which no entry stands."""
    from aidants.journal.models import Entree

    return set(claimed) - set(Entree.objects.filter(event__in=claimed).values_list("event", flat=True))


@dataclass
class StackGuard:
    """Looks at the journal of the demonstration, which other processes write, from one test to the next."""

    database: str
    looked_at: int = 0

    def _rows(self, statement: str, values: Sequence[object]) -> list[Any]:
        with psycopg.connect(database.service_url(self.database)) as session:
            return session.execute(statement, values).fetchall()

    def missing(self, claimed: Collection[str]) -> set[str]:
        """Return the events among ``claimed`` of which no entry was written since the test before."""
        found = self._rows("SELECT DISTINCT event FROM journal_entree WHERE id > %s", [self.looked_at])
        return set(claimed) - {event for (event,) in found}

    def entries_that_name_somebody(self) -> list[tuple[str, str]]:
        """Return those written since the test before, and leave them behind."""
        found = self._rows(_SEARCH, [self.looked_at - _LATE, _PATTERN])
        self.looked_at = self._rows("SELECT coalesce(max(id), 0) FROM journal_entree", [])[0][0]
        return found
