"""The simulated administration: a client that others wrote, through both ways in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests

from deploy.demo.administration.app import create_app
from deploy.demo.administration.config import Config, ConfigError, config_from, option_parser
from deploy.demo.administration.fin_de_session import EVENT
from deploy.demo.franceconnect.app import create_app as create_franceconnect
from deploy.demo.franceconnect.config import build_config
from tests.demo_sites.changed import changed
from tests.demo_sites.fake_idp import CLIENT_ID, CLIENT_SECRET, OTHER
from tests.demo_sites.fake_service import FakeService
from tests.demo_sites.served import served
from tests.ports import free_ports


@dataclass
class Town:
    """The three sites, served, and one browser."""

    site: str
    fc: str
    service: FakeService
    browser: requests.Session

    def get(self, path: str) -> requests.Response:
        return self.browser.get(self.site + path, timeout=10)

    def post(self, path: str, **fields: str) -> requests.Response:
        return self.browser.post(self.site + path, data=fields, timeout=10)

    def choose(self, page: requests.Response, key: str) -> requests.Response:
        uid = page.url.rsplit("/", 1)[1]
        return self.browser.post(f"{self.fc}/api/v2/interaction/{uid}/identite", data={"identite": key}, timeout=10)


@pytest.fixture
def town() -> Iterator[Town]:
    service, (fc_port, site_port) = FakeService(), free_ports(2)
    fc, site = f"http://127.0.0.1:{fc_port}", f"http://127.0.0.1:{site_port}"
    account = {
        "client_id": "alloc",
        "client_secret": "sa",
        "redirect_uris": [f"{site}/retour/franceconnect"],
        "post_logout_redirect_uris": [f"{site}/deconnexion/retour"],
    }
    record = {"issuer": service.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    registry = {"services": [account], "provider": record}
    config = Config(site, service.issuer, CLIENT_ID, CLIENT_SECRET, f"{fc}/api/v2", "alloc", "sa")
    with ExitStack() as stack:
        stack.enter_context(served(create_franceconnect(build_config(fc, registry, pannes=True)), fc_port))
        stack.enter_context(served(create_app(config), site_port))
        browser = stack.enter_context(requests.Session())
        browser.trust_env = False
        yield Town(site, fc, service, browser)
        service.close()


def test_an_usager_comes_in_by_franceconnect(town: Town) -> None:
    page = town.choose(town.get("/connexion/franceconnect"), "presume-annee")
    assert page.url == f"{town.site}/dossier"
    assert "Diallo" in page.text
    assert "00/00/1962" in page.text
    assert "Qui agit" not in page.text


def test_cancelling_at_franceconnect_is_told_in_one_line(town: Town) -> None:
    page = town.browser.get(town.get("/connexion/franceconnect").url + "/annuler", timeout=10)
    assert page.status_code == 400
    assert "La connexion a été annulée ou refusée." in page.text


@pytest.mark.parametrize("mode", ["wrong_nonce", "wrong_iss", "wrong_aud", "expired", "bad_signature"])
def test_a_wrong_id_token_opens_nothing(town: Town, mode: str) -> None:
    requests.post(f"{town.fc}/_panne", json={"mode": mode, "endpoint": "token"}, timeout=10)
    page = town.choose(town.get("/connexion/franceconnect"), "corse")
    assert "Vous n’êtes pas connecté" in page.text
    assert town.get("/dossier").url == f"{town.site}/"


@pytest.mark.parametrize("mode", ["wrong_sub", "wrong_aud", "expired", "bad_signature", "down_503"])
def test_a_wrong_userinfo_opens_nothing(town: Town, mode: str) -> None:
    requests.post(f"{town.fc}/_panne", json={"mode": mode, "endpoint": "userinfo"}, timeout=10)
    page = town.choose(town.get("/connexion/franceconnect"), "corse")
    assert "Vous n’êtes pas connecté" in page.text


def test_a_lost_state_opens_nothing(town: Town) -> None:
    requests.post(f"{town.fc}/_panne", json={"mode": "wrong_state", "endpoint": "authorize"}, timeout=10)
    page = town.choose(town.get("/connexion/franceconnect"), "corse")
    assert "Vous n’êtes pas connecté" in page.text


def test_an_outage_is_told_in_one_line(town: Town) -> None:
    requests.post(f"{town.fc}/_panne", json={"mode": "down_503", "endpoint": "discovery"}, timeout=10)
    page = town.get("/connexion/franceconnect")
    assert "injoignable" in page.text


def test_logging_out_closes_franceconnect_too(town: Town) -> None:
    town.choose(town.get("/connexion/franceconnect"), "corse")
    page = town.post("/deconnexion")
    assert page.url.startswith(f"{town.site}/deconnexion/retour")
    assert "Vous êtes déconnecté" in page.text
    assert requests.get(f"{town.fc}/_etat", timeout=10).json()["sso_ouvertes"] == 0


def _logout_token(town: Town, **changes: Any) -> str:
    now = int(time.time())
    right: dict[str, Any] = {"iss": town.service.issuer, "aud": CLIENT_ID, "sub": "usager-1", "sid": "connexion-7"}
    right |= {"iat": now, "exp": now + 120, "jti": "un", "events": {EVENT: {}}}
    claims = {name: value for name, value in (right | changes).items() if value is not None}
    return town.service.sign(claims, "ES256")


def test_the_service_ends_a_visit_without_the_browser(town: Town) -> None:
    town.service.behaviour.id_token = changed(sid="connexion-7")
    town.get("/connexion/aidant")
    assert "Delaunay" in town.get("/dossier").text
    answer = requests.post(f"{town.site}/deconnexion/directe", {"logout_token": _logout_token(town)}, timeout=10)
    assert answer.status_code == 204
    assert "Visite terminée" in town.get("/dossier").text
    assert "Visite terminée" in town.post("/dossier/verifier").text
    assert "Delaunay" in town.get("/connexion/aidant").text


@pytest.mark.parametrize(
    "changes",
    [
        {"sid": "une-autre"},
        {"sid": None},
        {"nonce": "n"},
        {"events": {}},
        {"aud": "autre"},
        {"iss": "http://autre"},
        {"exp": 1},
        {"exp": None},
        {"forged": True},
    ],
)
def test_what_is_no_right_logout_token_ends_nothing(town: Town, changes: dict[str, Any]) -> None:
    town.service.behaviour.id_token = changed(sid="connexion-7")
    town.get("/connexion/aidant")
    town.service.behaviour.forged = changes.pop("forged", False)
    token = _logout_token(town, **changes)
    answer = requests.post(f"{town.site}/deconnexion/directe", {"logout_token": token}, timeout=10)
    assert answer.status_code == (204 if changes == {"sid": "une-autre"} else 400)
    assert "Delaunay" in town.get("/dossier").text


def test_the_direct_way_asks_what_the_profile_wants(town: Town) -> None:
    town.get("/connexion/aidant")
    asked = town.service.asked
    assert asked["scope"] == "openid profile email birth mandat"
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()


def test_the_direct_way_shows_who_acts_under_which_mandat(town: Town) -> None:
    page = town.get("/connexion/aidant")
    assert page.url == f"{town.site}/dossier"
    for text in ("Jacqueline Marie Delaunay", "CCAS de Démonstration", "99999910500011", "GAP7-K3XW-9B"):
        assert text in page.text
    assert "demande d&#39;APL" in page.text
    assert "jeton-d-acces" not in page.text


@pytest.mark.parametrize(("stands", "text"), [(True, "tient toujours."), (False, "ne tient plus")])
def test_introspection_says_whether_the_mandat_stands(town: Town, stands: bool, text: str) -> None:
    town.get("/connexion/aidant")
    town.service.mandat_stands = stands
    assert text in town.post("/dossier/verifier").text


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "autre"}, {"iss": "http://ailleurs.example.org"}, {"aud": "autre"}, {"at_hash": "AAAA"}],
)
def test_a_wrong_direct_id_token_opens_nothing(town: Town, claims: dict[str, str]) -> None:
    town.service.behaviour = replace(town.service.behaviour, id_token=changed(**claims))
    assert "Vous n’êtes pas connecté" in town.get("/connexion/aidant").text


def test_another_algorithm_opens_nothing(town: Town) -> None:
    town.service.behaviour = replace(town.service.behaviour, id_token_alg="RS256")
    assert "Vous n’êtes pas connecté" in town.get("/connexion/aidant").text


@pytest.mark.parametrize("response", [{"iss": "http://ailleurs.example.org"}, {"state": "autre"}])
def test_a_wrong_direct_response_opens_nothing(town: Town, response: dict[str, str]) -> None:
    town.service.response = response
    assert "Vous n’êtes pas connecté" in town.get("/connexion/aidant").text


def test_logging_out_after_the_direct_way(town: Town) -> None:
    town.get("/connexion/aidant")
    assert "Vous êtes déconnecté" in town.post("/deconnexion").text
    assert town.get("/dossier").url == f"{town.site}/"


FIELDS = {
    "reference": "GAP7-K3XW-9B",
    "code": "1234 5678 9012 3456",
    "family_name": "Delaunay",
    "birthdate": "1948-03-12",
    "demarche": "logement",
}


@pytest.mark.parametrize(
    ("answer", "text"),
    [("couvre", "Le mandat couvre"), ("revoque", "a pris fin"), ("inconnu", "Rien ne correspond")],
)
def test_verifying_at_the_counter_shows_answer_and_receipt(town: Town, answer: str, text: str) -> None:
    town.service.answer = answer
    page = town.post("/mandats/verifier", **FIELDS)
    assert town.service.verified == FIELDS
    assert text in page.text
    assert "signature exacte" in page.text


def test_a_receipt_signed_by_another_is_not_called_exact(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr("tests.demo_sites.fake_idp.EC", OTHER)
    page = town.get("/mandats/verifier")
    assert "signature" not in page.text
    town.service.behaviour = replace(town.service.behaviour, forged=True, jwks=changed(keys=[]))
    assert "signature non vérifiée" in town.post("/mandats/verifier", **FIELDS).text


def test_an_empty_field_is_told_and_nothing_is_asked(town: Town) -> None:
    page = town.post("/mandats/verifier", **{**FIELDS, "code": ""})
    assert page.status_code == 422
    assert town.service.verified == {}


def test_each_site_has_its_own_cookie(town: Town) -> None:
    town.choose(town.get("/connexion/franceconnect"), "corse")
    names = {cookie.name for cookie in town.browser.cookies}
    assert names == {"fc_simule_session", "allocations_demo_session"}


def test_both_say_that_they_are_ready(town: Town) -> None:
    for origin in (town.site, town.fc):
        assert requests.get(f"{origin}/sante", timeout=10).status_code == 200


def test_a_missing_option_is_named() -> None:
    options = option_parser().parse_args(["--issuer", "http://localhost:8000"])
    with pytest.raises(ConfigError, match="--client-id"):
        config_from(options)
