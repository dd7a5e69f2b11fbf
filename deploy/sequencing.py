"""The loop that integrates the journal's new entries into its tree, every second.

Apart from the schedule: a long job must not delay the tree.
"""

import threading

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from aidants.journal.notes import BadNote
from aidants.journal.sequence import integrate

log = structlog.get_logger()
_SECONDS = 1.0


def loop(stop: threading.Event) -> None:
    """Integrate every second until ``stop``; a database that went away is asked again."""
    while not stop.wait(_SECONDS):
        try:
            integrate(timezone.now())
        except DatabaseError as error:
            log.warning("sequencer: database did not answer", error=type(error).__name__)
            connection.close()
        except BadNote:
            log.error("sequencer: JOURNAL_KEY is missing or not well formed")  # noqa: TRY400 -- a traceback adds nothing
    connection.close()
