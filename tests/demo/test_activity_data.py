"""The demonstration's year of activity loads whole, and leaves Léa unable to conclude until she is certified."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.dispositif.activite.models import CompteRendu
from aidants.dispositif.soutien.models import AppelSolidarite, CommandeKit
from aidants.domain.activite.errors import FORMATION_MISSING
from aidants.domain.decisions import Denied
from aidants.habilitation.models import Dossier
from aidants.habilitation.selectors import may_act_for
from deploy.demo.data.activite import LEARNER, load_activity
from deploy.demo.data.people import load_people, load_places

pytestmark = pytest.mark.django_db


def test_each_page_has_something_on_it() -> None:
    now = timezone.now()
    long_ago = now - timedelta(days=400)
    acteurs = load_people(load_places(long_ago), long_ago)
    load_activity(acteurs, now)
    assert CompteRendu.objects.count() == 150
    assert set(Dossier.objects.values_list("etat", flat=True)) == {"en_instruction", "modifications_demandees"}
    assert CommandeKit.objects.count() == 2
    assert AppelSolidarite.objects.count() == 3
    lea = acteurs[LEARNER]
    assert may_act_for(lea.known_id, lea.known_structure_id) == Denied(FORMATION_MISSING)
