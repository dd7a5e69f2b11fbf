"""An aidant telephones: is this voice an habilitated aidant of that structure?  Yes or no, nothing else."""

from datetime import datetime, timedelta

from django.db import transaction

from aidants.domain.acteur import ANONYME
from aidants.journal.limits import Limit, Throttled, count_failure, hold, limit, throttled
from aidants.journal.record import record
from mandats.domain import events
from mandats.registre.services.appels import holder_of
from mandats.verification.questions import Asker

_TEN_MINUTES, _HOUR = timedelta(minutes=10), timedelta(hours=1)


def _limits(siret: str, asker: Asker) -> list[Limit]:
    """Wrong codes by structure, by address, and in all: 10 guesses an hour among a million codes."""
    return [
        limit("appel-structure", siret, 10, _HOUR, _TEN_MINUTES),
        limit("adresse", asker.address, 60, _HOUR, _TEN_MINUTES),
        limit("tous", "", 3000, _HOUR, timedelta(minutes=1)),
    ]


def is_aidant_calling(siret: str, code: str, asker: Asker, now: datetime) -> bool | Throttled:
    """Answer whether ``code`` was drawn in the last ten minutes by an aidant of the structure ``siret``.

    A yes is journaled under the structure; a no is counted.
    """
    limits = _limits(siret, asker)
    # Asked before the lock too: a flood of tries that must wait takes none.
    wait = throttled(events.APPEL_CODE_UNKNOWN, limits, now)
    return wait or _answer(siret, code, limits, now)


@transaction.atomic
def _answer(siret: str, code: str, limits: list[Limit], now: datetime) -> bool | Throttled:
    hold(limits[0])
    wait = throttled(events.APPEL_CODE_UNKNOWN, limits, now)
    if wait:
        return wait
    found = holder_of(siret, code, now)
    if found is None:
        if count_failure(events.APPEL_CODE_UNKNOWN, limits, now):
            record(events.APPEL_CODE_UNKNOWN, acteur=ANONYME, at=now, facts={"count": 1})
        return False
    record(events.APPEL_CODE_ANSWER, acteur=ANONYME, at=now, subject=found.compte_id, structure=found.structure_id)
    return True
