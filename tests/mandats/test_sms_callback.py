"""The provider's web hook: signed or refused, told twice or out of order or late, each thing happens once."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from hashlib import sha256
from hmac import new as hmac_new
from threading import Barrier, Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey

from aidants.envois.models import Envoi, MessageRecu
from aidants.envois.outbox import post_sms
from aidants.journal.models import Entree
from mandats.consentement import reponses
from mandats.consentement.entrants import Reponse
from tests.builders import NOW

SECRET = settings.SMS_WEBHOOK_SECRET
REPORT = {"id": 1000001, "msisdn": 33639980001, "time": 1795340000, "status": "DELIVERED", "userref": None}
ANSWER = {"id": 77, "msisdn": 33639980001, "receiver": 36180, "message": "Oui !", "senttime": int(time.time())}
QueryCount = Callable[[int], AbstractContextManager[Any]]


def signed(claims: dict[str, Any], secret: str = SECRET, alg: str = "HS256") -> str:
    """Return the header as the provider makes it, by a library that is not ours."""
    return jwt.encode({"alg": alg, "typ": "JWT"}, claims, OctKey.import_key(secret), algorithms=[alg])


def call(token: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"X-Gwapi-Signature": token} if token else {}
    return Client().post("/sms/retour", json.dumps(body or {}), content_type="application/json", headers=headers)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Reponse]:
    """Register a taker of everything that says « oui »."""
    heard: list[Reponse] = []

    def take(reponse: Reponse, now: datetime) -> bool:
        heard.append(reponse)
        return reponse.words == "oui"

    monkeypatch.setattr(reponses, "TAKERS", (("essai", take),))
    return heard


def sent(delivery: str = "gatewayapi-1000001") -> Envoi:
    row = post_sms("+33639980001", "Bonjour.", purpose="essai", now=NOW)
    Envoi.objects.filter(pk=row.pk).update(delivery=delivery, sent_at=NOW, sealed=None, next_try_at=None)
    return row


def report_of(row: Envoi) -> str:
    row.refresh_from_db()
    return row.report


@pytest.mark.reaches("POST mandats:sms_callback")
def test_a_report_is_noted_on_its_message(db: None, query_count: QueryCount) -> None:
    row = sent()
    token = signed(REPORT)
    with query_count(1):
        assert call(token).status_code == 204
    assert report_of(row) == "delivre"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (["BUFFERED", "ENROUTE", "DELIVERED"], "delivre"),
        (["DELIVERED", "ENROUTE"], "delivre"),
        (["UNDELIVERABLE", "BUFFERED"], "non_delivre"),
        (["DELIVERED", "EXPIRED"], "delivre"),
        (["ENROUTE", "ENROUTE"], "en_route"),
        (["SKIPPED"], "non_delivre"),
        (["NOUVEAU"], ""),
    ],
)
def test_reports_out_of_order_end_on_the_same_word(db: None, told: list[str], kept: str) -> None:
    row = sent()
    for status in told:
        assert call(signed(REPORT | {"status": status})).status_code == 204
    assert report_of(row) == kept


def test_a_report_on_nothing_of_ours_is_taken_and_forgotten(db: None) -> None:
    row = sent("gatewayapi-5")
    assert call(signed(REPORT)).status_code == 204
    assert report_of(row) == ""


def test_a_report_on_what_is_only_just_leaving_comes_again(db: None) -> None:
    row = sent("")
    report = signed(REPORT | {"time": int(time.time())})
    assert call(report).status_code == 503
    Envoi.objects.filter(pk=row.pk).update(delivery="gatewayapi-1000001")
    assert call(report).status_code == 204
    assert report_of(row) == "delivre"
    assert call(report).status_code == 204, "told again, it says nothing new"


@pytest.mark.parametrize(
    ("days", "acts"),
    [(88, True), *(pytest.param(days, False, marks=pytest.mark.writes("sms:refuse")) for days in (90, 400))],
)
def test_a_message_whose_identifier_may_be_forgotten_acts_no_more(
    db: None, taken: list[Reponse], days: int, acts: bool
) -> None:
    captured = signed(ANSWER | {"senttime": int(time.time()) - days * 86400})
    assert call(captured).status_code == 204
    assert len(taken) == MessageRecu.objects.count() == int(acts)


def test_an_answer_reaches_who_takes_it_once(db: None, taken: list[Reponse]) -> None:
    assert call(signed(ANSWER)).status_code == 204
    assert call(signed(ANSWER)).status_code == 204
    assert [(one.telephone, one.words) for one in taken] == [("+33639980001", "oui")]
    assert MessageRecu.objects.get().taken_as == "essai"
    assert call(signed(ANSWER | {"id": 78, "message": "Bonjour ?"})).status_code == 204
    assert list(MessageRecu.objects.filter(taken_as="").values_list("message_id", flat=True)) == ["gatewayapi-78"]
    assert "639980001" not in repr(taken[0])


def test_the_body_is_never_believed(db: None, taken: list[Reponse]) -> None:
    assert call(signed(ANSWER | {"message": "non"}), ANSWER).status_code == 204
    assert [one.text for one in taken] == ["non"]


def test_the_keyword_of_a_shared_number_is_left_out(db: None, taken: list[Reponse], settings: Any) -> None:
    settings.SMS_KEYWORD = "mandat"
    call(signed(ANSWER | {"message": "Mandat  oui"}))
    assert [one.text for one in taken] == ["oui"]


def _none(claims: dict[str, Any]) -> str:
    head, body = (urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({"alg": "none"}, claims))
    return f"{head}.{body}."


def _lying(claims: dict[str, Any]) -> str:
    """Return a token signed with our secret whose header names another algorithm."""
    head, body = (urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({"alg": "none"}, claims))
    mac = hmac_new(SECRET.encode(), f"{head}.{body}".encode(), sha256).digest()
    return f"{head}.{body}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


def _nested(secret: str) -> str:
    """Return a token that the provider signed, whose payload no reader follows to its end."""
    head, body = (urlsafe_b64encode(one).decode().rstrip("=") for one in (b'{"alg": "HS256"}', b"[" * 6000))
    mac = hmac_new(secret.encode(), f"{head}.{body}".encode(), sha256).digest()
    return f"{head}.{body}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "é.é.é",
        "x" * 9000,
        signed(ANSWER, "another secret of thirty-two characters or more"),
        signed(ANSWER, alg="HS512"),
        f"{urlsafe_b64encode(b'[' * 6000).decode().rstrip('=')}.e30.e30",
        _nested(SECRET),
        _none(ANSWER),
        _lying(ANSWER),
        signed(ANSWER)[:-2],
        signed({"id": "abc", "msisdn": 1, "message": "oui", "senttime": 1}),
        signed({"id": 1, "message": "oui", "senttime": 1}),
        signed({"id": 1, "status": "DELIVERED", "time": 10**30}),
    ],
)
def test_what_the_provider_did_not_sign_is_refused_and_counted(
    db: None, taken: list[Reponse], token: str, one_minute: None
) -> None:
    row = sent()
    assert call(token.encode("ascii", "ignore").decode(), ANSWER).status_code == 401
    assert taken == []
    assert report_of(row) == ""
    assert not MessageRecu.objects.exists()
    assert Entree.objects.filter(event="sms:refuse").count() == 1
    call("", ANSWER)
    assert Entree.objects.filter(event="sms:refuse").count() == 1


@pytest.mark.writes("sms:refuse")
def test_without_a_secret_nothing_is_taken(db: None, settings: Any) -> None:
    settings.SMS_WEBHOOK_SECRET = ""
    empty = _none(ANSWER).rstrip(".").rsplit(".", 1)
    mac = hmac_new(b"", ".".join(empty).encode(), sha256).digest()
    assert call(f"{'.'.join(empty)}.{urlsafe_b64encode(mac).decode().rstrip('=')}").status_code == 401


def test_two_calls_at_once_act_once(committed_db: str, taken: list[Reponse]) -> None:
    start = Barrier(4)

    def deliver() -> None:
        start.wait()
        try:
            assert call(signed(ANSWER)).status_code == 204
        finally:
            connections.close_all()

    callers = [Thread(target=deliver) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(taken) == 1


@pytest.mark.parametrize(
    ("typed", "words"), [("Oui !", "oui"), ("  OUI,  d’accord. ", "oui d accord"), ("Arrêté", "arrete"), ("…", "")]
)
def test_words_fold_capitals_accents_and_punctuation(typed: str, words: str) -> None:
    assert Reponse("1", "+33639980001", typed).words == words
