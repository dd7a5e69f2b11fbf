"""In the modules named here, every request that changes something leaves an entry of the journal, or is counted."""

from collections.abc import Iterator

import pytest

from tests.silent_acts import watching

HELD = frozenset(
    {
        "test_contacts",
        "test_contacts_held",
        "test_contacts_in_writing",
        "test_forms",
        "test_letters",
        "test_perimetre_pages",
        "test_service_pages",
        "test_usager_acts",
    }
)
"""Where the acts of the desk, of the accueil, of the referent and of the usager's own page are tried."""


@pytest.fixture(autouse=True)
def _whatever_changes_something_tells_it(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.module.__name__.rpartition(".")[2] not in HELD:
        yield
        return
    with watching() as silent:
        yield
    assert silent == []
