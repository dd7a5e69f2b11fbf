"""The page of the QR code reads the statement in Chromium, by itself, and is never green."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, sync_playwright

from mandats.attestation.acte import verify_acte
from mandats.attestation.keys import active_key, published_keys
from mandats.attestation.statement import sign_statement
from tests import builders, machine

pytestmark = pytest.mark.browser


@pytest.fixture
def address(live_service: str) -> str:
    """Return what the QR of a fresh mandat holds."""
    now = timezone.now()
    place = builders.structure()
    mandat = builders.mandat(builders.aidant(place), place, now=now, demarches=("logement", "famille"))
    key = active_key("acte", "ES256", now)
    return sign_statement(verify_acte(mandat.acte, published_keys(now)), key.ec, key.kid)


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=machine.browser(), args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 360, "height": 740}, locale="fr-FR")
        browser.close()


def read(page: Page, address: str) -> str:
    """Open ``address`` as a telephone that scanned it would; return what the page tells."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("#statement[data-told]")
    assert not Axe().run(page).response["violations"]
    assert not page.locator(".fr-alert--success").count()
    return page.locator("#statement").inner_text()


def test_a_right_statement_is_exact_and_not_green(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    told = read(page, address)
    assert "Signature exacte, révocation non vérifiée." in told
    assert "Famille - Scolarité ; Logement" in told
    assert "initiales AD, année de naissance 1962" in told
    secret = address.partition("#")[2]
    assert not [url for url in asked if secret in url.partition("#")[0]]
    assert page.input_value("#id_reference").count("-") == 2


def test_a_changed_or_foreign_statement_is_false(page: Page, address: str) -> None:
    place, _, statement = address.partition("#")
    head, payload, signature = statement.split(".")
    other = "A" if signature[0] != "A" else "B"
    assert "Signature fausse" in read(page, f"{place}#{head}.{payload}.{other}{signature[1:]}")
    changed = payload[:40] + ("A" if payload[40] != "A" else "B") + payload[41:]
    assert "fiez pas" in read(page, f"{place}#{head}.{changed}.{signature}")
    assert "pas celui d’un mandat" in read(page, f"{place}#a.b.c")


def test_an_ended_statement_says_so(page: Page, address: str) -> None:
    page.clock.set_fixed_time("2031-01-01T00:00:00Z")
    assert "arrivé à son terme" in read(page, address)


def test_without_a_statement_or_a_script_the_form_stays(page: Page, address: str) -> None:
    page.goto(address.partition("#")[0])
    assert "n’a pas été lu" in page.locator("#statement").inner_text()
    assert page.locator("form[action='/verifier'] button").is_visible()
