"""What browsers are told on every page: nothing runs, frames or leaks that is not ours."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from aidants.comptes.address import client_address, client_network
from mandats.registre.models import Mandat
from tests import builders
from tests.architecture import sources
from tests.environment import SETTINGS

STRANGERS = ("/", "/connexion", "/usager", "/nulle-part", "/authorize?client_id=unknown")
SIGNED_IN = ("/accueil", "/mandats", "/mandats/nouveau", "/structures", "/mandats/{mandat}", "/mandats/{mandat}/volet")
INLINE = re.compile(r"<script(?![^>]*\b(?:src|nonce)=)|<style(?![^>]*\bnonce=)|\son[a-z]+=\"|javascript:")

pytestmark = pytest.mark.django_db


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, now=timezone.now())


def _policy(answer: Any) -> dict[str, str]:
    directives = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in directives if name}


def _check(answer: Any, path: str) -> None:
    policy = _policy(answer)
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'", path
    assert policy["form-action"] == "'self'", path
    assert "unsafe" not in answer["Content-Security-Policy"], path
    assert answer["X-Content-Type-Options"] == "nosniff", path
    assert answer["X-Frame-Options"] == "DENY", path
    assert answer["Referrer-Policy"] == "same-origin", path
    assert not INLINE.search(answer.content.decode()), path


@pytest.mark.parametrize("path", STRANGERS)
def test_pages_for_strangers_run_nothing_foreign(path: str) -> None:
    _check(Client().get(path), path)


@pytest.mark.parametrize("path", SIGNED_IN)
def test_pages_behind_the_second_factor_run_nothing_foreign(mandat: Mandat, path: str) -> None:
    answer = builders.signed_in(mandat.aidant).get(path.format(mandat=mandat.id))
    assert answer.status_code == 200, path
    _check(answer, path)


def test_the_session_s_cookie_is_out_of_reach_of_scripts_and_of_other_sites(mandat: Mandat) -> None:
    cookie = builders.signed_in(mandat.aidant).cookies["mandats_session"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"


def test_a_name_is_never_markup(mandat: Mandat) -> None:
    mandat.aidant.given_name = "<img src=x onerror=alert(1)>"
    mandat.aidant.save()
    text = builders.signed_in(mandat.aidant).get(f"/mandats/{mandat.id}").content.decode()
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


@pytest.mark.parametrize(("proxy", "told"), [(None, "192.0.2.1"), (("HTTP_X_FORWARDED_PROTO", "https"), "203.0.113.9")])
def test_an_address_is_believed_from_our_proxy_alone(settings: Any, proxy: object, told: str) -> None:
    settings.SECURE_PROXY_SSL_HEADER = proxy
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="10.0.0.1, 203.0.113.9")
    assert client_address(request) == told


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("2001:db8:1:3::", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_tries_are_counted_by_subscriber_not_by_each_of_their_addresses(address: str, counted: str) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == counted


@pytest.mark.parametrize(
    ("issuer", "secure"), [("https://mandats.example.org", True), ("http://localhost:8000", False)]
)
def test_https_is_asked_for_where_the_service_is_served_over_it(issuer: str, secure: bool) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    script = f"from deploy import settings; print([bool(getattr(settings, name)) for name in {names}])"
    environment = {**os.environ, **SETTINGS, "ISSUER": issuer}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=sources.ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str([secure] * len(names))
