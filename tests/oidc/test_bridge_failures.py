"""A failure in the middle of the bridge: the way back to the site is there, and nothing was half given."""

import re
from html import unescape
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from mandats.registre.models import Utilisation
from oidc.provider.models import Connexion
from tests import builders
from tests.oidc import flow


def _broken(*_given: object, **_named: object) -> Any:
    raise RuntimeError("a fault that nobody foresaw")


def _chosen(at: flow.Desk, page: str) -> Any:
    return at.browser.post(page, {"autorisation": str(at.autorisation().id)})


def _way_back(page: Any) -> dict[str, str]:
    """Return what the link back to the site carries."""
    found = re.search(r'id="go-back" href="([^"]+)"', page.content.decode())
    assert found
    return flow.parameters_of(unescape(found[1]))


def _check_page(page: Any, asked: flow.Site, error: str, status: int) -> None:
    assert page.status_code == status
    back = _way_back(page)
    assert (back["error"], back["state"]) == (error, asked.state)
    assert back["error_description"]
    assert "Réessayer" in page.content.decode()
    assert "fault" not in page.content.decode()


@pytest.mark.django_db
def test_a_choice_that_fails_says_so_and_may_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    at, asked = flow.desk(), flow.site("franceconnect")
    page = flow.choice_page(at.browser, asked)
    with monkeypatch.context() as broken:
        broken.setattr("oidc.provider.choices.subjects_of", _broken)
        failed = _chosen(at, page)
    _check_page(failed, asked, "server_error", 500)
    assert not Utilisation.objects.exists()
    assert not Connexion.objects.exists()
    assert _chosen(at, page).status_code == 200
    assert Connexion.objects.count() == 1


def test_a_row_that_somebody_holds_too_long_is_a_site_unavailable_for_now(committed_db: str) -> None:
    with transaction.atomic():
        at, asked = flow.desk(), flow.site("franceconnect")
    page = flow.choice_page(at.browser, asked)
    given = {name: connection.get_connection_params()[name] for name in ("dbname", "user", "host")}
    with psycopg.connect(**given) as other:
        other.execute("SELECT id FROM mandat FOR UPDATE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 100")
        failed = _chosen(at, page)
    _check_page(failed, asked, "temporarily_unavailable", 503)
    assert not Connexion.objects.exists()


@pytest.mark.django_db
def test_a_request_that_cannot_be_kept_goes_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, browser = flow.site(), builders.signed_in(builders.aidant(builders.structure()))
    monkeypatch.setattr("oidc.provider.authorization.open_interaction", _broken)
    answer = flow.authorize(browser, asked)
    told = flow.parameters_of(answer["Location"])
    assert answer["Location"].startswith(asked.redirect_uri)
    assert (told["error"], told["state"]) == ("server_error", asked.state)


@pytest.mark.django_db
def test_nobody_is_sent_to_an_address_that_was_not_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, browser = flow.site(), builders.signed_in(builders.aidant(builders.structure()))
    browser.raise_request_exception = False
    monkeypatch.setattr("oidc.provider.views.read_request", _broken)
    answer = flow.authorize(browser, asked, redirect_uri="https://ailleurs.example/")
    assert answer.status_code == 500
    assert "Location" not in answer
