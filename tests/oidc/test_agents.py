"""An administration's agent at the counter, known by the simulated ProConnect: « authentifiée » on receipt and page."""

import base64
import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.test import Client as Browser
from django.test import override_settings
from django.utils import timezone

from aidants.journal.models import Entree
from deploy.demo.proconnect.app import SIRET
from mandats.domain.codes import new_code
from mandats.registre.models import Mandat, Verification
from mandats.registre.services.volet import CodesVolet, renew_codes
from oidc.provider.clients import CHANGEABLE, NewClient, UnfitClient, change_client, create_client, suspend_client
from oidc.provider.models import Client
from tests import builders
from tests.mandats.receipts import receipt_in
from tests.oidc import flow
from tests.oidc.proconnect_desk import ISSUER, agrees, proconnect, text

pytestmark = pytest.mark.django_db
__all__ = ("proconnect",)  # the fixture that serves a ProConnect to each test
AGENT = "jean.petit@caf.example"


def site(name: str = "CAF de Paris", **fields: Any) -> Client:
    given: dict[str, Any] = {"agent_sirets": [SIRET], "agent_domains": ["caf.example"]} | fields
    new = NewClient(name, "administration", ["https://caf.example/retour"], **given)
    return create_client(new, timezone.now())[0]


@pytest.fixture
def caf() -> Client:
    return site()


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, now=timezone.now())


@pytest.fixture
def typed(mandat: Mandat) -> dict[str, str]:
    codes = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(codes, CodesVolet)
    return {
        "reference": mandat.reference,
        "code": codes.verification,
        "family_name": "dubois",
        "day": "24",
        "month": "08",
        "year": "1962",
        "demarche": "logement",
    }


