"""A structure that the scheme retained: habilitated by its five declarations, once, and never doubled."""

import pytest
from django.test import Client
from django.utils import timezone

from aidants.domain.activite import errors
from aidants.domain.activite.dossier import DECLARATIONS
from aidants.domain.typographie import spaced
from aidants.habilitation.models import HabilitationStructure
from aidants.habilitation.structures import habilitate_new
from aidants.journal.models import Entree
from aidants.structures.models import Structure
from tests import builders
from tests.aidants.dispositif import scheme
from tests.mandats.pages_desk import text

pytestmark = pytest.mark.django_db
ALL = {"declarations": list(DECLARATIONS)}


def retained() -> Structure:
    """Return a structure as the committee leaves it: with a post, and no right."""
    place = builders.structure()
    HabilitationStructure.objects.all().delete()
    scheme.poste(place)
    return place


def referent(place: Structure) -> Client:
    return builders.signed_in(scheme.referent(place))


@pytest.mark.writes("habilitation:declare", "habilitation:declare_refused")
def test_all_five_open_the_right_and_four_do_not(query_count) -> None:
    place = retained()
    browser = referent(place)
    assert "n’est pas encore habilitée" in text(browser.get("/postes"))
    with query_count(8):
        assert text(browser.get("/structure/habilitation")).count('type="checkbox"') == len(DECLARATIONS)
    four = browser.post("/structure/habilitation", {"declarations": list(DECLARATIONS)[1:]})
    assert four.status_code == errors.DECLARATIONS_MISSING.http
    assert spaced(errors.DECLARATIONS_MISSING.message) in text(four)
    assert text(four).count(" checked") == 4
    assert not HabilitationStructure.objects.exists()
    assert browser.post("/structure/habilitation", ALL)["Location"] == "/structure/habilitation"
    assert "Votre structure est habilitée" in text(browser.get("/structure/habilitation"))
    assert "n’est pas encore habilitée" not in text(browser.get("/postes"))
    assert HabilitationStructure.objects.get().structure == place
    assert browser.post("/structure/habilitation", ALL).status_code == errors.NOT_TO_DECLARE.http


def test_nobody_gives_back_to_themselves_what_was_ended_nor_takes_what_no_committee_gave() -> None:
    ended = retained()
    HabilitationStructure.objects.create(structure=ended, validee_at=builders.NOW, ended_at=builders.NOW)
    page = referent(ended).post("/structure/habilitation", ALL)
    assert (page.status_code, "n’est plus habilitée" in text(page)) == (409, True)
    outside = builders.structure("Hors dispositif", siret="99999920500029")
    HabilitationStructure.objects.filter(structure=outside).delete()
    browser = referent(outside)
    assert browser.post("/structure/habilitation", ALL).status_code == errors.NOT_TO_DECLARE.http
    assert "Déposer un dossier" in text(browser.get("/structure/habilitation"))
    assert not HabilitationStructure.objects.filter(ended_at=None).exists()
    aidant = builders.aidant(builders.structure("Ailleurs", siret="99999930300013"))
    assert builders.signed_in(aidant).post("/structure/habilitation", ALL).status_code == 403


def test_a_structure_that_the_scheme_made_is_habilitated_and_not_doubled() -> None:
    place = retained()
    fields = {"name": "Autre nom", "siret": place.siret, "street": "", "postcode": "05000", "city": "Gap"}
    doer = builders.acteur(builders.compte(), place)
    assert habilitate_new(fields, doer, timezone.now()) == place
    assert Structure.objects.count() == 1
    assert Entree.objects.filter(event="habilitation:validate", subject_id=place.id).exists()
