"""What happens by schedule: each job in its turn, and none held up by another's trouble."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from aidants.domain.acteur import Acteur
from aidants.papiers.typesetting import PaperNotMade
from deploy import periods
from deploy.models import Periode
from mandats.registre.models import Document
from mandats.registre.papers import produce_document
from tests import builders

pytestmark = pytest.mark.django_db
QueryCount = Callable[[int], AbstractContextManager[Any]]
NAMES = [job.name for job in periods.JOBS]


def test_each_job_runs_once_a_period(query_count: QueryCount) -> None:
    now = timezone.now()
    assert periods.run_due(now) == NAMES
    with query_count(1):
        assert periods.run_due(now + timedelta(seconds=1)) == []
    soon = timedelta(seconds=21)
    assert periods.run_due(now + soon) == [job.name for job in periods.JOBS if job.every <= soon]
    assert Periode.objects.count() == len(NAMES)


def test_a_paper_that_cannot_be_made_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    place = builders.structure()
    who = builders.aidant(place)
    sound, broken = builders.mandat(who, place), builders.mandat(who, place)

    def produce(mandat_id: UUID, acteur: Acteur, now: datetime) -> Any:
        if mandat_id == broken.id:
            raise PaperNotMade("mandat")
        return produce_document(mandat_id, acteur, now)

    monkeypatch.setattr(periods, "produce_document", produce)
    assert periods.run_due(timezone.now()) == NAMES
    assert set(Document.objects.filter(kind="mandat").values_list("mandat", flat=True)) == {sound.id}
