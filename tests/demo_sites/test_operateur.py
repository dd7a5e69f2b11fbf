"""The simulated provider of text messages, our sender in front of it, and what both say of a bad message."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from aidants.envois.gatewayapi import GatewayApiSender, Inbound, Report, told_by
from aidants.envois.models import Envoi
from aidants.envois.outbox import post_sms
from aidants.envois.sending import send_due
from aidants.envois.sms import SmsRefused
from deploy.demo.operateur.app import create_app
from deploy.demo.operateur.reseau import Config, Reseau
from tests.builders import NOW
from tests.demo_sites.served import served
from tests.together import wait_until

SECRET = "the secret of the hook, thirty-two characters"
TELEPHONE = "+33639980001"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """Keep what the provider posts to the hook, in place of the network."""
    made: list[tuple[str, Any]] = []

    def post(url: str, *, headers: dict[str, str], json: Any, **_: Any) -> requests.Response:
        made.append((headers["X-Gwapi-Signature"], json))
        answer = requests.Response()
        answer.status_code = 204
        return answer

    monkeypatch.setattr("deploy.demo.operateur.reseau.post", post)
    yield made
    for thread in threading.enumerate():
        if thread.name == "reports":
            thread.join()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config("token", SECRET, "http://service.example/sms/retour", 36180, str(tmp_path))


@pytest.fixture
def site(config: Config, calls: list[tuple[str, Any]]) -> FlaskClient:
    return create_app(config).test_client()


@pytest.fixture
def provider(config: Config, calls: list[Any], settings: Any) -> Iterator[Reseau]:
    """Serve the provider to our sender."""
    app = create_app(config)
    with served(app, 0) as origin:
        settings.SMS_BACKEND, settings.SMS_API_BASE = "gatewayapi", origin
        settings.SMS_API_TOKEN, settings.SMS_SENDER = "token", "36180"
        yield app.extensions["reseau"]


def wait_for(calls: list[Any], count: int) -> list[Any]:
    wait_until(lambda: len(calls) >= count, seconds=20, otherwise=f"{count} calls were awaited")
    return list(calls)


GOOD: dict[str, Any] = {"sender": "36180", "message": "Bonjour", "recipients": [{"msisdn": 33639980001}]}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"sender": "un nom bien trop long"}, 400),
        ({"message": ""}, 400),
        ({"message": "l’apostrophe"}, 400),
        ({"recipients": []}, 400),
        ({"recipients": [{"msisdn": "+33639980001"}]}, 400),
        ({"recipients": [{"msisdn": 33639980001}, {"msisdn": 33639980001}]}, 400),
        ({"encoding": "LATIN1"}, 400),
        ({"to": "33639980001"}, 422),
    ],
)
def test_a_message_that_the_documentation_refuses_is_refused(
    site: FlaskClient, change: dict[str, Any], status: int
) -> None:
    assert site.post("/rest/mtsms", json=GOOD | change, auth=("token", "")).status_code == status


@pytest.mark.parametrize("auth", [("other", ""), ("token", "word"), None])
def test_only_the_token_sends(site: FlaskClient, auth: tuple[str, str] | None) -> None:
    assert site.post("/rest/mtsms", json=GOOD, auth=auth).status_code == 401
    assert site.post("/rest/mtsms", json=GOOD, auth=("token", "")).status_code == 200


def test_reports_and_answers_are_what_our_reader_takes(site: FlaskClient, calls: list[tuple[str, Any]]) -> None:
    ids = site.post("/rest/mtsms", json=GOOD, auth=("token", "")).get_json()["ids"]
    reports = [told_by(token, SECRET.encode()) for token, _ in wait_for(calls, 3)]
    assert [one.status for one in reports if isinstance(one, Report)] == ["BUFFERED", "ENROUTE", "DELIVERED"]
    assert {one.delivery for one in reports if isinstance(one, Report)} == {f"gatewayapi-{ids[0]}"}
    assert site.post("/reponse", data={"telephone": "33639980001", "texte": "oui"}).status_code == 303
    heard = told_by(wait_for(calls, 4)[3][0], SECRET.encode())
    assert isinstance(heard, Inbound)
    assert (heard.telephone, heard.text) == (TELEPHONE, "oui")
    page = site.get("/").get_data(as_text=True)
    assert "06 39 98 00 01" in page
    assert "Bonjour" in page
    assert site.post("/reponse", data={"telephone": "33600000000", "texte": "oui"}).status_code == 400


def test_our_sender_is_taken_whatever_the_text(provider: Reseau, config: Config, tmp_path: Path) -> None:
    texts = [
        "Mandat GAP7 : l’accord « oui » vaut 10 minutes…",
        "Œuvre à Sète : arrêté, çà et là",
        "{[€]}",
        "تفويض arrêté",
    ]
    ids = [GatewayApiSender().send(TELEPHONE, text) for text in texts]
    assert len(set(ids)) == 4
    assert all(one.startswith("gatewayapi-") for one in ids)
    received = [line.text for line in provider.telephones[33639980001]]
    assert received == [
        'Mandat GAP7 : l\'accord "oui" vaut 10 minutes...',
        "OEuvre à Sète : arreté, cà et là",
        texts[2],
        texts[3],
    ]
    assert {json.loads(file.read_text())["to"] for file in tmp_path.glob("*.json")} == {TELEPHONE}


def test_a_refusal_is_asked_again_later(db: None, provider: Reseau, settings: Any) -> None:
    settings.SMS_API_TOKEN = "another"
    with pytest.raises(SmsRefused, match="401"):
        GatewayApiSender().send(TELEPHONE, "Bonjour")
    row = post_sms(TELEPHONE, "Bonjour", purpose="essai", now=NOW)
    assert send_due(NOW) == 0
    settings.SMS_API_TOKEN = "token"
    assert send_due(Envoi.objects.get().next_try_at or NOW) == 1
    row.refresh_from_db()
    assert row.delivery.startswith("gatewayapi-")


@pytest.mark.parametrize("body", ['{"ids": []}', '{"ids": [1, 2]}', '{"ids": ["1"]}', "{}", "[]", "no JSON"])
def test_an_answer_of_another_shape_is_no_success(body: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    def post(*_: Any, **__: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer._content = 200, body.encode()
        return answer

    monkeypatch.setattr("aidants.envois.gatewayapi.requests.post", post)
    with pytest.raises(SmsRefused):
        GatewayApiSender().send(TELEPHONE, "Bonjour")


def test_a_number_out_of_reach_is_reported(config: Config, calls: list[tuple[str, Any]]) -> None:
    Reseau(config).deliver("Bonjour", 33639980000)
    assert [json["status"] for _, json in wait_for(calls, 3)][-1] == "UNDELIVERABLE"
