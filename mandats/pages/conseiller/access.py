"""Who may open the conseiller's screens: an aidant, for the structure acted for."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from aidants.domain.acteur import Acteur
from aidants.domain.roles import Role
from aidants.structures.acting import acteur_of

View = Callable[..., HttpResponse]


def for_aidant(view: View) -> View:
    """Hand the acteur to ``view`` as its second argument; 403 for who is no aidant here (DOMAIN §3.4).

    A referent who is not an aidant sees team and figures, never usagers.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return view(request, aidant_of(request), *args, **kwargs)

    return guarded


def aidant_of(request: HttpRequest) -> Acteur:
    """Return the acteur.  Raises ``Http404`` without a structure, ``PermissionDenied`` for another role."""
    acteur = acteur_of(request)
    if acteur.role != Role.AIDANT.value:
        raise PermissionDenied
    return acteur
