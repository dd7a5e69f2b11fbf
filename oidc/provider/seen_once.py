"""What serves once: the ``jti`` of assertions and proofs, remembered while it could be accepted again.

Of two requests at the same instant one is first: the table's key says which.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import connection

_INSERT = "INSERT INTO oidc_seen_once (digest, expires_at) VALUES (%s, %s) ON CONFLICT (digest) DO NOTHING"


def is_first_time(kind: str, whose: str, name: str, now: datetime, seconds: float) -> bool:
    """Note a name for ``seconds``; return whether nobody had noted it.  ``whose`` keeps two clients' names apart."""
    text = f"{kind}\x00{whose}\x00{name}".encode("utf-8", "surrogatepass")
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [hashlib.sha256(text).hexdigest(), now + timedelta(seconds=seconds)])
        return bool(cursor.rowcount)