def leaves(browser: Browser) -> str:
    """Start, and return the address that the page leaves to."""
    page = text(browser.post("/verifier/agent/proconnect"))
    found = re.search(r'content="0; url=([^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


def came(email: str = AGENT) -> tuple[Browser, Any]:
    browser = Browser()
    return browser, browser.get(agrees(leaves(browser), email))


def payload(compact: str) -> dict[str, Any]:
    body = compact.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def test_the_form_offers_proconnect_where_there_is_one() -> None:
    assert "S’identifier avec ProConnect" in text(Browser().get("/verifier"))
    with override_settings(PROCONNECT_CLIENT_ID=""):
        assert "ProConnect" not in text(Browser().get("/verifier"))
        assert Browser().post("/verifier/agent/proconnect").status_code == 404


@pytest.mark.reaches("POST oidc:agent_start")
def test_page_receipt_and_usager_s_page_say_authenticated(caf: Client, mandat: Mandat, typed: dict[str, str]) -> None:
    browser, back = came()
    assert back["Location"] == "/verifier/agent"
    form = text(browser.get("/verifier/agent"))
    assert "CAF de Paris" in form
    assert 'name="organisation"' not in form
    answer = browser.post("/verifier/agent", typed | {"organisation": "Un autre nom"})
    page = text(answer)
    assert 'data-answer="couvre"' in page
    assert "CAF de Paris (authentifiée)" in page
    assert "Un autre nom" not in page
    receipt = payload(receipt_in(page))
    assert (receipt["organisation"], receipt["authenticated"], receipt["way"]) == ("CAF de Paris", True, "page")
    row = Verification.objects.get()
    assert (row.organisation, row.authenticated, row.client_id, row.way) == ("CAF de Paris", True, caf.id, "page")
    entry = Entree.objects.get(event="verification:answer")
    assert (entry.acteur_id, entry.subject_id) == (caf.id, mandat.id)
    record = text(builders.signed_in(mandat.aidant).get(f"/mandats/{mandat.id}"))
    assert "CAF de Paris</strong>" not in record or "(organisme vérifié)" in record


def test_the_decision_is_told_from_the_same_counter_alone(caf: Client, typed: dict[str, str]) -> None:
    browser, _ = came()
    receipt = receipt_in(text(browser.post("/verifier/agent", typed)))
    told = {"receipt": receipt, "suite": "refusee", "motif": "presence"}
    assert Browser().post("/verifier/suite", told).status_code == 404, "a receipt alone is not the agent"
    assert browser.post("/verifier/agent/suite", told).status_code == 200
    assert Verification.objects.get().suite_motif == "presence"
    assert Entree.objects.get(event="verification:suite").acteur_id == caf.id


@pytest.mark.parametrize(
    "who", ["jean.petit@ailleurs.example", "jean.petit@sous.caf.example", "jean.petit@caf.example.evil.example"]
)
def test_another_domain_is_nobody_s_agent_and_is_signed_out_there(caf: Client, who: str) -> None:
    browser, back = came(who)
    assert "/session/end?" in back["Location"]
    ended = requests.get(back["Location"], allow_redirects=False, timeout=5).headers["Location"]
    assert browser.get(ended.removeprefix(ISSUER))["Location"] == "/verifier"
    assert "n’est pas relié" in text(browser.get("/verifier"))
    assert browser.get("/verifier/agent")["Location"] == "/verifier"


@pytest.mark.parametrize("fields", [{"agent_sirets": ["99999910500011"]}, {"agent_sirets": [], "agent_domains": []}])
def test_another_siret_is_nobody_s_agent(fields: dict[str, Any]) -> None:
    site(**fields)
    _, back = came()
    assert "/session/end?" in back["Location"]


def test_without_domains_every_agent_of_the_siret_is_one() -> None:
    site(agent_domains=[])
    assert came("quelqu.un@partout.example")[1]["Location"] == "/verifier/agent"


@pytest.mark.parametrize("how", ["suspended", "no longer named", "four hours later"])
def test_the_counter_closes_at_the_next_page(caf: Client, typed: dict[str, str], how: str) -> None:
    browser, _ = came()
    now = timezone.now()
    if how == "suspended":
        suspend_client(caf.client_id, now)
    elif how == "no longer named":
        given = {name: getattr(caf, name) for name in CHANGEABLE} | {"agent_sirets": [], "agent_domains": []}
        change_client(caf.client_id, given, builders.Acteur(builders.Kind.SYSTEME), now)
    else:
        session = browser.session
        session["agent"] = {**session["agent"], "until": int(now.timestamp())}
        session.save()
    for answer in (browser.get("/verifier/agent"), browser.post("/verifier/agent", typed)):
        assert answer["Location"] == "/verifier"
    assert not Verification.objects.exists()


@pytest.mark.writes("agent:enter", "agent:leave")
def test_who_leaves_closes_both_sessions(caf: Client) -> None:
    browser, _ = came()
    page = text(browser.post("/verifier/agent/fin"))
    found = re.search(r'content="0; url=([^"]+)"', page)
    assert found
    ended = requests.get(html.unescape(found[1]), allow_redirects=False, timeout=5).headers["Location"]
    assert browser.get(ended.removeprefix(ISSUER))["Location"] == "/verifier"
    assert browser.get("/verifier/agent")["Location"] == "/verifier"
    events = Entree.objects.filter(event__startswith="agent:").order_by("id").values_list("event", "acteur_id")
    assert list(events) == [("agent:enter", caf.id), ("agent:leave", caf.id)]
    assert browser.post("/verifier/agent/fin")["Location"] == "/verifier", "nobody is left to leave"


def test_the_agent_s_session_opens_nothing_else_and_is_a_new_one(caf: Client) -> None:
    planted = Browser()
    address = leaves(planted)
    attacker = flow.with_cookies_of(planted)
    assert planted.get(agrees(address, AGENT))["Location"] == "/verifier/agent"
    assert attacker.get("/verifier/agent")["Location"] == "/verifier"
    for path in ("/accueil", "/mandats", "/registre/sites", "/pilotage/refus"):
        assert planted.get(path)["Location"].startswith("/connexion")


def test_a_return_serves_once_and_who_cancels_is_told_on_the_form(caf: Client) -> None:
    browser = Browser()
    back = agrees(leaves(browser), AGENT)
    assert Browser().get(back)["Location"] == "/connexion"
    assert browser.get(back)["Location"] == "/verifier/agent"
    assert browser.get(back)["Location"] == "/connexion"
    other = Browser()
    assert other.get(agrees(leaves(other), AGENT, cancel="1"))["Location"] == "/verifier"
    assert "pas allée jusqu’au bout" in text(other.get("/verifier"))


@pytest.mark.usefixtures("one_minute")
def test_limits_and_slips_are_those_of_the_form(caf: Client, typed: dict[str, str]) -> None:
    browser, _ = came()
    assert browser.post("/verifier/agent", typed | {"year": ""}).status_code == 422
    for _ in range(10):
        browser.post("/verifier/agent", typed | {"code": new_code()})
    answer = browser.post("/verifier/agent", typed)
    assert (answer.status_code, int(answer["Retry-After"]) >= 600) == (429, True)
    assert 'action="/verifier/agent"' in text(answer)


@pytest.mark.parametrize(
    "fields",
    [
        {"agent_sirets": ["123"]},
        {"agent_sirets": ["13002526500014"]},
        {"agent_domains": ["@caf.example"]},
        {"agent_domains": ["CAF.example"]},
        {"agent_domains": ["caf"]},
        {"agent_sirets": [], "agent_domains": ["caf.example"]},
    ],
)
def test_a_record_names_real_organisations(fields: dict[str, Any]) -> None:
    with pytest.raises(UnfitClient):
        site(**fields)


def test_two_services_of_one_organisation_each_have_their_agents(caf: Client, typed: dict[str, str]) -> None:
    other = site("CAF de Paris, logement")
    browser, back = came()
    assert back["Location"] == "/verifier/agent/service"
    page = text(browser.get("/verifier/agent/service"))
    assert page.index(">CAF de Paris<") < page.index(">CAF de Paris, logement<")
    assert browser.get("/verifier/agent")["Location"] == "/verifier", "nobody verifies before they said for whom"
    assert browser.post("/verifier/agent/service", {"service": "another"}).status_code == 422
    assert browser.post("/verifier/agent/service", {"service": other.client_id})["Location"] == "/verifier/agent"
    assert "CAF de Paris, logement (authentifiée)" in text(browser.post("/verifier/agent", typed))
    assert Verification.objects.get().client_id == other.id
    assert Entree.objects.get(event="agent:enter").acteur_id == other.id
    assert browser.get("/verifier/agent/service")["Location"] == "/verifier", "chosen once"


def test_domains_tell_two_services_of_one_organisation_apart(caf: Client) -> None:
    site("CAF de Paris, logement", agent_domains=["logement.caf.example"])
    assert came()[1]["Location"] == "/verifier/agent"
    assert came("jean.petit@logement.caf.example")[1]["Location"] == "/verifier/agent"


@pytest.mark.parametrize("how", ["another's", "closed", "late", "leaves"])
def test_a_service_is_chosen_among_one_s_own_while_it_is_open(caf: Client, how: str) -> None:
    other = site("CAF de Paris, logement")
    foreign = site("Mairie", agent_sirets=["99999910500011"], agent_domains=[])
    browser, _ = came()
    session = browser.session
    if how == "closed":
        suspend_client(other.client_id, timezone.now())
    elif how == "late":
        session["agent_choosing"] = {**session["agent_choosing"], "until": int(timezone.now().timestamp())}
        session.save()
    elif how == "leaves":
        assert "/session/end?" in text(browser.post("/verifier/agent/fin"))
    asked = foreign if how == "another's" else other
    answer = browser.post("/verifier/agent/service", {"service": asked.client_id})
    assert (answer.status_code, answer.get("Location")) in ((422, None), (302, "/verifier"))
    assert browser.get("/verifier/agent")["Location"] == "/verifier"


def test_query_counts(caf: Client, typed: dict[str, str], query_count: Callable[[int], Any]) -> None:
    browser, _ = came()
    browser.get("/verifier/agent")
    with query_count(2):
        browser.get("/verifier/agent")
    with query_count(16):  # session and client; the rest as for anybody
        browser.post("/verifier/agent", typed)
