"""How gunicorn serves the service: its threads, which stay a moment with a connection that is in use.

gunicorn hands a connection back to its poller after each answer and takes it again at the next request: two changes of
thread, which cost more than an answer's own headers.  A server that calls us, or the proxy in front, sends the next
request at once on the same connection; the thread that answered waits for it a few milliseconds.
"""

import select
from typing import Any, Final

from gunicorn.workers.gthread import ThreadWorker

STAYS_MILLISECONDS: Final = 5


class StayingWorker(ThreadWorker):
    """gunicorn's threaded worker, whose threads stay with a connection while nobody else waits for one."""

    def handle(self, conn: Any) -> Any:
        """Answer the connection's requests for as long as they follow each other; then hand it back."""
        kept = super().handle(conn)
        while kept is True and self._may_stay(conn) and _next_came(conn):
            kept = super().handle(conn)
        return kept

    def _may_stay(self, conn: Any) -> bool:
        """True while every connection in use has a thread of its own, and the worker is not stopping.

        What a request left in the buffer is the next one's beginning, which gunicorn takes up itself.
        """
        waiting = len(self.keepalived_conns) + len(self.pending_conns)
        in_use = self.nr_conns - waiting
        return self.alive and in_use <= self.cfg.threads and not conn.parser.unreader.buf.getvalue()


def _next_came(conn: Any) -> bool:
    """Wait for the first byte of the next request, or for the end of the connection."""
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(STAYS_MILLISECONDS))
