"""What each page of the scheme asks the database: as much with one row as with several."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aidants.dispositif.models import MessageCandidature, Versement
from aidants.structures.models import Structure
from tests import builders
from tests.aidants.dispositif import scheme

pytestmark = pytest.mark.django_db
Grow = Callable[[Structure, int], object]


def _application(_place: Structure, number: int) -> object:
    made = scheme.reviewed(siret="21050061400016", posts_asked=number)
    MessageCandidature.objects.create(candidature=made, from_applicant=True, text="Bonjour", created_at=builders.NOW)
    made.lieux.create(name="Mairie", insee_code="05061", city="Gap", created_at=builders.NOW)
    return scheme.passage(made) if number % 2 else made


def _post(place: Structure, number: int) -> object:
    scheme.poste(place, number=10 * number)
    scheme.relation(place, state="interessee")
    scheme.relation(place, state="recrutee", on=scheme.poste(place, number=10 * number + 1))
    return _contract(place, number)


def _contract(place: Structure, number: int) -> object:
    made = scheme.contrat(place, on=scheme.poste(place, number=10 * number + 2))
    for rank in (1, 2, 3):
        Versement.objects.create(contrat=made, rank=rank, due_on=date(2021, 1, rank), amount=100)
    signed = scheme.contrat(place, on=scheme.poste(place, number=10 * number + 3), convention_signed_at=builders.NOW)
    who = scheme.holder("operateur")
    Versement.objects.create(contrat=signed, rank=1, due_on=date(2021, 1, 1), amount=100)
    Versement.objects.create(
        contrat=signed, rank=2, due_on=date(2021, 1, 2), amount=900, paid_at=builders.NOW, paid_by=who
    )
    broken = scheme.contrat(
        place, on=scheme.poste(place, number=10 * number + 4), ended_on=date(2026, 11, 1), motif="essai", earned=1
    )
    Versement.objects.create(
        contrat=broken, rank=1, due_on=date(2021, 1, 1), amount=9, paid_at=builders.NOW, paid_by=who
    )
    return made


def _quota(_place: Structure, number: int) -> object:
    return scheme.quota(departement=f"{10 + number}")


def _address(path: str, made: object) -> str:
    ids = {"id": getattr(made, "id", "")}
    for name in ("comite_id", "candidature_id", "mise_en_relation_id", "poste_id"):
        ids[name] = getattr(made, name, "")
    return path.format(**ids)


PAGES: list[tuple[str, str, Grow, int]] = [
    ("prefecture", "/prefecture", _application, 7),
    ("prefecture", "/prefecture/{candidature_id}", _application, 11),
    ("instructeur", "/instruction/candidatures", _application, 8),
    ("instructeur", "/instruction/candidatures/{candidature_id}", _application, 14),
    ("instructeur", "/instruction/comites", _application, 8),
    ("instructeur", "/instruction/comites/{comite_id}", _application, 9),
    ("instructeur", "/instruction/comites/{comite_id}/{id}", _application, 11),
    ("instructeur", "/instruction/quotas", _quota, 8),
    ("instructeur", "/instruction/appels", _quota, 8),
    ("instructeur", "/instruction/parametres", _quota, 8),
    ("instructeur", "/instruction/vivier", _post, 9),
    ("operateur", "/budget", _contract, 13),
    ("operateur", "/conventions", _contract, 10),
    ("operateur", "/conventions/{id}", _contract, 8),
    ("referent", "/postes", _post, 11),
    ("referent", "/postes/{poste_id}/restitution", _post, 5),
    ("referent", "/postes/vivier?postcode=05000&city=Gap&km=30", _post, 7),
    ("referent", "/postes/relations/{mise_en_relation_id}", _post, 9),
    ("referent", "/postes/contrats/{id}", _post, 6),
]


def _reader(role: str, place: Structure) -> Client:
    departement = "05" if role == "prefecture" else ""
    return builders.signed_in(scheme.referent(place) if role == "referent" else scheme.holder(role, departement))


@pytest.mark.parametrize(("role", "path", "grow", "expected"), PAGES, ids=[f"{page[0]} {page[1]}" for page in PAGES])
def test_a_page_asks_as_much_with_one_row_as_with_several(role: str, path: str, grow: Grow, expected: int) -> None:
    scheme.quota(posts=200)
    place = builders.structure(insee_code="05061", postcode="05000")
    browser, counts = _reader(role, place), []
    made = grow(place, 1)
    browser.get("/accueil")
    for more in ((), (2, 3, 4, 5)):
        for number in more:
            grow(place, number)
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get(_address(path, made))
        assert answer.status_code == 200
        counts.append(len(captured))
    assert counts == [expected, expected], "\n".join(one["sql"][:200] for one in captured)
