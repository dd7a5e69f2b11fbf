"""What the simulated FranceConnect accepts on its authorize endpoint, and with which code it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.demo_sites.conftest import AUTHORIZE, Person, error_code, path_of, query


def test_accepts_exactly_what_the_real_one_accepts(person: Person) -> None:
    answer = person.authorize(prompt="login consent", ui_locales="fr", claims='{"id_token":{}}')
    assert answer.status_code == 303
    assert "/api/v2/interaction/" in answer.headers["Location"]


@pytest.mark.parametrize(
    "name", ["code_challenge", "code_challenge_method", "max_age", "login_hint", "display", "request", "x"]
)
def test_a_parameter_out_of_the_whitelist_is_y030007(person: Person, name: str) -> None:
    answer = person.authorize(**{name: "S256"})
    assert (answer.status_code, error_code(answer)) == (400, "Y030007")
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize(
    "name", ["client_id", "response_type", "redirect_uri", "scope", "state", "nonce", "acr_values"]
)
def test_a_missing_parameter_is_y030007(person: Person, name: str) -> None:
    assert error_code(person.authorize(**{name: None})) == "Y030007"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nonce", "n" * 21, "Y030007"),
        ("nonce", "", "Y030007"),
        ("acr_values", "eidas2", "Y030007"),
        ("acr_values", "", "Y030007"),
        ("prompt", "none", "Y030007"),
        ("prompt", "", "Y030007"),
        ("prompt", "select_account", "Y030007"),
        ("client_id", "", "Y030007"),
        ("client_id", "inconnu", "Y030106"),
        ("redirect_uri", "http://service.example.org/retour/", "Y030118"),
        ("redirect_uri", "http://service.example.org:80/retour", "Y030118"),
        ("claims", "{", "Y030028"),
        ("claims", '{"id_token": 3}', "Y030028"),
        ("idp_hint", "inconnu", "Y030016"),
    ],
)
def test_a_wrong_value_is_refused_by_its_code(person: Person, name: str, value: str, code: str) -> None:
    assert error_code(person.authorize(**{name: value})) == code


def test_a_nonce_of_22_characters_is_enough(person: Person) -> None:
    assert person.authorize(nonce="n" * 22).status_code == 303


def test_a_repeated_parameter_is_y030007(person: Person) -> None:
    pairs = [*AUTHORIZE.items(), ("state", "autre")]
    answer = person.browser.get("/api/v2/authorize", query_string=pairs)
    assert error_code(answer) == "Y030007"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "identite_pivot"}, "invalid_request"),
        ({"scope": "openid numero_fiscal"}, "invalid_scope"),
    ],
)
def test_other_refusals_go_back_with_state_and_issuer(person: Person, changes: dict[str, Any], error: str) -> None:
    told = query(person.authorize(**changes))
    assert told["error"] == error
    assert (told["state"], told["iss"]) == (AUTHORIZE["state"], "http://fc.example.org/api/v2")


def test_the_choice_page_lists_both_providers_and_eighteen_people(person: Person) -> None:
    page = person.browser.get(path_of(person.authorize())).get_data(as_text=True)
    assert "Utiliser Aidants Connect" in page
    assert page.count('name="identite"') == 18


def test_a_hint_leaves_only_the_demonstration_provider(person: Person) -> None:
    answer = person.authorize(idp_hint="fi-demonstration")
    page = person.browser.get(path_of(answer)).get_data(as_text=True)
    assert "Utiliser Aidants Connect" not in page


def test_cancelling_goes_back_as_access_denied(person: Person) -> None:
    location = path_of(person.authorize())
    told = query(person.browser.get(f"{location}/annuler"))
    assert (told["error"], told["state"]) == ("access_denied", AUTHORIZE["state"])


def test_another_browser_cannot_use_the_interaction(person: Person, app: Any) -> None:
    location = path_of(person.authorize())
    stranger = Person(app)
    assert error_code(stranger.browser.get(location)) == "Y190001"
    stranger.authorize()
    assert error_code(stranger.browser.get(location)) == "Y030025"


def test_perimeters_asked_in_claims_win_over_the_record(bridge: Any) -> None:
    claims = json.dumps({"id_token": {"rep_scope": {"values": ["Transports-Mobilité"]}}})
    sent = bridge.person.leave_for_idp(claims=claims)
    rule = json.loads(sent["claims"])["id_token"]["rep_scope"]
    assert rule == {"essential": True, "values": ["Transports-Mobilité"]}
