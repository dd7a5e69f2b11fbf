"""For which structure the signed-in person acts: every act names it (DOMAIN §4)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from aidants.compiled import CompiledRead
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import NOT_AN_AIDANT, WITHOUT_EFFECT
from aidants.domain.events import STRUCTURE_SWITCH, STRUCTURE_SWITCH_REFUSED
from aidants.domain.roles import Role
from aidants.journal.record import record
from aidants.journal.told import because
from aidants.structures.models import Affectation

SESSION_KEY = "structure_id"
GetResponse = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]


class PlacedRequest(HttpRequest):
    """A request as it is after :class:`ActingMiddleware`."""

    affectation: Affectation | None
    affectations: list[Affectation]


class ActingMiddleware:
    """Puts ``request.affectation`` there: the current place of the person, read when first used.

    ``request.affectations`` holds all standing places of the person, read by the same query.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the lazy affectation and hand on."""
        placed = cast("PlacedRequest", request)
        placed.affectations = cast("list[Affectation]", SimpleLazyObject(lambda: standing_affectations(request)))
        placed.affectation = cast("Affectation | None", SimpleLazyObject(lambda: current_affectation(placed)))
        return self.get_response(request)


def standing_affectations(request: HttpRequest) -> list[Affectation]:
    """Return the places that the signed-in person holds now, the oldest first; none for nobody."""
    if not request.user.is_authenticated:
        return []
    return _PLACES.all(request.user.pk)


def _places(compte_id: UUID) -> QuerySet[Affectation]:
    standing = Affectation.objects.filter(compte=compte_id, ended_at__isnull=True)
    return standing.select_related("structure").order_by("started_at", "id")


_PLACES = CompiledRead(_places, UUID(int=1))


def current_affectation(request: PlacedRequest) -> Affectation | None:
    """Return the affectation chosen in the session, or the person's first; ``None`` for nobody.

    A structure that another absorbed comes last: it is read, nothing is concluded there any more.
    """
    mine = request.affectations
    chosen = request.session.get(SESSION_KEY) if mine else None
    first = next((place for place in mine if not place.structure.merged_into_id), mine[0] if mine else None)
    return next((place for place in mine if str(place.structure_id) == chosen), first)


def acteur_of(request: HttpRequest) -> Acteur:
    """Return who acts in this request, for the structure chosen.  Raises ``Http404`` without one."""
    place = cast("PlacedRequest", request).affectation
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


def switch_structure(session: SessionBase, compte_id: UUID, structure_id: UUID, now: datetime) -> Affectation | Denied:
    """Act from now on for another structure of the person; journaled.  Denied when they have no place there."""
    places = (place for place in structures_of(compte_id) if place.structure_id == structure_id)
    chosen = next(places, None)
    if chosen is None:
        with transaction.atomic():
            acteur, reason = Acteur(Kind.COMPTE, compte_id), NOT_AN_AIDANT.code
            record(STRUCTURE_SWITCH_REFUSED, acteur=acteur, at=now, subject=compte_id, reason=reason)
        return Denied(NOT_AN_AIDANT)
    with transaction.atomic():
        record(STRUCTURE_SWITCH, acteur=Acteur(Kind.COMPTE, compte_id, structure_id), at=now, subject=compte_id)
    session[SESSION_KEY] = str(structure_id)
    return chosen


def sent_for_another(request: HttpRequest) -> HttpResponse | None:
    """Return to the page, nothing done, when its form named another structure than the one acted for now.

    A second tab changes the structure of the first: what was opened for one is never counted for the other.
    """
    place, named = cast("PlacedRequest", request).affectation, request.POST.get("opened_for")
    if not named or not place or named == str(place.structure_id):
        return None
    name = place.structure.name
    messages.warning(request, f"Cette page était ouverte pour une autre structure. Rien n’est fait : voici {name}.")
    because(request, WITHOUT_EFFECT)
    return redirect(request.get_full_path())


def for_aidant(view: View) -> View:
    """Hand the acteur to ``view`` as its second argument; 403 for who is no aidant here (DOMAIN §3.4).

    A referent who is not an aidant sees team and figures, never usagers.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        acteur = acteur_of(request)
        if acteur.role != Role.AIDANT.value:
            raise PermissionDenied
        return sent_for_another(request) or view(request, acteur, *args, **kwargs)

    return guarded
