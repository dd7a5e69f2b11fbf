"""What every test stands on: a strict machine, a migrated database, exact query counts.

Fixtures to know:
  db               rows written are rolled back (also `@pytest.mark.django_db`): the ordinary case
  committed_db     a database of its own, cloned in about 0.1 s, for tests that commit: threads, processes, live servers
  live_service     the address of this process's service on `committed_db`, for clients that need a socket
  live_stack       the whole demonstration as processes (one a worker), for browsers and clients that others wrote
  stack_db         Django's own connection points at the database of `live_stack`, to read what it wrote
  timestamps       a time-stamping authority that the service asks, and that can be made to fail
  one_minute       no minute ends during the test, for what is counted by minute
  query_count      `with query_count(3): ...` fails unless exactly three queries ran
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
import pytest
from django.db.models import QuerySet
from django.test.testcases import LiveServerThread
from django.test.utils import CaptureQueriesContext

from tests import database, days, machine, network, stack
from tests.faults import StackFaults
from tests.timestamps import LocalAuthority, local_authority

hypothesis.settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("house")

_SERVER = pytest.StashKey[AbstractContextManager[Any]]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the one parent: the controller of pytest-xdist, or the only process."""
    # Playwright's own Node wants a library that a bare Debian has not.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", machine.node())
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[_SERVER] = database.running_server()
        config.stash[_SERVER].__enter__()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server."""
    if _SERVER in config.stash:
        config.stash[_SERVER].__exit__(None, None, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse what would need TRUNCATE, which the service's role may not do: nothing ever empties the journal."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        asked = set(getattr(item, "fixturenames", ())) & {"transactional_db", "live_server"}
        if asked or (marker is not None and (marker.args or set(marker.kwargs) - {"databases"})):
            raise pytest.UsageError(
                f"{item.nodeid}: tests that commit use the fixture committed_db (or live_service), "
                "because emptying tables would need TRUNCATE, which the journal refuses"
            )


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> Iterator[None]:
    """Give this process a clone of the migrated template, in place of pytest-django's own databases."""
    with database.fresh_database() as name, database.connected_to(name):
        yield


