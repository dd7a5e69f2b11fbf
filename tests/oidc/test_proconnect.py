"""Agents who come by ProConnect, against the simulated one: in place of a password, never of the second factor."""

import html
import re
from typing import Any

import pytest
import requests
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings
from django.utils import timezone

from aidants.comptes.facteurs.changes import unlink_proconnect
from aidants.comptes.models import Compte, LienProConnect
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import FACTOR_IS_LAST
from aidants.journal.models import Entree
from tests import builders
from tests.aidants.mailbox import messages_to, subjects_to
from tests.oidc.proconnect_desk import ISSUER, agrees, proconnect, text
from tests.ports import free_port

__all__ = ["proconnect"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Compte:
    return builders.aidant(builders.structure(), email="nadia.benali@mairie.example")


def leaves(browser: Client, way_back: str = "") -> str:
    """Start, and return the address that the page leaves to."""
    page = text(browser.post("/connexion/proconnect", {"next": way_back}))
    found = re.search(r'content="0; url=([^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


def came(email: str, way_back: str = "") -> tuple[Client, Any]:
    browser = Client()
    return browser, browser.get(agrees(leaves(browser, way_back), email))


@pytest.mark.reaches("GET oidc:proconnect_callback", "GET oidc:proconnect_code")
@pytest.mark.reaches("POST oidc:proconnect_code", "POST oidc:proconnect_start")
def test_an_agent_gives_a_code_and_no_password(who: Compte) -> None:
    assert "S’identifier avec ProConnect" in text(Client().get("/connexion"))
    browser, back = came("Nadia.Benali@mairie.example", "/mandats")
    assert back["Location"] == "/connexion/proconnect/code"
    assert SESSION_KEY not in browser.session
    assert browser.get("/accueil")["Location"].startswith("/connexion"), "nothing is open before the code"
    assert browser.get("/connexion/proconnect/code").status_code == 200
    assert browser.post("/connexion/proconnect/code", {"code": "000000"}).status_code == 403
    done = browser.post("/connexion/proconnect/code", {"code": builders.totp_code(who)})
    assert done["Location"] == "/mandats"
    assert browser.get("/accueil").status_code == 200
    assert LienProConnect.objects.get().compte_id == who.id
    assert Entree.objects.filter(event="proconnect:link", subject_id=who.id).count() == 1
    (told,) = [one for one in messages_to(who.email) if "moyen de connexion a été ajouté" in one.subject]
    assert "ProConnect" in told.text


@pytest.mark.writes("compte:proconnect_unlink")
def test_a_link_is_parted_with_a_fresh_factor(who: Compte) -> None:
    browser, _ = came(who.email)
    browser.post("/connexion/proconnect/code", {"code": builders.totp_code(who)})
    assert "Relié le" in text(browser.get("/compte"))
    assert browser.post("/compte/proconnect/retrait")["Location"].startswith("/compte/confirmation")
    browser.post("/compte/confirmation", {"code": builders.totp_code(who), "next": "/compte"})
    browser.post("/compte/proconnect/retrait")
    assert not LienProConnect.objects.exists()
    assert Entree.objects.filter(event="compte:proconnect_unlink").count() == 1
    assert subjects_to(who.email)[-1] == "Un moyen de connexion a été retiré de votre compte"


@pytest.mark.writes("compte:proconnect_unlink_refused")
def test_the_last_way_in_is_not_parted(who: Compte) -> None:
    browser, _ = came(who.email)
    browser.post("/connexion/proconnect/code", {"code": builders.totp_code(who)})
    Compte.objects.filter(pk=who.pk).update(password=make_password(None))
    outcome = unlink_proconnect(Compte.objects.get(pk=who.pk), Acteur(Kind.COMPTE, who.pk), timezone.now())
    assert outcome == Denied(FACTOR_IS_LAST)
    assert LienProConnect.objects.exists()


@pytest.mark.reaches("GET oidc:proconnect_end")
def test_signing_out_closes_proconnect_s_session_too(who: Compte) -> None:
    browser, _ = came(who.email)
    browser.post("/connexion/proconnect/code", {"code": builders.totp_code(who)})
    page = text(browser.post("/deconnexion"))
    assert SESSION_KEY not in browser.session
    found = re.search(r'content="0; url=([^"]+)"', page)
    assert found
    answer = requests.get(html.unescape(found[1]), allow_redirects=False, timeout=5)
    assert answer.headers["Location"].startswith(f"{ISSUER}/connexion/proconnect/fin?state=")
    assert browser.get("/connexion/proconnect/fin")["Location"] == "/"


def test_an_unknown_agent_opens_nothing_and_is_signed_out_there(who: Compte) -> None:
    browser, back = came("inconnu@mairie.example")
    assert "/session/end?" in back["Location"]
    assert browser.get("/connexion/proconnect/code")["Location"] == "/connexion"
    assert "Demandez une invitation" in text(browser.get("/connexion"))


def test_who_cancels_comes_back_with_a_word(who: Compte) -> None:
    browser = Client()
    back = browser.get(agrees(leaves(browser), who.email, cancel="1"))
    assert back["Location"] == "/connexion"
    assert "pas allée jusqu’au bout" in text(browser.get("/connexion"))


def test_a_return_serves_once_and_in_the_browser_that_left(who: Compte) -> None:
    browser, other = Client(), Client()
    back = agrees(leaves(browser), who.email)
    assert other.get(back)["Location"] == "/connexion"
    assert browser.get(back)["Location"] == "/connexion/proconnect/code"
    assert browser.get(back)["Location"] == "/connexion"
    planted = Client()
    leaves(planted)
    assert planted.get(back)["Location"] == "/connexion"


def test_another_agent_at_the_same_address_is_not_the_one_linked(who: Compte) -> None:
    LienProConnect.objects.create(compte=who, sub_digest="0" * 64, linked_at=builders.NOW)
    browser, back = came(who.email)
    assert "/session/end?" in back["Location"]
    assert SESSION_KEY not in browser.session


def test_a_deactivated_account_stays_closed(who: Compte) -> None:
    browser, _ = came(who.email)
    Compte.objects.filter(pk=who.pk).update(is_active=False)
    assert browser.post("/connexion/proconnect/code", {"code": builders.totp_code(who)}).status_code == 403
    assert SESSION_KEY not in browser.session


@pytest.mark.writes("proconnect:link")
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example"])
def test_the_way_back_never_leaves_the_site(who: Compte, elsewhere: str) -> None:
    browser, _ = came(who.email, elsewhere)
    assert browser.post("/connexion/proconnect/code", {"code": builders.totp_code(who)})["Location"] == "/"


def test_a_token_of_somebody_else_is_not_believed(who: Compte) -> None:
    browser = Client()
    back = agrees(leaves(browser), who.email)
    session = browser.session
    session["proconnect_left"] = {**session["proconnect_left"], "nonce": "0" * 64}
    session.save()
    assert browser.get(back)["Location"] == "/connexion"
    assert "n’a pas pu être vérifiée" in text(browser.get("/connexion"))


def test_an_outage_leaves_the_other_ways(who: Compte) -> None:
    with override_settings(PROCONNECT_BASE=f"http://127.0.0.1:{free_port()}/api/v2"):
        browser = Client()
        assert browser.post("/connexion/proconnect")["Location"] == "/connexion"
        assert "ProConnect ne répond pas" in text(browser.get("/connexion"))


def test_an_install_without_proconnect_offers_none() -> None:
    with override_settings(PROCONNECT_CLIENT_ID=""):
        assert "ProConnect" not in text(Client().get("/connexion"))
        assert Client().post("/connexion/proconnect").status_code == 404


def test_the_simulated_one_refuses_what_the_real_one_refuses(who: Compte) -> None:
    address = leaves(Client())
    for more in ("&acr_values=eidas1", "&code_challenge=x", "&login_hint=x"):
        assert "Y000400" in requests.get(address + more, timeout=5).text
    assert requests.get(address.replace("client_id=agents", "client_id=x"), timeout=5).status_code == 400
