"""A desk in front of a live simulated FranceConnect: our side through Django's client, its side over HTTP."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.test import Client, override_settings

from deploy.demo.franceconnect.app import create_app
from deploy.demo.franceconnect.config import build_config
from oidc.franceconnect.configuration import forget
from tests.demo_sites.served import served
from tests.ports import free_port

_REFRESH = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')


@contextmanager
def simulated_franceconnect() -> Iterator[str]:
    """Serve FranceConnect with its faults, known to the settings; give its origin."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    service = {
        "client_id": settings.FRANCECONNECT_CLIENT_ID,
        "client_secret": settings.FRANCECONNECT_CLIENT_SECRET,
        "redirect_uris": [f"{settings.ISSUER}/franceconnect/retour"],
        "post_logout_redirect_uris": [f"{settings.ISSUER}/franceconnect/deconnexion"],
    }
    provider = {"issuer": settings.ISSUER, "client_id": "fc", "client_secret": "fc-secret"}
    config = build_config(base, {"services": [service], "provider": provider}, pannes=True)
    forget()
    with served(create_app(config), port), override_settings(FRANCECONNECT_BASE=f"{base}/api/v2"):
        yield base
    forget()


class Desk:
    """One browser at a desk: its cookies at our service and at FranceConnect."""

    def __init__(self, franceconnect: str, ours: Client) -> None:
        self.franceconnect = franceconnect
        self.ours = ours
        self.theirs = requests.Session()

    def panne(self, mode: str, endpoint: str = "all", times: int | None = None) -> None:
        """Set a fault of FranceConnect."""
        asked = {"mode": mode, "endpoint": endpoint} | ({"times": times} if times else {})
        assert requests.post(f"{self.franceconnect}/_panne", json=asked, timeout=5).status_code == 200

    def state(self) -> dict[str, Any]:
        """Return what is open at FranceConnect."""
        return dict(requests.get(f"{self.franceconnect}/_etat", timeout=5).json())

    def leave(self, path: str) -> str:
        """Start at ``path``; return the address of FranceConnect where the page leads."""
        page = self.ours.post(path)
        assert page.status_code == 200, page
        found = _REFRESH.search(page.content.decode())
        assert found, page.content.decode()
        return html.unescape(found[1])

    def sign_in(self, address: str, identity: str = "madame-d") -> str:
        """Sign the usager in at FranceConnect; return our callback's path and query."""
        choice = self.theirs.get(address, allow_redirects=False, timeout=15)
        assert choice.status_code == 303, choice.text
        uid = choice.headers["Location"].rsplit("/", 1)[1]
        posted = self.theirs.post(
            f"{self.franceconnect}/api/v2/interaction/{uid}/identite",
            data={"identite": identity},
            allow_redirects=False,
            timeout=15,
        )
        return self.here(posted.headers["Location"])

    def here(self, address: str) -> str:
        """Return the path and query of an address of ours."""
        assert address.startswith(settings.ISSUER), address
        parts = urlsplit(address)
        return f"{parts.path}?{parts.query}"

    def close(self, answer: Any) -> Any:
        """Follow our redirection to FranceConnect's logout and come back; return our last answer."""
        address = answer["Location"]
        assert "/session/end?" in address, address
        back = self.theirs.get(address, allow_redirects=False, timeout=15)
        assert back.status_code == 303, back.text
        return self.ours.get(self.here(back.headers["Location"]))
