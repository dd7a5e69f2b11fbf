"""FranceConnect as our client, against a provider that misbehaves in each way: the code shown each time."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from typing import Any

import pytest

from deploy.demo.franceconnect import calls
from tests.demo_sites.changed import changed
from tests.demo_sites.conftest import Bridge, error_code, query
from tests.demo_sites.fake_idp import CLIENT_ID, CLIENT_SECRET


def test_the_request_is_the_published_one(bridge: Bridge) -> None:
    sent = bridge.person.leave_for_idp()
    assert set(sent) == {
        "client_id",
        "scope",
        "response_type",
        "redirect_uri",
        "acr_values",
        "nonce",
        "state",
        "prompt",
        "claims",
    }
    assert sent["scope"] == "openid profile email birth"
    assert sent["redirect_uri"] == "http://fc.example.org/api/v2/oidc-callback"
    assert (sent["acr_values"], sent["prompt"]) == ("eidas1", "login")
    assert re.fullmatch("[0-9a-f]{64}", sent["nonce"])
    assert re.fullmatch("[0-9a-f]{64}", sent["state"])
    rule = json.loads(sent["claims"])["id_token"]["rep_scope"]
    assert rule == {"essential": True, "values": ["Logement", "Famille-Scolarité"]}


def test_values_are_absent_for_a_service_without_perimeters(bridge: Bridge) -> None:
    sent = bridge.person.leave_for_idp(client_id="service", redirect_uri="http://service.example.org/retour")
    assert json.loads(sent["claims"]) == {"id_token": {"rep_scope": {"essential": True}}}


@pytest.mark.parametrize("id_token_alg", ["HS256", "ES256", "RS256"])
@pytest.mark.parametrize("userinfo_alg", ["", "HS256", "ES256", "RS256"])
def test_a_right_answer_passes_with_every_algorithm(bridge: Bridge, id_token_alg: str, userinfo_alg: str) -> None:
    answer = bridge.with_algorithms(id_token_alg, userinfo_alg).connect()
    assert "code" in query(answer), error_code(answer)


def test_the_usager_is_given_on_to_the_site(bridge: Bridge) -> None:
    code = query(bridge.connect())["code"]
    site = {"client_id": "allocations", "client_secret": "secret-des-allocations"}
    answer = bridge.person.exchange(code, redirect_uri="http://alloc.example.org/retour", **site)
    assert answer.status_code == 200
    assert bridge.person.browser.get("/_etat").get_json()["sso_ouvertes"] == 1


def test_calls_are_those_of_openid_client(bridge: Bridge) -> None:
    bridge.connect()
    form, headers = next((form, headers) for name, form, headers in bridge.idp.calls if name == "token")
    assert (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
    assert set(form) == {"grant_type", "code", "redirect_uri", "client_id", "client_secret"}
    assert headers["Accept-Encoding"] == "identity"
    assert "Authorization" not in headers


ID_TOKEN_CASES = [
    ("acr absent", {"acr": None}, "Y020030"),
    ("acr empty", {"acr": ""}, "Y020030"),
    ("acr eidas2", {"acr": "eidas2"}, "Y100018"),
    ("acr unknown", {"acr": "https://refeds.org/profile/mfa"}, "Y100001"),
    ("acr spaced", {"acr": "eidas1 "}, "Y100001"),
    ("amr text", {"amr": "pwd"}, "Y020030"),
    ("iss slash", {"iss": "http://127.0.0.1/"}, "Y020026"),
    ("aud other", {"aud": "autre"}, "Y020026"),
    ("aud list without azp", {"aud": [CLIENT_ID, "autre"]}, "Y020026"),
    ("no sub", {"sub": None}, "Y020026"),
    ("no nonce", {"nonce": None}, "Y020026"),
    ("nonce other", {"nonce": "0" * 64}, "Y020026"),
    ("no iat", {"iat": None}, "Y020026"),
    ("exp text", {"exp": "demain"}, "Y020026"),
    ("at_hash wrong", {"at_hash": "AAAA"}, "Y020026"),
    ("rep_scope text", {"rep_scope": "Logement"}, "Y000000"),
    ("rep_scope text list", {"rep_scope": '["Logement"]'}, "Y000000"),
    ("rep_scope of numbers", {"rep_scope": [1]}, "Y000000"),
    ("rep_scope absent", {"rep_scope": None}, "Y600020"),
    ("rep_scope empty", {"rep_scope": []}, "Y600020"),
    ("rep_scope elsewhere", {"rep_scope": ["Justice"]}, "Y600020"),
]


@pytest.mark.parametrize(("claims", "code"), [case[1:] for case in ID_TOKEN_CASES], ids=[c[0] for c in ID_TOKEN_CASES])
def test_a_wrong_id_token(bridge: Bridge, claims: dict[str, Any], code: str) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, id_token=changed(**claims))
    assert error_code(bridge.connect()) == code


@pytest.mark.parametrize(("late", "passes"), [(1, False), (0, False), (-3, True)])
def test_no_tolerance_on_time(bridge: Bridge, late: int, passes: bool) -> None:
    bridge.idp.behaviour = replace(
        bridge.idp.behaviour, id_token=lambda right: {**right, "exp": int(time.time()) - late}
    )
    assert (error_code(bridge.connect()) == "") is passes


def test_a_forged_signature_is_y020026(bridge: Bridge) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, forged=True)
    assert error_code(bridge.connect()) == "Y020026"


def test_another_algorithm_than_the_record_is_y020026(bridge: Bridge) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, id_token_alg="RS256")
    assert error_code(bridge.connect()) == "Y020026"


def test_a_key_that_is_not_published_is_y020026(bridge: Bridge) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, jwks=changed(keys=[]))
    assert error_code(bridge.connect()) == "Y020026"


@pytest.mark.parametrize(
    ("place", "status", "code"),
    [
        ("token", 201, "Y020026"),
        ("token", 400, "Y020026"),
        ("token", 503, "Y020026"),
        ("userinfo", 201, "Y020027"),
        ("userinfo", 401, "Y020027"),
        ("jwks", 404, "Y020026"),
    ],
)
def test_any_status_but_200_is_refused(bridge: Bridge, place: str, status: int, code: str) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, statuses={place: status})
    assert error_code(bridge.connect()) == code


@pytest.mark.parametrize(("place", "code"), [("token", "Y020026"), ("userinfo", "Y020027"), ("jwks", "Y020026")])
def test_no_redirection_is_followed(bridge: Bridge, place: str, code: str) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, redirects={place})
    assert error_code(bridge.connect()) == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"access_token": None}, "Y020030"),
        ({"access_token": "jeton-é"}, "Y020030"),
        ({"id_token": None}, "Y020026"),
        ({"id_token": "pas-un-jeton"}, "Y020026"),
        ({"token_type": "DPoP"}, "Y020026"),
    ],
)
def test_a_wrong_token_answer(bridge: Bridge, answer: dict[str, Any], code: str) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, token_answer=changed(**answer))
    assert error_code(bridge.connect()) == code


@pytest.mark.parametrize(
    ("claims", "code"),
    [({"sub": None}, "Y020029"), ({"sub": ""}, "Y020029"), ({"sub": "un-autre"}, "Y020027")],
)
def test_a_wrong_sub_in_userinfo(bridge: Bridge, claims: dict[str, Any], code: str) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, userinfo=changed(**claims))
    assert error_code(bridge.connect()) == code


def test_json_where_signed_userinfo_is_registered_is_y020027(bridge: Bridge) -> None:
    signed = bridge.with_algorithms("ES256", "ES256")
    signed.idp.behaviour = replace(signed.idp.behaviour, userinfo_alg="")
    assert error_code(signed.connect()) == "Y020027"


def test_signed_userinfo_where_json_is_registered_is_y020027(bridge: Bridge) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, userinfo_alg="ES256")
    assert error_code(bridge.connect()) == "Y020027"


def test_a_broken_identity_is_y600006(bridge: Bridge) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, userinfo=changed(email=None))
    answer = bridge.connect()
    assert error_code(answer) == "Y600006"
    assert "email" in answer.get_data(as_text=True)


def test_a_slow_provider_is_given_up_after_six_seconds(bridge: Bridge, monkeypatch: Any) -> None:
    assert calls.TIMEOUT_SECONDS == 6
    monkeypatch.setattr(calls, "TIMEOUT_SECONDS", 0.2)
    bridge.idp.behaviour = replace(bridge.idp.behaviour, delay=0.6)
    assert error_code(bridge.connect()) == "Y020026"


def test_an_issuer_that_differs_by_a_slash_never_starts(bridge: Bridge) -> None:
    bridge.idp.behaviour = replace(bridge.idp.behaviour, metadata=changed(issuer=f"{bridge.idp.issuer}/"))
    location = bridge.person.authorize().headers["Location"]
    uid = location.rsplit("/", 1)[1]
    answer = bridge.person.browser.post("/api/v2/redirect-to-idp", data={"uid": uid})
    assert error_code(answer) == "Y000000"


def test_the_callback_is_bound_to_its_browser_and_used_once(bridge: Bridge) -> None:
    sent = bridge.person.leave_for_idp()
    person = type(bridge.person)
    stranger = person(bridge.app)
    assert error_code(stranger.come_back(code="x", state=sent["state"])) == "Y190001"
    stranger.authorize()
    assert error_code(stranger.come_back(code="x", state=sent["state"])) == "Y020022"
    bridge.idp.nonce = sent["nonce"]
    right = {"code": "x", "state": sent["state"], "iss": bridge.idp.issuer}
    assert "code" in query(bridge.person.come_back(**right))
    assert error_code(bridge.person.come_back(**right)) == "Y020022"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"state": ""}, "Y020021"),
        ({"state": "f" * 64}, "Y020022"),
        ({"code": ""}, "Y020025"),
        ({"iss": ""}, "Y020026"),
        ({"iss": "http://ailleurs.example.org"}, "Y020026"),
    ],
)
def test_a_wrong_callback(bridge: Bridge, params: dict[str, str], code: str) -> None:
    sent = bridge.person.leave_for_idp()
    right = {"code": "x", "state": sent["state"], "iss": bridge.idp.issuer}
    assert error_code(bridge.person.come_back(**{**right, **params})) == code


def test_our_refusal_is_shown_with_ways_back(bridge: Bridge) -> None:
    sent = bridge.person.leave_for_idp()
    told = {"error": "access_denied", "error_description": "Aucun mandat ne couvre ce service."}
    page = bridge.person.come_back(state=sent["state"], **told).get_data(as_text=True)
    assert "Aucun mandat ne couvre ce service." in page
    assert "access_denied" in page
    back = re.search(r'href="(/api/v2/interaction/[^"]+/annuler)"', page)
    assert back is not None
    assert query(bridge.person.browser.get(back.group(1)))["error"] == "access_denied"


def test_logging_out_of_the_site_logs_out_of_our_provider(bridge: Bridge) -> None:
    target = "http://service.example.org/fin"
    service = {"client_id": "service", "redirect_uri": "http://service.example.org/retour"}
    tokens = bridge.person.exchange(query(bridge.connect(**service))["code"]).get_json()
    params = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": target, "state": "abc"}
    sent = bridge.person.browser.get("/api/v2/session/end", query_string=params)
    assert sent.headers["Location"].startswith(f"{bridge.idp.issuer}/fin?")
    asked = query(sent)
    assert asked["client_id"] == CLIENT_ID
    assert asked["post_logout_redirect_uri"] == "http://fc.example.org/api/v2/client/logout-callback"
    back = bridge.person.browser.get("/api/v2/client/logout-callback", query_string={"state": asked["state"]})
    assert back.headers["Location"] == f"{target}?state=abc"
    assert bridge.person.browser.get("/_etat").get_json()["sso_ouvertes"] == 0
