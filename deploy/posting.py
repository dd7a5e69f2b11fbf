"""The loop that empties the outbox, every second, apart from the schedule: a slow provider delays nothing else."""

import threading

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from aidants.envois.sending import send_due

log = structlog.get_logger()


def posting(stop: threading.Event) -> None:
    """Send what is due every second until ``stop``; a database that went away is asked again."""
    while not stop.wait(1):
        try:
            send_due(timezone.now())
        except DatabaseError as error:
            log.warning("posting: database did not answer", error=type(error).__name__)
            connection.close()
    connection.close()
