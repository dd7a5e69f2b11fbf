"""Draws where a status stands, an autorisation's or a credential's: at random in a list about half full at most.

Random, so that two places tell nothing of each other; half full, so that a draw rarely meets a place taken.
"""

import secrets

from django.db.models import Max

from mandats.attestation.status_list import SIZE
from mandats.registre.models import Autorisation, Titre

_SAMPLE = 32


def draw_places(count: int, holder: type[Autorisation | Titre] = Autorisation, first: int = 0) -> list[tuple[int, int]]:
    """Return ``count`` free places (list, index), all in one list, in the caller's transaction.

    ``holder`` is the table that they are for, ``first`` the number of its first list.  How full a list is shows by a
    sample: counting it would cost more than the signature.  Two signatures that draw the same place at once: the
    database refuses the second (``…_status_index``).
    """
    newest = holder.objects.aggregate(newest=Max("status_list"))["newest"] or first
    free = _free_of_sample(holder, newest, count)
    if len(free) < (_SAMPLE + count) // 2:
        newest += 1
        free = _free_of_sample(holder, newest, count)
    return [(newest, index) for index in free[:count]]


def _free_of_sample(holder: type[Autorisation | Titre], status_list: int, count: int) -> list[int]:
    """Return which of some places drawn at random are free, in the order drawn."""
    drawn: dict[int, None] = {}
    while len(drawn) < _SAMPLE + count:
        drawn[secrets.randbelow(SIZE)] = None
    rows = holder.objects.filter(status_list=status_list, status_index__in=drawn)
    taken = set(rows.values_list("status_index", flat=True))
    return [index for index in drawn if index not in taken]
