"""The figures of everybody: computed by a period, small counts hidden before they are kept, read by one query."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.dispositif.formation.models import Certification
from aidants.domain.acteur import SYSTEME
from aidants.habilitation.conditions import withdraw_aidant
from aidants.habilitation.models import HabilitationAidant
from aidants.structures.models import Affectation
from deploy.periods import JOBS
from mandats.pilotage.models import FiguresPubliques
from mandats.pilotage.publiques import compute_figures, last_figures
from tests import builders

pytestmark = pytest.mark.django_db
QueryCount = Callable[[int], AbstractContextManager[Any]]
PATH = "/statistiques"


def figures(now: datetime | None = None) -> dict[str, Any]:
    compute_figures(now or timezone.now())
    told = last_figures()
    assert told is not None
    return told.figures


def test_before_the_first_computation_the_page_says_so(query_count: QueryCount) -> None:
    with query_count(1):
        answer = Client().get(PATH)
    assert answer.status_code == 200
    assert "pas encore été calculés" in answer.content.decode()


def test_counts_are_said_from_five_on(query_count: QueryCount) -> None:
    place = builders.structure()
    who = builders.aidant(place)
    mandats = [builders.mandat(who, place, builders.identite(), timezone.now()) for _ in range(5)]
    for mandat in mandats:
        builders.utilisation(mandat)
    told = figures()
    assert (told["mandats"], told["en_cours"], told["personnes"]) == (5, 5, 5)
    assert told["par_demarche"]["logement"] == 5
    assert told["par_demarche"]["argent"] == 0
    assert told["utilisations"] == 5
    assert told["structures"] is None
    assert told["par_departement"] == {"75": None}
    with query_count(1):
        page = Client().get(PATH)
    assert page["Cache-Control"] == "private, max-age=300"
    text = page.content.decode()
    assert "Paris\u00a0: 1 à 4" in text
    assert "75 – Paris" in text
    assert text.count("<rect x=") == 107


def test_aidants_are_who_may_act_now_whatever_was_decided_of_them() -> None:
    place = builders.structure()
    team = [builders.aidant(place) for _ in range(7)]
    HabilitationAidant.objects.all().delete()
    assert figures()["aidants"] == 7, "nothing is decided of who comes by an invitation"
    first, second = Affectation.objects.filter(compte__in=team[:2]).order_by("id")
    assert withdraw_aidant(first, "absence", SYSTEME, timezone.now())
    Certification.objects.filter(compte=second.compte).delete()
    assert figures()["aidants"] == 5


def test_a_small_count_is_written_nowhere() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    builders.utilisation(builders.mandat(who, place, builders.identite(), timezone.now()))
    told = figures()
    kept = FiguresPubliques.objects.get().figures
    assert kept == told
    assert told["mandats"] is told["personnes"] is told["utilisations"] is told["aidants"] is None
    assert told["par_demarche"]["logement"] is None
    assert "moins de 5" in Client().get(PATH).content.decode()


def test_the_last_twelve_whole_months_in_paris() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    # 23 h 30 in Paris on the last day of November, and half an hour after midnight on the first of December.
    for at in (datetime(2026, 11, 30, 22, 30, tzinfo=UTC), datetime(2026, 11, 30, 23, 30, tzinfo=UTC)):
        for _ in range(5):
            builders.mandat(who, place, builders.identite(), at)
    told = figures(datetime(2027, 1, 3, 10, 0, tzinfo=UTC))["par_mois"]
    assert list(told) == [f"2026-{month:02d}" for month in range(1, 13)]
    assert (told["2026-11"], told["2026-12"], told["2026-10"]) == (5, 5, 0)


def test_it_is_computed_by_the_calendar_again_and_again() -> None:
    assert "public_figures" in [job.name for job in JOBS]
    compute_figures(builders.NOW)
    compute_figures(builders.NOW)
    assert FiguresPubliques.objects.count() == 1
