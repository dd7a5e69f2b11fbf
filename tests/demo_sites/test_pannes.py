"""Faults on demand: each does what its name says, for as long as it was asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests
from flask import Flask
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from deploy.demo.franceconnect.app import create_app
from tests.demo_sites.conftest import AUTHORIZE, Person, config_for, query
from tests.demo_sites.served import served


def set_panne(person: Person, **asked: Any) -> None:
    assert person.browser.post("/_panne", json=asked).status_code == 200


def id_token_claims(person: Person) -> dict[str, Any]:
    keys = KeySet.import_key_set(person.browser.get("/api/v2/jwks").get_json())
    return dict(jwt.decode(person.tokens_of("corse")["id_token"], keys, ["ES256"]).claims)


def test_the_control_pages_exist_only_when_asked() -> None:
    quiet = create_app(replace(config_for("http://127.0.0.1:9"), pannes=False)).test_client()
    assert quiet.get("/_etat").status_code == 404
    assert quiet.post("/_panne", json={"mode": "slow"}).status_code == 404


def test_an_unknown_mode_is_refused(person: Person) -> None:
    assert person.browser.post("/_panne", json={"mode": "incendie"}).status_code == 400
    assert person.browser.post("/_panne", json={"mode": "slow", "endpoint": "cuisine"}).status_code == 400


def test_down_answers_503_until_none(person: Person) -> None:
    set_panne(person, mode="down_503", endpoint="discovery")
    path = "/api/v2/.well-known/openid-configuration"
    assert [person.browser.get(path).status_code for _ in range(2)] == [503, 503]
    set_panne(person, mode="none")
    assert person.browser.get(path).status_code == 200


def test_times_counts_the_calls(person: Person) -> None:
    set_panne(person, mode="down_503", endpoint="jwks", times=1)
    assert [person.browser.get("/api/v2/jwks").status_code for _ in range(2)] == [503, 200]


def test_slow_waits_eight_seconds() -> None:
    waited: list[float] = []
    app = create_app(config_for("http://127.0.0.1:9"), sleep=waited.append)
    person = Person(app)
    set_panne(person, mode="slow", endpoint="jwks")
    assert person.browser.get("/api/v2/jwks").status_code == 200
    assert waited == [8]


def test_a_refusing_person_comes_back_as_access_denied(person: Person) -> None:
    set_panne(person, mode="refuse", endpoint="authorize")
    assert query(person.authorize())["error"] == "access_denied"


def test_a_refused_exchange(person: Person) -> None:
    code = query(person.choose("corse"))["code"]
    set_panne(person, mode="refuse", endpoint="token")
    assert person.exchange(code).get_json()["error"] == "invalid_grant"


def test_a_foreign_issuer_in_the_response(person: Person) -> None:
    set_panne(person, mode="wrong_iss", endpoint="authorize")
    assert query(person.choose("corse"))["iss"] != "http://fc.example.org/api/v2"


def test_a_dropped_connection() -> None:
    with served(create_app(config_for("http://127.0.0.1:9")), 0) as origin:
        requests.post(f"{origin}/_panne", json={"mode": "drop", "endpoint": "jwks"}, timeout=5)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{origin}/api/v2/jwks", timeout=5)


def test_a_lost_state(person: Person) -> None:
    set_panne(person, mode="wrong_state", endpoint="authorize")
    assert query(person.choose("corse"))["state"] != AUTHORIZE["state"]


@pytest.mark.parametrize(
    ("mode", "claim"),
    [
        ("wrong_nonce", "nonce"),
        ("wrong_iss", "iss"),
        ("wrong_aud", "aud"),
        ("wrong_acr", "acr"),
        ("wrong_sub", "sub"),
        ("expired", "exp"),
    ],
)
def test_a_wrong_claim(app: Flask, mode: str, claim: str) -> None:
    right = id_token_claims(Person(app))
    set_panne(Person(app), mode=mode, endpoint="token")
    wrong = id_token_claims(Person(app))
    assert right[claim] != wrong[claim]


def test_a_bad_signature(person: Person) -> None:
    set_panne(person, mode="bad_signature", endpoint="token")
    with pytest.raises(BadSignatureError):
        id_token_claims(person)


def test_the_state_can_be_read_and_forgotten(person: Person) -> None:
    person.tokens_of("corse")
    person.authorize(max_age="1", client_id="service")
    seen = person.browser.get("/_etat").get_json()
    assert seen["sso_ouvertes"] == 1
    assert seen["erreurs"][0]["code"] == "Y030007"
    assert person.browser.delete("/_etat").get_json()["sso_ouvertes"] == 0
