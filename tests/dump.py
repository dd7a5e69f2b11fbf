"""Reads a whole database as who stole a dump and the vault's keys would: every column, decoded, unsealed."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection

from aidants.domain.vault import Unsealable, unseal

_COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, 2
"""
_WORD = re.compile(r"[A-Za-z0-9_\-]{24,}")


def cells() -> Iterator[tuple[str, Any]]:
    """Yield (table.column, value) of every cell that holds something."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
            for (value,) in cursor.fetchall():
                yield f"{table}.{column}", value


def readings(value: Any) -> Iterator[str]:
    """Yield every text that a cell can be read as."""
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        yield content.decode("utf-8", "replace")
        try:
            yield from readings(unseal(content, settings.VAULT_KEYS))
        except Unsealable:
            return
        return
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    yield text
    yield text.encode().decode("unicode_escape", "replace") if "\\u" in text else ""
    for word in _WORD.findall(text):
        whole = word[: len(word) - 1] if len(word) % 4 == 1 else word
        yield base64.urlsafe_b64decode(whole + "=" * (-len(whole) % 4)).decode("utf-8", "replace")


def places_of(needles: list[str]) -> set[str]:
    """Return the columns where any of ``needles`` can be read, whatever the case."""
    wanted = [needle.casefold() for needle in needles]
    return {
        place
        for place, value in cells()
        for text in readings(value)
        if any(needle in text.casefold() for needle in wanted)
    }