@pytest.fixture
def committed_db(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Give the test a database of its own, in which commits stay, for all threads; return its name.

    `tests.database.service_url(name)` is its address for another process.
    """
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("a test either rolls back (db) or commits (committed_db), not both")
    with django_db_blocker.unblock(), database.fresh_database() as name, database.connected_to(name):
        yield name


@pytest.fixture
def live_service(committed_db: str) -> Iterator[str]:
    """Serve the application from a thread of this process; return its origin, which is also ISSUER."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test import override_settings

    thread = LiveServerThread("localhost", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    origin = f"http://localhost:{thread.port}"
    try:
        with override_settings(ISSUER=origin, CSRF_TRUSTED_ORIGINS=[origin]):
            yield origin
    finally:
        thread.terminate()


@pytest.fixture(scope="session")
def live_stack(django_db_setup: None) -> Iterator[stack.LiveStack]:
    """Give the whole demonstration, started once a worker: `live_stack.sites.service` is the service's origin.

    Its database keeps what earlier tests did: a test makes what it needs and reads back that alone.
    """
    with stack.running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def stack_journal(live_stack: stack.LiveStack) -> Any:
    """Give what looks at the journal of `live_stack`, which its own processes write."""
    from tests.journal_guard import StackGuard

    return StackGuard(live_stack.database)


@pytest.fixture(scope="session")
def stack_faults(live_stack: stack.LiveStack) -> StackFaults:
    """Give what reads the errors that the processes of `live_stack` write."""
    return StackFaults(live_stack.processes.logs)


@pytest.fixture
def stack_db(live_stack: stack.LiveStack, django_db_blocker: Any) -> Iterator[stack.LiveStack]:
    """Let the test read and write the database of `live_stack` through the models; commits stay."""
    from django.test import override_settings

    origin = live_stack.sites.service
    with (
        django_db_blocker.unblock(),
        database.connected_to(live_stack.database),
        override_settings(ISSUER=origin, CSRF_TRUSTED_ORIGINS=[origin]),
    ):
        yield live_stack


@pytest.fixture(scope="session")
def local_tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAuthority]:
    with local_authority(tmp_path_factory.mktemp("horodatage") / "authority") as running:
        yield running


@pytest.fixture
def timestamps(local_tsa: LocalAuthority, settings: Any) -> Iterator[LocalAuthority]:
    """Give an authority that the settings name; the test still has to say that its root is believed."""
    from mandats.document import authority

    settings.TSA_URL = local_tsa.url
    local_tsa.behave()
    authority._left_alone.clear()
    yield local_tsa
    authority._left_alone.clear()


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no minute end during the test: both clocks of this process go on a hundred times slower.

    For what is counted, limited or changes by minute (`aidants/journal/limits.py`, a card's code).  The clocks start in
    the first half of the minute, within the same half of it, so that a code of thirty seconds stays what it is.
    """
    from django.utils import timezone

    clock, start = time.time, time.time()
    first = start - max(0.0, start % 60 - 30)

    def slowly() -> float:
        return first + (clock() - start) / 100

    monkeypatch.setattr(time, "time", slowly)
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(slowly(), UTC))


@pytest.fixture
def query_count() -> Callable[[int], AbstractContextManager[CaptureQueriesContext]]:
    """Return a context manager that fails unless exactly that many queries run inside it."""
    from django.test import TransactionTestCase

    def expect(count: int) -> AbstractContextManager[CaptureQueriesContext]:
        return TransactionTestCase().assertNumQueries(count)

    return expect


@pytest.fixture(autouse=True)
def _no_day_ends_within_a_test(request: pytest.FixtureRequest) -> None:
    """Let midnight pass first, where one is near: « today » is one day for a test and for what it tests."""
    lasting = timedelta(seconds=150 if "live_stack" in request.fixturenames else 20)
    time.sleep(days.wait_before(datetime.now(UTC), lasting))


@pytest.fixture(autouse=True)
def _entries_are_written_and_name_nobody(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look at the journal when a test ends, before anything is rolled back.

    Whoever says `writes("room:act")` has left such an entry; no entry of any test holds an identity.
    """
    claimed = {event for mark in request.node.iter_markers("writes") for event in mark.args}
    commits = "committed_db" in request.fixturenames
    reaches = commits or "db" in request.fixturenames or request.node.get_closest_marker("django_db")
    if reaches:
        request.getfixturevalue("committed_db" if commits else "db")
    elsewhere = request.getfixturevalue("stack_journal") if "live_stack" in request.fixturenames else None
    yield
    from tests import journal_guard

    guard = journal_guard if reaches and journal_guard.can_be_read() else elsewhere
    if guard is None:
        assert claimed == set(), "a test whose journal cannot be read leaves no entry"
    else:
        assert guard.missing(claimed) == set(), "no act of the test left these entries"
        assert guard.entries_that_name_somebody() == []


@pytest.fixture(autouse=True)
def _processes_meet_no_unknown_error(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read what the service and its worker wrote during the test: an error page has its cause there."""
    faults = request.getfixturevalue("stack_faults") if "live_stack" in request.fixturenames else None
    yield
    if faults is not None:
        assert faults.told_since() == []


@pytest.fixture(autouse=True)
def _what_is_said_to_be_reached_is(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look whether a test that says `reaches("GET app:route")` was let in there: an answer, and no way back out."""
    claimed = {door for mark in request.node.iter_markers("reaches") for door in mark.args}
    if not claimed:
        yield
        return
    from tests.access.reached import noting

    with noting() as seen:
        yield
    assert claimed <= seen, f"not let in: {', '.join(sorted(claimed - seen))}"


@pytest.fixture(autouse=True)
def _no_act_goes_without_its_factor(_acts_watched: list[str]) -> Iterator[None]:
    """Look whether a request of the test changed something that asks for a fresh second factor, without one."""
    _acts_watched.clear()
    yield
    assert _acts_watched == []


@pytest.fixture(scope="session")
def _acts_watched(django_test_environment: None) -> Iterator[list[str]]:
    from tests.unconfirmed_acts import watching

    with watching() as found:
        yield found


@pytest.fixture(autouse=True, scope="session")
def _network_off() -> Iterator[None]:
    with network.loopback_only():
        yield


@pytest.fixture(autouse=True)
def _unordered_querysets_are_shuffled(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever relies on an order asks for it: rows of a queryset without one come in another order for each test."""
    dice = random.Random(request.node.nodeid)
    fetch = QuerySet._fetch_all

    def fetch_and_shuffle(self: QuerySet[Any]) -> None:
        fresh = self._result_cache is None
        fetch(self)
        if fresh and self._result_cache and not self.ordered:
            dice.shuffle(self._result_cache)

    monkeypatch.setattr(QuerySet, "_fetch_all", fetch_and_shuffle)
