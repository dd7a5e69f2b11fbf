"""The loops that integrate the journal's new entries into its tree, and that ask the witnesses, every second.

Apart from the schedule and from each other: neither a long job nor a slow witness delays the tree.
"""

import threading
from collections.abc import Callable

import structlog
from django.utils import timezone

from aidants.journal.notes import BadNote
from aidants.journal.sequence import announce_key, integrate
from aidants.journal.tiles import IncompleteTile
from aidants.journal.witnessing import ask_witnesses
from deploy.loops import every_second

log = structlog.get_logger()


def integrating(stop: threading.Event) -> None:
    """Say once which key signs, then integrate every second until ``stop``."""
    announced = False

    def act() -> None:
        nonlocal announced
        if not announced:
            announce_key(timezone.now())
            announced = True
        integrate(timezone.now())

    _every_second(stop, act)


def witnessing(stop: threading.Event) -> None:
    """Ask the witnesses every second until ``stop``; tell each refusal once."""
    told: dict[str, str] = {}

    def ask() -> None:
        for outcome in ask_witnesses(timezone.now()):
            if outcome.refused and told.get(outcome.witness) != outcome.refused:
                log.error("witness refused", witness=outcome.witness, size=outcome.size, why=outcome.refused)
            told[outcome.witness] = outcome.refused

    _every_second(stop, ask)


def _every_second(stop: threading.Event, act: Callable[[], object]) -> None:
    """Act every second; what of the journal's settings or rows does not hold is told in words, each time."""

    def told() -> None:
        try:
            act()
        except BadNote as error:
            log.error("journal: JOURNAL_KEY or JOURNAL_WITNESSES is not well formed", why=str(error))  # noqa: TRY400
        except IncompleteTile as error:
            log.error("journal: rows of the tree are missing", why=str(error))  # noqa: TRY400

    every_second(stop, "journal", told)
