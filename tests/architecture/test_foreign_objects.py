"""A page about an object answers the same for another structure's object as for one that does not exist."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from aidants.journal.models import Entree
from aidants.structures.models import Affectation
from mandats.registre.models import Autorisation, Brouillon, Contestation, Mandat, Usager
from mandats.registre.services.contestations import object_to_use
from mandats.registre.services.many import acteur_usager
from tests import builders
from tests.access.more_objects import of_letter

pytestmark = pytest.mark.django_db


def _routes(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield each private route of `mandats` that names objects, with the names of its arguments."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry, entry.namespace or space)
        elif space == "mandats" and entry.pattern.converters:
            name = f"{space}:{entry.name}"
            if name not in settings.PUBLIC_ROUTES:
                yield name, list(entry.pattern.converters)


def _paths(identifier: Callable[[str], UUID]) -> list[tuple[str, str]]:
    words = {"code": "falc"}
    return [
        (name, reverse(name, kwargs={one: words.get(one) or identifier(one) for one in wanted}))
        for name, wanted in _routes()
    ]


def _elsewhere() -> dict[str, UUID]:
    """Return a mandat, a brouillon, an autorisation, a use and a paper of another structure."""
    place = builders.structure("CCAS voisin", siret="99999920500029")
    who = builders.aidant(place)
    mandat = builders.mandat(who, place, now=timezone.now())
    use = builders.utilisation(mandat)
    objection = object_to_use(use.id, acteur_usager(mandat.usager_id), "", timezone.now())
    assert isinstance(objection, Contestation)
    return {
        "mandat_id": mandat.id,
        "usager_id": mandat.usager_id,
        "structure_id": place.id,
        "utilisation_id": use.id,
        "contestation_id": objection.id,
        "brouillon_id": builders.brouillon(who, place).id,
        "autorisation_id": mandat.autorisations.get().id,
        "document_id": mandat.documents.get(kind="signature").id,
        **of_letter(mandat.usager, timezone.now()),
    }


def _rows() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values()) for model in (Mandat, Autorisation, Brouillon, Contestation, Usager)
    ]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_object_answers_as_an_unknown_one(method: str) -> None:
    theirs = _elsewhere()
    foreign, unknown = _paths(theirs.__getitem__), _paths(lambda _: uuid4())
    stranger = builders.signed_in(builders.aidant(builders.structure("Mairie d’ailleurs")))
    before = _rows()
    assert len(foreign) > 12
    for (name, path), (_, other) in zip(foreign, unknown, strict=True):
        answers = [getattr(stranger, method)(one) for one in (path, other)]
        assert {answer.status_code for answer in answers} in ({404}, {405}, {403}), name
        assert len({len(answer.content) for answer in answers}) == 1, name
    assert _rows() == before
    assert not Entree.objects.filter(
        event__in=("mandat:consult", "document:consult", "document:print_form", "volet:print", "volet:show")
    ).exists()


def test_a_referent_who_is_no_aidant_opens_nothing_about_usagers() -> None:
    place = builders.structure()
    mandat = builders.mandat(builders.aidant(place), place, now=timezone.now())
    referent = builders.compte()
    Affectation.objects.create(compte=referent, structure=place, is_referent=True, started_at=builders.NOW)
    browser = builders.signed_in(referent)
    for path in (f"/mandats/{mandat.id}", f"/mandats/{mandat.id}/document", "/mandats", "/mandats/nouveau"):
        assert browser.get(path).status_code == 403, path
    assert mandat.usager.family_name not in browser.get("/accueil").content.decode()
