"""What the frame of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from aidants.comptes.fonctions import fonctions_of
from aidants.domain.roles import Role


def _roles(request: HttpRequest) -> frozenset[str]:
    """Return the national roles that the person holds; asked by the menu of who acts for no structure only."""
    if not request.user.is_authenticated:
        return frozenset()
    return frozenset(held.role for held in fonctions_of(request.user.pk))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the place acted for, the role held for the State, the reception's telephone number."""
    held = SimpleLazyObject(lambda: _roles(request))
    return {
        "affectation": getattr(request, "affectation", None),
        "has_other_structures": SimpleLazyObject(lambda: len(getattr(request, "affectations", ())) > 1),
        "is_instructeur": SimpleLazyObject(lambda: Role.INSTRUCTEUR in held),
        "is_administrateur": SimpleLazyObject(lambda: Role.ADMINISTRATEUR in held),
        "accueil_telephone": settings.ACCUEIL_TELEPHONE,
        "demo": settings.DEMO,
        "proconnect": bool(settings.PROCONNECT_CLIENT_ID),
    }
