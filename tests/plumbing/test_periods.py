"""What happens by schedule: each job in its turn, none held up by another's trouble, nobody held up by a job."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.utils import timezone

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED
from aidants.papiers.typesetting import PaperNotMade
from deploy import loops, periods
from deploy.models import Periode
from mandats.domain.fins import PAGE
from mandats.registre.models import Document
from mandats.registre.papers import produce_document
from mandats.registre.services.many import acteur_usager, revoke_all
from mandats.registre.services.revoke import revoke_mandat
from tests import builders, database
from tests.together import wait_for_locks

QueryCount = Callable[[int], AbstractContextManager[Any]]
NAMES = [job.name for job in periods.JOBS]


@pytest.mark.django_db
def test_each_job_runs_once_a_period(query_count: QueryCount) -> None:
    now = timezone.now()
    assert periods.run_due(now) == NAMES
    with query_count(1):
        assert periods.run_due(now + timedelta(seconds=1)) == []
    soon = timedelta(seconds=21)
    assert periods.run_due(now + soon) == [job.name for job in periods.JOBS if job.every <= soon]
    assert Periode.objects.count() == len(NAMES)


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_a_job_that_fails_holds_up_no_other_and_is_tried_again() -> None:
    seen: list[str] = []

    def fails(now: datetime) -> None:
        seen.append("fails")
        raise KeyError("what it said of somebody")

    broken = periods.Job("broken", timedelta(days=1), fails)
    jobs = (broken, periods.Job("sound", timedelta(days=1), lambda now: None))
    now = timezone.now()
    assert periods.run_due(now, jobs) == ["sound"]
    assert periods.run_due(now + timedelta(seconds=59), jobs) == []
    assert periods.run_due(now + timedelta(seconds=61), jobs) == []
    assert seen == ["fails", "fails"]


def test_what_one_act_of_a_job_locked_is_free_before_the_next(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usager who stops a mandat never waits for the papers of others: the job is in the middle of the second."""
    place = builders.structure()
    who = builders.aidant(place)
    mandats = [builders.mandat(who, place), builders.mandat(who, place)]
    second, over, begun = threading.Event(), threading.Event(), []

    def produce(mandat_id: UUID, acteur: Acteur, now: datetime) -> None:
        begun.append(mandat_id)
        if len(begun) == len(mandats):
            second.set()
            assert over.wait(30)
        produce_document(mandat_id, acteur, now)

    monkeypatch.setattr(periods, "produce_document", produce)
    work = threading.Thread(target=_run, args=("missing_documents",))
    work.start()
    try:
        assert second.wait(30)
        assert Document.objects.filter(kind="mandat").count() == 1
        for mandat in mandats:
            stopped = revoke_mandat(mandat.id, acteur_usager(mandat.usager_id), way=PAGE, now=timezone.now())
            assert stopped == GRANTED
        assert periods.run_due(timezone.now() + timedelta(seconds=1)) != []
        assert len(begun) == len(mandats), "another worker leaves alone the job that is under way"
    finally:
        over.set()
        work.join()


def _run(name: str) -> None:
    from django.db import connection

    try:
        periods.run_due(timezone.now(), [job for job in periods.JOBS if job.name == name])
    finally:
        connection.close()


def test_years_of_schedule_need_no_transaction_around_a_job(committed_db: str) -> None:
    place = builders.structure()
    builders.mandat(builders.aidant(place), place)
    for years in (0, 1, 4, 7, 12):
        now = timezone.now() + timedelta(days=366 * years)
        assert periods.run_due(now) == NAMES


def test_stopping_all_waits_in_the_order_of_every_other_act(committed_db: str) -> None:
    """Whoever holds the first of two mandats gets the second, though the usager stops both at that moment."""
    person, now = builders.identite(), timezone.now()
    places = [builders.structure(), builders.structure("Médiathèque", siret="99999930300013")]
    rows = [builders.mandat(builders.aidant(place), place, person, now=now) for place in places]
    first, second = sorted(rows, key=lambda row: row.id)
    type(first).objects.filter(pk=first.pk).update(accepted_at=now + timedelta(seconds=1))
    stopped: list[int] = []

    def stop() -> None:
        from django.db import connection

        try:
            stopped.append(revoke_all(first.usager_id, way=PAGE, now=timezone.now()))
        finally:
            connection.close()

    usager = threading.Thread(target=stop)
    lock = "SELECT 1 FROM mandat WHERE id = %s FOR UPDATE"
    with psycopg.connect(database.service_url(committed_db)) as session:
        session.execute(lock, [first.id])
        usager.start()
        wait_for_locks(1)
        assert usager.is_alive()
        session.execute(lock, [second.id])
    usager.join()
    assert stopped == [2]


@pytest.mark.django_db
def test_a_loop_outlives_whatever_its_act_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "_SECONDS", 0.001)
    monkeypatch.setattr(loops, "connection", SimpleNamespace(close=lambda: None))
    stop, acts = threading.Event(), list[int]()

    def act() -> None:
        acts.append(len(acts))
        if len(acts) == 1:
            raise KeyError("what it said of somebody")
        stop.set()

    loops.every_second(stop, "a loop", act)
    assert acts == [0, 1]
