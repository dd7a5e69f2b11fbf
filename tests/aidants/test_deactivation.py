"""Who may no longer act stops at the next request: nothing is remembered from sign-in."""

import pytest
from django.utils import timezone

from aidants.habilitation.models import HabilitationStructure
from tests import builders

pytestmark = pytest.mark.django_db


def test_a_deactivated_account_is_signed_out_at_its_next_request() -> None:
    who = builders.aidant(builders.structure())
    browser = builders.signed_in(who)
    assert browser.get("/accueil").status_code == 200
    who.is_active = False
    who.save(update_fields=("is_active",))
    answer = browser.get("/accueil")
    assert (answer.status_code, answer["Location"]) == (302, "/connexion?next=%2Faccueil")


def test_a_structure_that_loses_its_habilitation_concludes_nothing_more() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    HabilitationStructure.objects.filter(structure=place).update(ended_at=timezone.now(), motif="retrait")
    answer = builders.signed_in(who).post("/mandats/nouveau", {"demarches": ["logement"], "duree": "J31"})
    assert answer.status_code in (403, 422)
    assert not place.brouillons.exists()
