"""The connection that each thread keeps (Django looks for ``DatabaseWrapper`` here).

Kept for an hour, it may have died meanwhile: the database was started again, or another took its place.  Django can ask
it at each request, which costs a short answer a tenth.  A thread at work learns of the end by the error of whatever it
was doing; it is the thread that slept through it that would give its next person an error for nothing.
"""

import time
from typing import Final

from django.db.backends.postgresql import base

ALONE_SECONDS: Final = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the connection, before its first statement in :data:`ALONE_SECONDS`, whether it still lives."""

    _used_at = 0.0

    def close_if_health_check_failed(self) -> None:
        """Close a connection that died while nobody used it; never inside a transaction, which ends with it."""
        alone, self._used_at = time.monotonic() - self._used_at, time.monotonic()
        if alone > ALONE_SECONDS and not self.in_atomic_block:
            super().close_if_health_check_failed()
