"""What every test that reaches the database is held to, when it ends: its entries name nobody.

Whatever writes an entry is thus looked at by each test that makes it write, with the names that the builders give.
"""

from collections.abc import Collection

from psycopg.pq import TransactionStatus

_FAILED = TransactionStatus.INERROR

_SEARCH = """
SELECT event, convert_from(body, 'UTF8') FROM journal_entree
WHERE lower(convert_from(body, 'UTF8')) ~ %s OR lower(reason) ~ %s ORDER BY id LIMIT 5
"""
# Any address or number at all, and the persons of the builders.
_PERSONAL = ("@", r"\+33", "camille martin", "camille", "dubois", "angela", "1962-08-24", "24/08/1962", "24 août 1962")


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

    pattern = "|".join(_PERSONAL)
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, [pattern, pattern])
        return [(event, body) for event, body in cursor.fetchall()]


def missing(claimed: Collection[str]) -> set[str]:
    """Return the events among ``claimed`` of which no entry stands."""
    from aidants.journal.models import Entree

    return set(claimed) - set(Entree.objects.filter(event__in=claimed).values_list("event", flat=True))
