"""Signing in and out over HTTP: three right answers or one generic refusal, throttled and journaled."""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import get_hasher
from django.http import HttpResponse
from django.test import Client

from aidants.comptes.facteurs.models import Generateur
from aidants.comptes.models import Compte
from aidants.journal.models import Entree, RefusCompte
from tests import builders
from tests.builders import PASSWORD

QueryCount = Callable[[int], AbstractContextManager[Any]]
WRONG = "000000"


@pytest.fixture
def who(db: None) -> Compte:
    return builders.aidant(builders.structure(), email="camille@example.org")


def attempt(client: Client, email: str, password: str, code: str, **more: str) -> Any:
    return client.post("/connexion", {"email": email, "password": password, "code": code, **more})


def without_tokens(page: HttpResponse) -> str:
    """Return the page without what differs at each answer: CSRF token and nonce, and what was typed."""
    text = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", page.content.decode())
    return re.sub(r'value="[^"]*"', "", text)


def test_sign_in_opens_a_verified_session_under_a_new_key(who: Compte) -> None:
    client = Client()
    client.get("/connexion")
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    answer = attempt(client, " Camille@Example.org ", PASSWORD, builders.totp_code(who))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session.session_key != before
    assert client.session[SESSION_KEY] == str(who.id)
    assert client.get("/accueil").status_code == 200
    assert set(Entree.objects.values_list("event", flat=True)) == {"compte:second_factor", "compte:sign_in"}


def test_every_wrong_answer_gets_the_same_page(who: Compte) -> None:
    code = builders.totp_code(who)
    pages = [
        attempt(Client(REMOTE_ADDR="192.0.2.1"), who.email, "wrong", code),
        attempt(Client(REMOTE_ADDR="192.0.2.2"), "nobody@example.org", PASSWORD, code),
        attempt(Client(REMOTE_ADDR="192.0.2.3"), who.email, PASSWORD, WRONG),
    ]
    assert {page.status_code for page in pages} == {403}
    assert len({without_tokens(page) for page in pages}) == 1
    assert not any(SESSION_KEY in page.wsgi_request.session for page in pages)


def test_a_refused_code_does_not_come_back_in_its_field(who: Compte) -> None:
    page = attempt(Client(), who.email, PASSWORD, "135790").content.decode()
    assert "135790" not in page
    assert who.email in page


def test_an_inactive_account_is_refused_like_an_unknown_one(who: Compte) -> None:
    Compte.objects.filter(pk=who.pk).update(is_active=False)
    refused = attempt(Client(), who.email, PASSWORD, builders.totp_code(who))
    unknown = attempt(Client(REMOTE_ADDR="192.0.2.9"), "nobody@example.org", PASSWORD, WRONG)
    assert without_tokens(refused) == without_tokens(unknown)


def test_the_hasher_runs_once_whether_the_account_exists_or_not(who: Compte, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []
    hasher = type(get_hasher())
    for name in ("encode", "verify"):
        original = getattr(hasher, name)

        def counted(*args: Any, _original: Any = original, _name: str = name) -> Any:
            runs.append(_name)
            return _original(*args)

        monkeypatch.setattr(hasher, name, counted)
    attempt(Client(), "nobody@example.org", PASSWORD, WRONG)
    attempt(Client(), who.email, "wrong", WRONG)
    assert runs == ["encode", "verify"]


def test_a_code_serves_once(who: Compte) -> None:
    code = builders.totp_code(who)
    assert attempt(Client(), who.email, PASSWORD, code).status_code == 302
    assert attempt(Client(), who.email, PASSWORD, code).status_code == 403


def test_eight_failures_slow_the_address_down_even_with_the_right_answers(who: Compte) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    statuses = [attempt(client, who.email, "wrong", WRONG).status_code for _ in range(8)]
    assert statuses == [403] * 7 + [429]
    throttled = attempt(client, who.email, PASSWORD, builders.totp_code(who))
    assert throttled.status_code == 429
    assert "Patientez quelques minutes" in throttled.content.decode()
    other = attempt(Client(REMOTE_ADDR="192.0.2.8"), who.email, PASSWORD, builders.totp_code(who))
    assert other.status_code == 302


def test_wrong_codes_with_the_right_password_are_counted_too(who: Compte) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    statuses = {attempt(client, who.email, PASSWORD, WRONG).status_code for _ in range(9)}
    assert statuses == {403, 429}


def test_refusals_are_counted_and_the_first_of_a_minute_is_journaled(who: Compte) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    for number in range(5):
        attempt(client, f"nobody{number}@example.org", PASSWORD, WRONG)
    counted = list(RefusCompte.objects.values_list("count", flat=True))
    assert sum(counted) == 5
    refusals = Entree.objects.filter(event="compte:sign_in_refused")
    assert refusals.count() == len(counted)
    assert not any(b"192.0.2" in bytes(entry.body) or b"nobody" in bytes(entry.body) for entry in refusals)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "ftp://x",
    ],
)
def test_next_never_leaves_the_site(who: Compte, elsewhere: str) -> None:
    answer = attempt(Client(), who.email, PASSWORD, builders.totp_code(who), next=elsewhere)
    assert answer["Location"] == "/"


