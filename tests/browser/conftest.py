"""Chromium, the running demonstration, and the people in front of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest
from playwright.sync_api import Browser

from aidants.structures.models import Structure
from deploy.demo.sites import SERVICE_AT_FRANCECONNECT
from tests import builders
from tests.browser.allocations import Allocations
from tests.browser.chromium import running_chromium
from tests.browser.conseiller import Conseiller
from tests.browser.usager import Agent, Dossier, Usager
from tests.browser.visitor import DESK, KEYBOARD_ZOOMED, NARROW, Visitor, Way
from tests.stack import LiveStack

Visit = Callable[[], Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives Chromium."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Run one browser for this folder.

    Playwright keeps an event loop in this thread; the tests read the database between two gestures all the same.
    """
    with pytest.MonkeyPatch.context() as patch, running_chromium() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield browser


@pytest.fixture
def stack(stack_db: LiveStack) -> Iterator[LiveStack]:
    """Give the running demonstration, its database, and its name at FranceConnect."""
    from django.test import override_settings

    with override_settings(FRANCECONNECT_CLIENT_ID=SERVICE_AT_FRANCECONNECT):
        yield stack_db


@pytest.fixture(params=[DESK, NARROW, KEYBOARD_ZOOMED], ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """Make a journey three times: at a desk, in a narrow window, by keyboard alone at 200 %."""
    chosen: Way = request.param
    return chosen


@pytest.fixture
def visit(chromium: Browser, way: Way, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Let the test open as many windows as it has people."""
    story, numbers = request.node.originalname.removeprefix("test_"), count(1)
    with ExitStack() as windows:

        def open_window() -> Visitor:
            visitor = Visitor(chromium, way, f"{story}-window{next(numbers)}")
            windows.callback(visitor.close)
            return visitor

        yield open_window


@pytest.fixture
def place(stack: LiveStack) -> Structure:
    """Habilitate a structure for this test alone."""
    return builders.structure("Maison des services de Gap", city="Gap", postcode="05000", insee_code="05061")


@pytest.fixture
def conseiller(visit: Visit, stack: LiveStack, place: Structure) -> Conseiller:
    """Seat a conseiller of that structure at a desk of their own."""
    return Conseiller(visit(), stack.sites, builders.aidant(place, given_name="Nadia", family_name="Benali"), place)


@pytest.fixture
def allocations(conseiller: Conseiller) -> Allocations:
    """Open the simulated administration in the conseiller's window."""
    return Allocations(conseiller.visitor, conseiller.sites)


@pytest.fixture
def sophie(visit: Visit, stack: LiveStack) -> Usager:
    """Give Sophie Martin, whom the simulated FranceConnect knows, a window at home."""
    return Usager(visit(), stack.sites, name="Sophie Martin", dossier=Dossier("Martin", ("2", "4", "1980")))


@pytest.fixture
def agent(visit: Visit, stack: LiveStack) -> Agent:
    """Give an agent of an administration a window at their counter."""
    return Agent(visit(), stack.sites)
