"""The delays, the tokens and the claims of the simulated FranceConnect, and its single sign-on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.demo_sites.conftest import AUTHORIZE, LOGOUT, Clock, Person, error_code, query


def userinfo_of(person: Person, tokens: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = person.browser.get("/api/v2/userinfo", headers=headers)
    assert answer.mimetype == "application/jwt"
    return verified(person, answer.get_data(as_text=True))


def verified(person: Person, token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(person.browser.get("/api/v2/jwks").get_json())
    return dict(jwt.decode(token, keys, ["ES256"]).claims)


def test_discovery_names_the_real_endpoints(person: Person) -> None:
    metadata = person.browser.get("/api/v2/.well-known/openid-configuration").get_json()
    base = "http://fc.example.org/api/v2"
    assert metadata["issuer"] == base
    assert metadata["token_endpoint"] == f"{base}/token"
    assert metadata["end_session_endpoint"] == f"{base}/session/end"
    assert "S256" in metadata["code_challenge_methods_supported"]


def test_the_id_token_carries_what_a_service_must_check(person: Person, clock: Clock) -> None:
    claims = verified(person, person.tokens_of("madame-d")["id_token"])
    assert claims["iss"] == "http://fc.example.org/api/v2"
    assert (claims["aud"], claims["acr"]) == ("service", "eidas1")
    assert claims["nonce"] == AUTHORIZE["nonce"]
    assert claims["exp"] - claims["iat"] == 60
    assert "at_hash" in claims
    assert "family_name" not in claims


def test_userinfo_is_signed_for_the_service_and_says_no_more_than_the_scopes(person: Person) -> None:
    claims = userinfo_of(person, person.tokens_of("madame-d"))
    assert (claims["iss"], claims["aud"]) == ("http://fc.example.org/api/v2", "service")
    assert claims["family_name"] == "Delaunay"
    assert claims["preferred_username"] == "Desmoulins"
    assert claims["idp_id"] == "fi-demonstration"
    fewer = userinfo_of(person, Person(person.browser.application).tokens_of("madame-d", scope="openid email"))
    assert set(fewer) == {"sub", "email", "iss", "aud", "iat", "exp"}


@pytest.mark.parametrize(
    ("key", "kept", "completed"),
    [
        ("presume-annee", "1962-00-00", "1962-01-01"),
        ("presume-mois", "1958-07-00", "1958-07-01"),
        ("madame-d", "1948-03-12", "1948-03-12"),
    ],
)
def test_presumed_birth_dates(person: Person, key: str, kept: str, completed: str) -> None:
    claims = userinfo_of(person, person.tokens_of(key))
    assert (claims["idp_birthdate"], claims["birthdate"]) == (kept, completed)


def test_birthplace_abroad_is_empty_and_missing_email_is_absent(person: Person, app: Flask) -> None:
    assert userinfo_of(person, person.tokens_of("etranger"))["birthplace"] == ""
    other = Person(app)
    assert "email" not in userinfo_of(other, other.tokens_of("sans-courriel"))


def test_sub_is_pairwise_and_stable(app: Flask) -> None:
    first, second = Person(app), Person(app)
    subs = {verified(p, p.tokens_of("corse")["id_token"])["sub"] for p in (first, second)}
    assert len(subs) == 1


def test_a_code_is_used_once_and_a_replay_ends_its_token(person: Person) -> None:
    code = query(person.choose("corse"))["code"]
    tokens = person.exchange(code).get_json()
    replay = person.exchange(code)
    assert (replay.status_code, replay.get_json()["error"]) == (400, "invalid_grant")
    assert "error_uri" in replay.get_json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert person.browser.get("/api/v2/userinfo", headers=headers).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(29, 200), (30, 400), (31, 400)])
def test_a_code_lives_30_seconds(person: Person, clock: Clock, seconds: int, status: int) -> None:
    code = query(person.choose("corse"))["code"]
    clock.now += seconds
    assert person.exchange(code).status_code == status


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 401)])
def test_an_access_token_lives_60_seconds(person: Person, clock: Clock, seconds: int, status: int) -> None:
    headers = {"Authorization": f"Bearer {person.tokens_of('corse')['access_token']}"}
    clock.now += seconds
    assert person.browser.get("/api/v2/userinfo", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "faux"}, "invalid_client"),
        ({"client_id": "allocations", "client_secret": "secret-des-allocations"}, "invalid_grant"),
        ({"redirect_uri": "http://service.example.org/autre"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    ],
)
def test_the_exchange_is_refused(person: Person, changes: dict[str, str], error: str) -> None:
    code = query(person.choose("corse"))["code"]
    assert person.exchange(code, **changes).get_json()["error"] == error


def test_basic_authentication_is_not_the_registered_method(person: Person) -> None:
    answer = person.browser.post("/api/v2/token", headers={"Authorization": "Basic c2VydmljZTp4"})
    assert answer.get_json()["error"] == "invalid_client"


def open_sessions(person: Person) -> int:
    return int(person.browser.get("/_etat").get_json()["sso_ouvertes"])


def test_a_client_that_forgets_to_log_out_lets_the_next_connection_in(person: Person) -> None:
    person.tokens_of("madame-d")
    assert open_sessions(person) == 1
    again = person.authorize(client_id="allocations", redirect_uri="http://alloc.example.org/retour")
    assert "code" in query(again)


def test_logout_closes_the_single_sign_on(person: Person) -> None:
    tokens = person.tokens_of("madame-d")
    params = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": LOGOUT, "state": "abc"}
    answer = person.browser.get("/api/v2/session/end", query_string=params)
    assert answer.headers["Location"] == f"{LOGOUT}?state=abc"
    assert open_sessions(person) == 0
    assert "/interaction/" in person.authorize().headers["Location"]


def test_logout_accepts_an_expired_hint(person: Person, clock: Clock) -> None:
    tokens = person.tokens_of("madame-d")
    clock.now += 600
    params = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": LOGOUT}
    assert person.browser.get("/api/v2/session/end", query_string=params).status_code == 303
    assert open_sessions(person) == 0


@pytest.mark.parametrize(
    "changes", [{"id_token_hint": "a.b.c"}, {"post_logout_redirect_uri": f"{LOGOUT}/"}, {"id_token_hint": ""}]
)
def test_a_wrong_logout_closes_nothing(person: Person, changes: dict[str, str]) -> None:
    tokens = person.tokens_of("madame-d")
    params = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": LOGOUT, **changes}
    answer = person.browser.get("/api/v2/session/end", query_string=params)
    assert error_code(answer) == "Y000000"
    assert open_sessions(person) == 1


def test_the_single_sign_on_ends_after_30_minutes(person: Person, clock: Clock) -> None:
    person.tokens_of("madame-d")
    clock.now += 30 * 60
    assert open_sessions(person) == 0


def test_a_code_redeemed_by_eight_threads_at_once_is_won_by_one(person: Person, app: Flask) -> None:
    code = query(person.choose("corse"))["code"]
    state = app.extensions["franceconnect"].state
    with ThreadPoolExecutor(8) as pool:
        grants = list(pool.map(lambda _turn: state.redeem_code(code), range(8)))
    assert sum(grant is not None for grant in grants) == 1
