"""The published description as schemathesis reads it, called with a client's credentials."""

import base64
from typing import Any

import schemathesis

from oidc.provider.models import Client


def description(origin: str, client: Client, secret: str) -> Any:
    """Return the description of the service at ``origin``; every call of it is the client's."""
    schema = schemathesis.openapi.from_url(f"{origin}/api/v1/openapi.json")
    schema.config.update(base_url=origin)
    credentials = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()

    @schema.auth()
    class Credentials:
        """Gives every call the client's credentials."""

        def get(self, case: Any, context: Any) -> str:
            return f"Basic {credentials}"

        def set(self, case: Any, data: str, context: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": data}

    return schema
