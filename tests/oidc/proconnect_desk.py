"""A sign-in by ProConnect, simulated, at the desk of an agent or of an account."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import override_settings

from deploy.demo.proconnect.app import create_app
from tests.demo_sites.served import served
from tests.ports import free_port

ISSUER = "http://localhost:8000"
RECORD = {
    "client_id": "agents",
    "client_secret": "agents-secret",
    "name": "Service des mandats",
    "redirect_uris": [f"{ISSUER}/connexion/proconnect/retour"],
    "post_logout_redirect_uris": [f"{ISSUER}/connexion/proconnect/fin"],
}


@pytest.fixture(autouse=True)
def proconnect() -> Iterator[str]:
    """Serve a ProConnect of this test's own, known to the settings."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    known = {"PROCONNECT_CLIENT_ID": "agents", "PROCONNECT_CLIENT_SECRET": "agents-secret"}
    with (
        served(create_app(base, RECORD), port),
        override_settings(ISSUER=ISSUER, PROCONNECT_BASE=f"{base}/api/v2", **known),
    ):
        yield base


def text(answer: Any) -> str:
    return str(answer.content.decode())


def agrees(address: str, email: str, **more: str) -> str:
    """Be the agent at ProConnect; return the path of the return, with its query."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    answer = requests.post(address, data=query | {"email": email} | more, allow_redirects=False, timeout=5)
    assert answer.status_code == 303, answer.text
    back = urlsplit(answer.headers["Location"])
    assert f"{back.scheme}://{back.netloc}" == ISSUER
    return f"{back.path}?{back.query}"
