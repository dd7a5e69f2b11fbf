"""The data of the demonstration: told in the journal as the service's own acts are."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.dispositif.models import Candidature, Contrat, Enveloppe, Poste, Quota
from aidants.journal.models import Entree
from deploy.demo.data.dispositif import load_scheme
from deploy.demo.data.people import load_people, load_places


@pytest.mark.django_db
@pytest.mark.writes("habilitation:validate")
def test_each_structure_s_habilitation_is_an_entry_of_its_own() -> None:
    places = load_places(timezone.now())
    told = Entree.objects.filter(event="habilitation:validate").values_list("subject_id", "structure_id")
    assert sorted(told) == sorted((place.id, place.id) for place in places.values())


@pytest.mark.django_db
def test_the_hautes_alpes_have_their_published_posts() -> None:
    now = timezone.now()
    load_scheme(load_people(load_places(now - timedelta(days=400)), now - timedelta(days=400)), now)
    assert list(Quota.objects.order_by("departement", "reseau").values_list("departement", "reseau", "retained")) == [
        ("", "croix_rouge", 1),
        ("", "emmaus_connect", 3),
        ("05", "", 21),
    ]
    late = Candidature.objects.filter(state="retenue", submitted_at__gt=now - timedelta(days=370))
    assert sorted(late.values_list("name", "posts_retained")) == [
        ("Département des Hautes-Alpes", 1),
        ("Initiative Alpes Provence", 1),
        ("Mission Locale des Hautes-Alpes", 1),
    ]
    assert Poste.objects.filter(departement="05").count() == 25
    own = Poste.objects.filter(structure__name="Département des Hautes-Alpes").order_by("number")
    assert list(own.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert Enveloppe.objects.get().recruited == 7
    assert Contrat.objects.filter(ended_on__isnull=True, compte__email="hugo@vallee.example").exists()
