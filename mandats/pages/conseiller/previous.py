"""The same identity as the previous usager at this desk stops and asks (DOMAIN §3.5).

Somebody may have sat down in the session of whoever was there before, or a document may have been left on the desk: by
FranceConnect or by a document seen, the question is the same.  Kept in the session of this browser alone, as a digest.
"""

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from aidants.domain.acteur import Acteur
from mandats.domain.identite import Identite
from mandats.pages.conseiller.access import with_brouillon
from mandats.registre.coffre import identity_of, secret_digest
from mandats.registre.models import Brouillon
from mandats.registre.services.personnes import OTHER

View = Callable[[HttpRequest, Acteur, Brouillon], HttpResponse]
_LAST: Final = "last_person"


def _key(identite: Identite) -> str:
    """Return what recognises a person: FranceConnect's ``sub``, or what their document says."""
    said = f"{identite.given_name}|{identite.family_name}|{identite.birthdate}".casefold()
    return identite.sub_digest or secret_digest("person", said)


def asks_if_still_same(view: View) -> View:
    """Stop before ``view`` when the brouillon is for the person of the one before; their answer lets it pass."""

    @wraps(view)
    def guarded(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
        identite = identity_of(brouillon)
        if identite is None:
            return view(request, acteur, brouillon)
        mine = [str(brouillon.id), _key(identite)]
        before = request.session.get(_LAST)
        if brouillon.same_answer == OTHER:  # « même personne ? » was asked and answered: they only share a name
            request.session[_LAST] = before = mine
        if before and before[1] == mine[1] and before[0] != mine[0]:
            context = {"brouillon": brouillon, "identite": identite, "step": 2}
            return render(request, "mandats/conseiller/same_as_before.html", context)
        if before != mine:
            request.session[_LAST] = mine
        return view(request, acteur, brouillon)

    return guarded


@require_POST
@with_brouillon
def still_me(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """The person read their name: it is them again, for another mandat."""
    identite = identity_of(brouillon)
    if identite is not None:
        request.session[_LAST] = [str(brouillon.id), _key(identite)]
    return redirect("mandats:brouillon_recap", brouillon.id)
