"""The demonstration's agents decided: the figures of why mandats are refused have something on them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.comptes.models import Fonction
from deploy.demo.data.verifications import DECISIONS, load_verifications
from mandats.registre.models import Verification
from tests import builders

pytestmark = pytest.mark.django_db


def test_the_figures_show_reasons_and_keep_the_rare_one_back() -> None:
    now = timezone.now()
    place = builders.structure()
    for demarches in (("logement", "social"), ("famille",)):
        builders.mandat(builders.aidant(place), place, now=now - timedelta(days=2), demarches=demarches)
    load_verifications(now)
    assert Verification.objects.exclude(suite="").count() == len(DECISIONS)
    who = builders.compte()
    Fonction.objects.create(compte=who, role="administrateur")
    page = builders.signed_in(who).get("/pilotage/refus").content.decode()
    assert "la présence de l’usager est exigée" in page
    assert "la démarche n’est pas couverte" not in page
