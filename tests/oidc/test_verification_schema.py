"""The published description against the service, by schemathesis: what it says is what is done."""

from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from oidc.provider.clients import NewClient, create_client
from tests import builders
from tests.oidc.described import description


@pytest.fixture
def api_schema(live_service: str, settings: Any) -> Any:
    settings.LIMITS_FACTOR = 1000
    builders.keys()
    new = NewClient("Allocations", "administration", ["https://alloc.example.org/retour"])
    client, secret = create_client(new, timezone.now())
    return description(live_service, client, secret)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(
    ("path", "examples"), [("", 40), ("/lots", 25), ("/suites", 25)], ids=["one", "lots", "suites"]
)
def test_the_service_does_what_its_description_says(
    api_schema: Any, mode: GenerationMode, path: str, examples: int
) -> None:
    """Positive: every body that the description allows is answered; negative: every other is refused."""
    operation = api_schema[f"/api/v1/verifications{path}"]["POST"]

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.call_and_validate()

    holds()
