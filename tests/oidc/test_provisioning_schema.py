"""The provisioning API against its published description, by schemathesis."""

from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from oidc.provider.clients import NewClient, create_client
from tests.oidc.described import description

_ROOT = "/api/v1/partenaire/structures"
OPERATIONS = [
    (_ROOT, "GET"),
    (f"{_ROOT}.csv", "GET"),
    (_ROOT + "/{structure}", "GET"),
    (_ROOT + "/{structure}", "PUT"),
    (_ROOT + "/{structure}/desactivation", "POST"),
    (_ROOT + "/{structure}/aidants", "GET"),
    (_ROOT + "/{structure}/aidants.csv", "GET"),
    (_ROOT + "/{structure}/aidants/{aidant}", "GET"),
    (_ROOT + "/{structure}/aidants/{aidant}", "PUT"),
    (_ROOT + "/{structure}/aidants/{aidant}/desactivation", "POST"),
]


@pytest.fixture
def schema(live_service: str) -> Any:
    client, secret = create_client(NewClient("La Coop", "partenaire", []), timezone.now())
    made = description(live_service, client, secret)
    # A checksum (SIRET) and what is a name cannot be written in a schema: 422 says so, column by column.
    made.config.checks.positive_data_acceptance.expected_statuses = ["2xx", "404", "409", "422", "429"]
    return made


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_the_service_does_what_its_description_says(schema: Any, mode: GenerationMode) -> None:
    assert {path for path in schema if path.startswith(_ROOT)} == {path for path, _ in OPERATIONS}
    for path, method in OPERATIONS:
        operation = schema[path][method]

        @settings(max_examples=10, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(generation_mode=mode))
        def holds(case: Any) -> None:
            case.call_and_validate()

        holds()
