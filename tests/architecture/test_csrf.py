"""Every form is refused without its token; only what no browser posts with our cookie's rights is excepted."""

import pytest
from django.test import Client
from django.urls import resolve

from tests import builders
from tests.architecture.all_routes import routes

# Callers prove who they are by credentials or a token of their own, never by our cookie.
EXCEPTED = {
    "oidc:authorize",
    "oidc:token",
    "oidc:userinfo",
    "oidc:introspect",
    "oidc:revoke",
    "oidc:push",
    "oidc:end_session",
    "mandats:sms_callback",
    # Nothing is posted there at all.
    "sante",
    "oidc:jwks",
    "oidc:discovery",
    "oidc:server_metadata",
}

pytestmark = pytest.mark.django_db


def _is_excepted(path: str) -> bool:
    return bool(getattr(resolve(path).func, "csrf_exempt", False))


def test_nothing_else_is_excepted() -> None:
    found = {name for name, path in routes() if _is_excepted(path) and not path.startswith("/api/")}
    assert found == EXCEPTED


def test_a_form_without_its_token_is_refused_everywhere() -> None:
    place = builders.structure()
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = builders.signed_in(builders.aidant(place)).cookies
    asked = [(name, path) for name, path in routes() if not _is_excepted(path)]
    assert len(asked) > 30
    for name, path in asked:
        answer = browser.post(path)
        assert answer.status_code == 403, name
        assert "Formulaire expiré" in answer.content.decode(), name
