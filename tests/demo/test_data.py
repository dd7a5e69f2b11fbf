"""The data of the demonstration: told in the journal as the service's own acts are."""

import pytest
from django.utils import timezone

from aidants.journal.models import Entree
from deploy.demo.data.people import load_places


@pytest.mark.django_db
@pytest.mark.writes("habilitation:validate")
def test_each_structure_s_habilitation_is_an_entry_of_its_own() -> None:
    places = load_places(timezone.now())
    told = Entree.objects.filter(event="habilitation:validate").values_list("subject_id", "structure_id")
    assert sorted(told) == sorted((place.id, place.id) for place in places.values())
