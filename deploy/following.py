"""The loop that lets each follower read what the journal has integrated, every second.

Apart from the schedule and from the sequencer.  A follower whose handler fails holds up nobody but itself: its cursor
stays before the entry, which is told and tried again.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import connection
from django.utils import timezone

from aidants.journal.follow import Follower, follow
from mandats.verification.suspensions import SUSPENSIONS
from oidc.provider.ends import ENDS
from oidc.provider.security_events import SECURITY_EVENTS

log = structlog.get_logger()
FOLLOWERS: tuple[Follower, ...] = (ENDS, SUSPENSIONS, SECURITY_EVENTS)
_SECONDS = 1.0


def following(stop: threading.Event) -> None:
    """Let every follower read, every second, until ``stop``."""
    with ThreadPoolExecutor(1, "follower") as hand:
        while not stop.wait(_SECONDS):
            for follower in FOLLOWERS:
                failed = hand.submit(_read, follower).exception()
                if failed is not None:
                    log.error("follower stopped", follower=follower.name, at=_place(failed), error=repr(failed))
        hand.submit(lambda: connection.close()).result()  # noqa: PLW0108 -- the hand's connection, not this thread's


def _read(follower: Follower) -> None:
    """Read in a connection that is given up after a failure, whatever its state."""
    done = False
    try:
        follow(follower, timezone.now())
        done = True
    finally:
        if not done:
            connection.close()


def _place(failed: BaseException) -> str:
    return "; ".join(getattr(failed, "__notes__", ()))
