"""Who may open the conseiller's screens, and the objects they may open there.

Everything is fetched within the structure acted for: a foreign identifier
answers exactly as an unknown one.
"""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from aidants.domain.acteur import Acteur
from aidants.structures.acting import for_aidant
from mandats.registre.selectors import brouillon_of, mandat_of

__all__ = ["for_aidant", "place_of", "with_brouillon", "with_mandat"]
View = Callable[..., HttpResponse]


def with_brouillon(view: View) -> View:
    """Hand the acteur and the brouillon to ``view``.

    A brouillon that is gone says so kindly (404); one that was signed meanwhile
    leads to the mandat that it became.
    """

    @wraps(view)
    @for_aidant
    def guarded(request: HttpRequest, acteur: Acteur, brouillon_id: UUID) -> HttpResponse:
        brouillon = brouillon_of(place_of(acteur), brouillon_id)
        if brouillon is None:
            return render(request, "mandats/conseiller/brouillon_gone.html", status=404)
        if brouillon.signed_as is not None:
            messages.info(request, "Ce mandat a été conclu. Le voici.")
            return redirect("mandats:detail", brouillon.signed_as.id)
        return view(request, acteur, brouillon)

    return guarded


def with_mandat(view: View) -> View:
    """Hand the acteur and the mandat to ``view``; 404 for an unknown or foreign one."""

    @wraps(view)
    @for_aidant
    def guarded(request: HttpRequest, acteur: Acteur, mandat_id: UUID, **kwargs: object) -> HttpResponse:
        mandat = mandat_of(place_of(acteur), mandat_id, timezone.now())
        if mandat is None:
            raise Http404
        return view(request, acteur, mandat, **kwargs)

    return guarded


def place_of(acteur: Acteur) -> UUID:
    """Return the structure acted for.  Raises ``Http404`` for who acts for none."""
    if acteur.structure_id is None:
        raise Http404
    return acteur.structure_id
