"""What the frame of every page needs."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

_REFUSED_IN = "refused_in"


def note_right(request: HttpRequest, structure_id: UUID, *, holds: bool) -> None:
    """Remember what a page just told of somebody's right in a structure: the menu offers what would not be refused.

    The menu asks nothing of the database, and the server is asked at each act anyway.
    """
    refused = request.session.get(_REFUSED_IN) == str(structure_id)
    if holds and refused:
        del request.session[_REFUSED_IN]
    elif not holds and not refused:
        request.session[_REFUSED_IN] = str(structure_id)


def _may_begin(request: HttpRequest) -> bool:
    place = getattr(request, "affectation", None)
    if not place or not place.is_aidant:
        return False
    return bool(request.session.get(_REFUSED_IN) != str(place.structure_id))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the place acted for, and the reception's telephone number with its hours."""
    return {
        "affectation": getattr(request, "affectation", None),
        "may_begin": SimpleLazyObject(lambda: _may_begin(request)),
        "has_other_structures": SimpleLazyObject(lambda: len(getattr(request, "affectations", ())) > 1),
        "accueil_telephone": settings.ACCUEIL_TELEPHONE,
        "accueil_horaires": settings.ACCUEIL_HORAIRES,
        "demo": settings.DEMO,
        "proconnect": bool(settings.PROCONNECT_CLIENT_ID),
    }
