"""What servers call is answered by its own chain: what every answer owes, and nothing of a browser's session."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from deploy.servers import ServersFirst
from tests import builders

pytestmark = pytest.mark.django_db


def test_each_of_them_is_public_and_reads_no_cookie_of_ours(settings: Any) -> None:
    assert settings.SERVER_ROUTES <= settings.PUBLIC_ROUTES
    for name in settings.SERVER_ROUTES:
        assert getattr(resolve(reverse(name)).func, "csrf_exempt", False), name


@pytest.mark.parametrize("name", ["aidants:home", "aidants:account"])
def test_a_page_is_no_such_route(settings: Any, name: str) -> None:
    settings.SERVER_ROUTES = {name}
    with pytest.raises(ImproperlyConfigured, match=name):
        ServersFirst(lambda _: HttpResponse())


def test_whoever_is_signed_in_there_is_nobody(settings: Any, query_count: Any) -> None:
    place = builders.structure()
    browser = builders.signed_in(builders.aidant(place))
    with query_count(0):  # neither the session nor the person is read
        answer = browser.get("/.well-known/openid-configuration")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_every_answer_owes_its_headers_errors_too() -> None:
    for answer in (Client().get("/token"), Client().get("/jwks"), Client().get("/userinfo"), Client().post("/par")):
        told = answer.headers
        assert told["X-Content-Type-Options"] == "nosniff"
        assert told["X-Frame-Options"] == "DENY"
        assert told["Referrer-Policy"] == "same-origin"
        assert told["Cross-Origin-Opener-Policy"] == "same-origin"
        assert int(told["Content-Length"]) == len(answer.content)
        policy = told["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "nonce" not in policy


def test_a_host_that_is_not_ours_is_refused_there_too() -> None:
    answer = Client(headers={"Host": "ailleurs.example"}).get("/.well-known/openid-configuration")
    assert answer.status_code == 400
    assert "Demande illisible" in answer.content.decode()


def test_https_is_asked_for_there_too(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    asked = Client().get("/.well-known/openid-configuration")
    assert (asked.status_code, asked["Location"]) == (301, "https://testserver/.well-known/openid-configuration")
    assert Client().get("/jwks", secure=True)["Strict-Transport-Security"].startswith("max-age=60")
    assert Client().get("/sante").status_code == 200
