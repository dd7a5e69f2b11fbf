"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from aidants.comptes.fonctions import fonction_of
from aidants.domain.roles import Role


def _is_instructeur(request: HttpRequest) -> bool:
    """Tell whether the person holds that role; asked by the menu of who acts for no structure only."""
    return request.user.is_authenticated and fonction_of(request.user.pk, Role.INSTRUCTEUR) is not None


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the place acted for, the role held for the State, the reception's telephone number."""
    return {
        "affectation": getattr(request, "affectation", None),
        "has_other_structures": SimpleLazyObject(lambda: len(getattr(request, "affectations", ())) > 1),
        "is_instructeur": SimpleLazyObject(lambda: _is_instructeur(request)),
        "accueil_telephone": settings.ACCUEIL_TELEPHONE,
        "demo": settings.DEMO,
        "proconnect": bool(settings.PROCONNECT_CLIENT_ID),
    }
