"""What the accueil finds on the telephone: by birth name, birth date and structure, all three (DOMAIN §3.4).

The person at the other end proves nothing: the accueil learns of mandats without their demarches, and may only stop
them for the time being.  Who searches and finds nothing, again and again, waits: nobody fishes for names.
"""

from datetime import datetime, timedelta

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.folding import fold
from aidants.journal.limits import Limit, Throttled, count_failure, hold, limit, throttled
from aidants.journal.record import record
from mandats.domain import events
from mandats.registre.models import Mandat, Usager
from mandats.registre.services.many import standing_of

_MISSES = 30
"""Searches without an answer in an hour: a busy telephone, names spelt twice."""


def _limits(acteur: Acteur) -> list[Limit]:
    return [limit("client", str(acteur.known_id), _MISSES, timedelta(hours=1), timedelta(minutes=10))]


def find_for_accueil(
    family_name: str, birthdate: str, structure: str, acteur: Acteur, now: datetime
) -> list[Mandat] | Throttled:
    """Return the standing mandats of who has this birth name and birth date, in a structure so named; journaled.

    ``structure`` is a part of its name or of its town; accents and case do not count.  What was typed is kept nowhere.
    """
    limits = _limits(acteur)
    # Asked before the lock too: a search that must wait takes none.
    wait = throttled(events.ACCUEIL_FIND_REFUSED, limits, now)
    return wait or _found(family_name, birthdate, structure, acteur, limits, now)


@transaction.atomic
def _found(
    family_name: str, birthdate: str, structure: str, acteur: Acteur, limits: list[Limit], now: datetime
) -> list[Mandat] | Throttled:
    hold(limits[0])
    wait = throttled(events.ACCUEIL_FIND_REFUSED, limits, now)
    if wait:
        return wait
    name, place = fold(family_name), fold(structure)
    found: list[Mandat] = []
    if name and place:
        usagers = Usager.objects.filter(folded_family_given__startswith=name, birthdate=birthdate)
        same = [one.id for one in usagers.order_by("id") if fold(one.family_name) == name]
        found = [
            row
            for row in standing_of(now, usager__in=same).select_related("structure", "usager")
            if place in fold(f"{row.structure.name} {row.structure.city}")
        ]
    if not found:
        count_failure(events.ACCUEIL_FIND_REFUSED, limits, now)
    record(events.ACCUEIL_FIND, acteur=acteur, at=now, facts={"count": len(found)})
    return found
