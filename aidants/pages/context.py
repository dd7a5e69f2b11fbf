"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the place acted for, and the reception's telephone number with its hours."""
    return {
        "affectation": getattr(request, "affectation", None),
        "has_other_structures": SimpleLazyObject(lambda: len(getattr(request, "affectations", ())) > 1),
        "accueil_telephone": settings.ACCUEIL_TELEPHONE,
        "accueil_horaires": settings.ACCUEIL_HORAIRES,
        "demo": settings.DEMO,
        "proconnect": bool(settings.PROCONNECT_CLIENT_ID),
    }
