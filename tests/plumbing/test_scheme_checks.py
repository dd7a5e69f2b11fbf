"""`verify_journal` compares the journal with the scheme too: each sort of tampering is named."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.dispositif.models import Candidature, Contrat, Enveloppe, Quota, Versement
from deploy.demo.data.dispositif import load_scheme
from deploy.demo.data.people import load_people, load_places
from deploy.register_checks import register_faults


@pytest.mark.django_db
def test_each_tampering_of_the_scheme_is_named() -> None:
    now = timezone.now()
    long_ago = now - timedelta(days=400)
    load_scheme(load_people(load_places(long_ago), long_ago), now)
    assert [one.why for one in register_faults()] == []
    Candidature.objects.filter(state="deposee").update(state="examen")
    contrat = Contrat.objects.order_by("created_at", "id")[0]
    Contrat.objects.filter(pk=contrat.pk).update(granted=1)
    Versement.objects.filter(paid_at__isnull=False, contrat=contrat, rank=1).update(amount=7)
    Enveloppe.objects.update(recruited=1)
    Quota.objects.filter(departement="05").update(retained=20)
    found = sorted({one.why.partition(" ")[0] for one in register_faults()})
    assert found == ["application", "contract", "instalment", "national", "quota"]
