"""Draws where the status of an autorisation stands: at random in a list that is about half full at most.

Random, so that two places tell nothing of each other; half full, so that a draw rarely meets a place taken.
"""

import secrets

from django.db.models import Max

from mandats.attestation.status_list import SIZE
from mandats.registre.models import Autorisation

_SAMPLE = 32


def draw_places(count: int) -> list[tuple[int, int]]:
    """Return ``count`` free places (list, index), all in one list, in the caller's transaction.

    How full a list is shows by a sample: counting it would cost more than the signature.  Two signatures that draw the
    same place at once: the database refuses the second (``autorisation_status_index``).
    """
    newest = Autorisation.objects.aggregate(newest=Max("status_list"))["newest"] or 0
    free = _free_of_sample(newest, count)
    if len(free) < (_SAMPLE + count) // 2:
        newest += 1
        free = _free_of_sample(newest, count)
    return [(newest, index) for index in free[:count]]


def _free_of_sample(status_list: int, count: int) -> list[int]:
    """Return which of some places drawn at random are free, in the order drawn."""
    drawn: dict[int, None] = {}
    while len(drawn) < _SAMPLE + count:
        drawn[secrets.randbelow(SIZE)] = None
    rows = Autorisation.objects.filter(status_list=status_list, status_index__in=drawn)
    taken = set(rows.values_list("status_index", flat=True))
    return [index for index in drawn if index not in taken]
