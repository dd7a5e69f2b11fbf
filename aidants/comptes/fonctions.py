"""Who holds a national role now (DOMAIN §4), and the one way to reserve a page to it."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from aidants.comptes.models import Fonction
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.roles import Role

View = Callable[..., HttpResponse]
_HELD = "roles_held"


def fonctions_of(compte_id: UUID) -> list[Fonction]:
    """Return the standing national roles of an account, by role and department."""
    standing = Fonction.objects.filter(compte=compte_id, ended_at__isnull=True, compte__is_active=True)
    return list(standing.order_by("role", "departement"))


def fonction_of(compte_id: UUID, *roles: Role) -> Fonction | None:
    """Return the first standing national role of an account among ``roles``."""
    wanted = {role.value for role in roles}
    return next((held for held in fonctions_of(compte_id) if held.role in wanted), None)


def roles_held(request: HttpRequest) -> frozenset[str]:
    """Return the national roles of who is signed in, asked once a request."""
    known: frozenset[str] | None = getattr(request, _HELD, None)
    if known is None:
        held = fonctions_of(request.user.pk) if request.user.is_authenticated else ()
        known = frozenset(one.role for one in held)
        setattr(request, _HELD, known)
    return known


def for_role(*roles: Role) -> Callable[[View], View]:
    """Hand the acteur to the view as its second argument; 403 for who holds none of ``roles`` now.

    The role is read from the database at each request: one that was withdrawn opens nothing any more.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            held = fonction_of(request.user.pk, *roles) if request.user.is_authenticated else None
            if held is None:
                raise PermissionDenied
            return view(request, Acteur(Kind.COMPTE, held.compte_id, None, held.role), *args, **kwargs)

        return guarded

    return guard
