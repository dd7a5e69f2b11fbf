"""The demonstration's agents decided: the figures of why mandats are refused have something on them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.comptes.models import Fonction
from deploy.demo.data.verifications import DECISIONS, load_verifications
from mandats.registre.models import Verification
from tests import builders

pytestmark = pytest.mark.django_db


def reasons_told(page: str) -> list[tuple[str, str]]:
    """Return each row of a table of figures: what it counts, and how many."""
    return re.findall(r"<th[^>]*>\s*([^<]+?)\s*</th>\s*<td[^>]*>\s*(?:<span[^>]*>)?([^<]+?)\s*<", page)


def test_the_figures_show_reasons_and_keep_the_rare_one_back() -> None:
    now = timezone.now()
    place = builders.structure()
    for demarches in (("logement", "social"), ("famille",)):
        builders.mandat(builders.aidant(place), place, now=now - timedelta(days=2), demarches=demarches)
    load_verifications(now)
    assert Verification.objects.exclude(suite="").count() == len(DECISIONS)
    who = builders.compte()
    Fonction.objects.create(compte=who, role="administrateur")
    told = dict(reasons_told(builders.signed_in(who).get("/pilotage/refus").content.decode()))
    assert told["la présence de l’usager est exigée"] == "7"
    assert told["la démarche n’est pas couverte"] == "non montré"
