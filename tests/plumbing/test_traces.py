"""Technical traces go by the calendar: each with the clock moved to its edge."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db.models import Model
from django_tasks_db.models import DBTaskResult

from aidants.envois.models import Envoi
from aidants.journal.models import RefusCompte
from deploy import keeping, periods
from mandats.domain import conservation
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def envoi() -> Model:
    made: Model = Envoi.objects.create(channel="email", purpose="essai", created_at=NOW, sent_at=NOW)
    return made


def task() -> Model:
    made = DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, queue_name="default", task_path="x", backend_name="default"
    )
    DBTaskResult.objects.filter(pk=made.pk).update(finished_at=NOW, status="SUCCEEDED")
    return made


def attempt() -> Model:
    made = AccessAttempt.objects.create(username="a@example.org", failures_since_start=1)
    AccessAttempt.objects.filter(pk=made.pk).update(attempt_time=NOW)
    return made


def refusal() -> Model:
    made: Model = RefusCompte.objects.create(kind="x", bucket="y", minute=NOW)
    return made


@pytest.mark.parametrize(
    ("make", "lives"),
    [
        (envoi, conservation.ENVOIS_LIVE),
        (task, conservation.TASK_RESULTS_LIVE),
        (attempt, conservation.ATTEMPTS_LIVE),
        (refusal, conservation.REFUSALS_LIVE),
    ],
)
def test_each_trace_goes_at_its_edge(make: Any, lives: timedelta) -> None:
    made = make()
    keeping.purge_traces(NOW + lives)
    assert type(made).objects.filter(pk=made.pk).exists()
    keeping.purge_traces(NOW + lives + timedelta(seconds=1))
    assert not type(made).objects.filter(pk=made.pk).exists()


def test_what_still_waits_to_leave_is_no_trace() -> None:
    waiting = Envoi.objects.create(channel="email", purpose="essai", sealed=b"x", created_at=NOW, next_try_at=NOW)
    keeping.purge_traces(NOW + timedelta(days=900))
    assert Envoi.objects.filter(pk=waiting.pk).exists()


def test_the_jobs_are_on_the_calendar() -> None:
    assert {"keep", "watch", "tell_alertes", "purge_traces"} <= {job.name for job in periods.JOBS}
