"""The published description against the service, by schemathesis: what it says is what is done."""

import base64
from typing import Any

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from oidc.provider.clients import NewClient, create_client
from tests import builders


@pytest.fixture
def api_schema(live_service: str, settings: Any) -> Any:
    settings.LIMITS_FACTOR = 1000
    builders.keys()
    new = NewClient("Allocations", "administration", ["https://alloc.example.org/retour"])
    client, secret = create_client(new, timezone.now())
    schema = schemathesis.openapi.from_url(f"{live_service}/api/v1/openapi.json")
    schema.config.update(base_url=live_service)
    credentials = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()

    @schema.auth()
    class Credentials:
        """Gives every call the client's credentials."""

        def get(self, case: Any, context: Any) -> str:
            return f"Basic {credentials}"

        def set(self, case: Any, data: str, context: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": data}

    return schema


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
