"""The loop that lets each follower read what the journal has integrated, every second.

Apart from the schedule and from the sequencer.  A follower whose handler fails holds up nobody but itself: its cursor
stays before the entry, which is told and tried again.
"""

import threading

import structlog
from django.db import connection
from django.utils import timezone

from aidants.journal.follow import Follower, follow
from deploy.loops import Attempt, every_second, place_of
from mandats.verification.suspensions import SUSPENSIONS
from oidc.provider.ends import ENDS
from oidc.provider.security_events import SECURITY_EVENTS

log = structlog.get_logger()
FOLLOWERS: tuple[Follower, ...] = (ENDS, SUSPENSIONS, SECURITY_EVENTS)


def following(stop: threading.Event) -> None:
    """Let every follower read, every second, until ``stop``."""
    every_second(stop, "followers", _read)


def _read() -> None:
    """Let each follower read; the connection of one that failed is given up, whatever its state."""
    for follower in FOLLOWERS:
        with Attempt() as attempt:
            follow(follower, timezone.now())
        if attempt.failure is not None:
            _tell(follower, attempt.failure)
            connection.close()


def _tell(follower: Follower, failure: Exception) -> None:
    """Say which entry holds the follower up, what failed and where; what the error says may hold somebody's row."""
    entry = "; ".join(getattr(failure, "__notes__", ()))
    log.error(
        "follower stopped", follower=follower.name, entry=entry, error=type(failure).__name__, at=place_of(failure)
    )
