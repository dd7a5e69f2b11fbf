"""The loop that empties the outbox, every second, apart from the schedule: a slow provider delays nothing else."""

import threading

from django.utils import timezone

from aidants.envois.sending import send_due
from deploy.loops import every_second


def posting(stop: threading.Event) -> None:
    """Send what is due every second until ``stop``."""
    every_second(stop, "posting", lambda: send_due(timezone.now()))
