"""For which structure the signed-in person acts: every act names it (DOMAIN §4)."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.roles import Role
from aidants.structures.models import Affectation

SESSION_KEY = "structure_id"
GetResponse = Callable[[HttpRequest], HttpResponse]


class ActingMiddleware:
    """Puts ``request.affectation`` there: the current place of the person, read when first used."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the lazy affectation and hand on."""
        request.affectation = SimpleLazyObject(lambda: current_affectation(request))
        return self.get_response(request)


def current_affectation(request: HttpRequest) -> Affectation | None:
    """Return the affectation chosen in the session, or the person's first; ``None`` for nobody."""
    if not request.user.is_authenticated:
        return None
    mine = list(
        Affectation.objects.filter(compte=request.user.pk, ended_at__isnull=True)
        .select_related("structure")
        .order_by("started_at", "id")
    )
    chosen = request.session.get(SESSION_KEY)
    return next((place for place in mine if str(place.structure_id) == chosen), mine[0] if mine else None)


def acteur_of(request: HttpRequest) -> Acteur:
    """Return who acts in this request, for the structure chosen.  Raises ``Http404`` without one."""
    place = request.affectation
    if not place:
        raise Http404
    role = Role.AIDANT if place.is_aidant else Role.REFERENT
    return Acteur(Kind.COMPTE, request.user.pk, place.structure_id, role.value)


def structures_of(compte_id: UUID) -> list[Affectation]:
    """Return the standing affectations of a person, by name of structure."""
    return list(
        Affectation.objects.filter(compte=compte_id, ended_at__isnull=True)
        .select_related("structure")
        .order_by("structure__name", "id")
    )
