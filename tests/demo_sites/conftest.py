"""One simulated FranceConnect a test, its clock in the test's hands, and a provider that misbehaves."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from deploy.demo.franceconnect.app import create_app
from deploy.demo.franceconnect.config import Config, build_config
from tests.demo_sites.fake_idp import CLIENT_ID, CLIENT_SECRET, FakeIdp

CALLBACK = "http://service.example.org/retour"
LOGOUT = "http://service.example.org/fin"
SERVICE = {
    "client_id": "service",
    "client_secret": "secret-du-service",
    "name": "Service de mandats",
    "redirect_uris": [CALLBACK],
    "post_logout_redirect_uris": [LOGOUT],
}
SITE = {
    "client_id": "allocations",
    "client_secret": "secret-des-allocations",
    "name": "Allocations de démonstration",
    "redirect_uris": ["http://alloc.example.org/retour"],
    "rep_scope": ["Logement", "Famille-Scolarité"],
}
AUTHORIZE = {
    "client_id": "service",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid identite_pivot preferred_username email idp_birthdate idp_id",
    "state": "s" * 43,
    "nonce": "n" * 43,
    "acr_values": "eidas1",
}
FOR_SITE = {
    "client_id": "allocations",
    "redirect_uri": "http://alloc.example.org/retour",
    "scope": "openid identite_pivot email idp_id",
}


@dataclass
class Clock:
    """A clock that the test moves; it starts at the real time, which tokens carry."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now


def query(answer: TestResponse) -> dict[str, str]:
    """Give the parameters of a redirection's address."""
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query, keep_blank_values=True))


def path_of(answer: TestResponse) -> str:
    """Give the path of a redirection within FranceConnect."""
    return urlsplit(answer.headers["Location"]).path


def error_code(answer: TestResponse) -> str:
    """Give the code shown by an error page, or nothing."""
    found = re.search(r'id="code-erreur">(Y\d+)<', answer.get_data(as_text=True))
    return found.group(1) if found else ""


class Person:
    """Somebody's browser in front of the simulated FranceConnect."""

    def __init__(self, app: Flask) -> None:
        self.browser: FlaskClient = app.test_client()

    def authorize(self, **changes: Any) -> TestResponse:
        params = {**AUTHORIZE, **changes}
        return self.browser.get("/api/v2/authorize", query_string={k: v for k, v in params.items() if v is not None})

    def choose(self, identity: str, **changes: Any) -> TestResponse:
        uid = self.authorize(**changes).headers["Location"].rsplit("/", 1)[1]
        return self.browser.post(f"/api/v2/interaction/{uid}/identite", data={"identite": identity})

    def exchange(self, code: str, **changes: Any) -> TestResponse:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": "service",
            "client_secret": "secret-du-service",
        }
        return self.browser.post("/api/v2/token", data={**form, **changes})

    def tokens_of(self, identity: str, **changes: Any) -> dict[str, Any]:
        answer = self.exchange(query(self.choose(identity, **changes))["code"])
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json())

    def leave_for_idp(self, **changes: Any) -> dict[str, str]:
        """Choose the mandate service; give the parameters sent to it."""
        asked = self.authorize(**{**FOR_SITE, **changes})
        uid = asked.headers["Location"].rsplit("/", 1)[1]
        return query(self.browser.post("/api/v2/redirect-to-idp", data={"uid": uid}))

    def come_back(self, **params: str) -> TestResponse:
        return self.browser.get("/api/v2/oidc-callback", query_string=params)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def idp() -> Iterator[FakeIdp]:
    provider = FakeIdp()
    yield provider
    provider.close()


def config_for(issuer: str, **provider: str) -> Config:
    record = {"issuer": issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **provider}
    registry = {"services": [SERVICE, SITE], "provider": record}
    return build_config("http://fc.example.org", registry, pannes=True)


@pytest.fixture
def app(clock: Clock) -> Flask:
    return create_app(config_for("http://127.0.0.1:9"), clock=clock, sleep=lambda _seconds: None)


@pytest.fixture
def person(app: Flask) -> Person:
    return Person(app)


@dataclass
class Bridge:
    """FranceConnect, the misbehaving provider and a browser, joined."""

    app: Flask
    idp: FakeIdp
    person: Person

    def connect(self, **changes: Any) -> TestResponse:
        """Run a whole connection; give FranceConnect's last answer."""
        sent = self.person.leave_for_idp(**changes)
        self.idp.nonce = sent["nonce"]
        return self.person.come_back(code="un-code", state=sent["state"], iss=self.idp.issuer)

    def with_algorithms(self, id_token_alg: str, userinfo_alg: str = "") -> Bridge:
        """Give the same bridge with FranceConnect's record changed."""
        config = config_for(self.idp.issuer, id_token_alg=id_token_alg, userinfo_alg=userinfo_alg)
        self.idp.behaviour = replace(self.idp.behaviour, id_token_alg=id_token_alg, userinfo_alg=userinfo_alg)
        app = create_app(config)
        return Bridge(app, self.idp, Person(app))


@pytest.fixture
def bridge(idp: FakeIdp) -> Bridge:
    app = create_app(config_for(idp.issuer))
    return Bridge(app, idp, Person(app))