@pytest.mark.writes("compte:second_factor", "compte:sign_in")
def test_next_comes_back_to_where_the_person_was_going(who: Compte) -> None:
    client = Client()
    sent = client.get("/mandats?q=dubois")
    assert sent["Location"] == "/connexion?next=" + quote("/mandats?q=dubois", safe="")
    assert "/mandats?q=dubois" in client.get(sent["Location"]).content.decode()
    answer = attempt(client, who.email, PASSWORD, builders.totp_code(who), next="/mandats?q=dubois")
    assert answer["Location"] == "/mandats?q=dubois"


def test_a_missing_field_keeps_the_address_and_never_sends_the_password_back(who: Compte) -> None:
    page = attempt(Client(), who.email, PASSWORD, "").content.decode()
    assert who.email in page
    assert PASSWORD not in page
    assert "Saisissez le code" in page


def idle(client: Client) -> None:
    session = client.session
    session["last_act_at"] = int(time.time()) - 15 * 60 - 5
    session.save()


def test_the_code_is_asked_again_after_fifteen_idle_minutes(who: Compte) -> None:
    client = builders.signed_in(who)
    idle(client)
    sent = client.get("/mandats?q=a")
    assert sent["Location"] == "/connexion/code?next=%2Fmandats%3Fq%3Da"
    assert client.post("/connexion/code", {"code": WRONG, "next": "/mandats"}).status_code == 403
    before = client.session.session_key
    answer = client.post("/connexion/code", {"code": builders.totp_code(who), "next": "/mandats?q=a"})
    assert answer["Location"] == "/mandats?q=a"
    assert client.session.session_key != before
    assert client.get("/mandats").status_code == 200


def test_a_session_of_the_release_before_is_still_this_account_s(who: Compte) -> None:
    client = builders.signed_in(who)
    session = client.session
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()
    assert client.get("/accueil").status_code == 200
    who.is_active = False
    who.save()
    assert client.get("/accueil")["Location"].startswith("/connexion")


def test_an_idle_post_comes_back_to_the_page_it_was_sent_from(who: Compte) -> None:
    client = builders.signed_in(who)
    idle(client)
    sent = client.post("/mandats/nouveau", {}, headers={"Referer": "http://testserver/mandats/nouveau"})
    assert sent["Location"] == "/connexion/code?next=%2Fmandats%2Fnouveau"
    stranger = client.post("/mandats/nouveau", {}, headers={"Referer": "http://evil.example/x"})
    assert stranger["Location"] == "/connexion/code"


@pytest.mark.writes("compte:sign_out")
def test_sign_out_is_a_post_that_closes_the_session(who: Compte) -> None:
    client = builders.signed_in(who)
    assert client.get("/deconnexion").status_code == 405
    assert client.post("/deconnexion")["Location"] == "/"
    assert SESSION_KEY not in client.session
    assert client.get("/accueil")["Location"].startswith("/connexion")
    assert Entree.objects.filter(event="compte:sign_out", subject_id=who.id).count() == 1


def test_who_lost_the_second_factor_is_asked_to_sign_in_without_a_loop(who: Compte) -> None:
    client = builders.signed_in(who)
    Generateur.objects.all().delete()
    assert client.get("/accueil")["Location"].startswith("/connexion")
    assert client.get("/connexion").status_code == 200
    assert client.get("/").status_code == 200


def test_forms_are_refused_without_their_token(who: Compte) -> None:
    strict = Client(enforce_csrf_checks=True)
    refused = attempt(strict, who.email, PASSWORD, builders.totp_code(who))
    assert refused.status_code == 403
    assert "Formulaire expiré" in refused.content.decode()


def test_the_front_door_has_three_ways_in(db: None, query_count: QueryCount) -> None:
    with query_count(0):
        page = Client().get("/").content.decode()
    assert re.findall(r'id="(door-[a-z]+)"', page) == ["door-conseiller", "door-usager", "door-agent"]


def test_sign_in_page_costs_no_query_and_is_kept_nowhere(db: None, query_count: QueryCount) -> None:
    with query_count(0):
        page = Client().get("/connexion")
    assert "no-store" in page["Cache-Control"]
    assert 'autocomplete="one-time-code"' in page.content.decode()
    assert 'autocomplete="current-password"' in page.content.decode()
