"""Signing out closes FranceConnect's session too, wherever a browser was left: its ``/session/end``, to the letter."""

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone
from joserfc import jws

from aidants.comptes import closings
from mandats.registre.models import Brouillon
from oidc.franceconnect.identity import sub_digest
from oidc.franceconnect.models import FranceConnectLogin
from tests import builders
from tests.oidc.franceconnect_desk import Desk, simulated_franceconnect

pytestmark = pytest.mark.django_db
_REFRESH = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')


@pytest.fixture(scope="module")
def franceconnect() -> Iterator[str]:
    with simulated_franceconnect() as base:
        yield base


@pytest.fixture
def desk(franceconnect: str) -> Iterator[Desk]:
    """Somebody at a browser of ours, who is not signed in yet."""
    requests.delete(f"{franceconnect}/_etat", timeout=5)
    made = Desk(franceconnect, Client())
    yield made
    made.panne("none")


@pytest.fixture
def brouillon() -> Brouillon:
    place = builders.structure()
    return builders.brouillon(builders.aidant(place), place, now=timezone.now())


def usager_known(desk: Desk) -> None:
    """Give the person who signs in at FranceConnect a mandat, so that their page opens."""
    claims = desk.ours.get(desk.sign_in(desk.leave("/franceconnect/usager")))
    hint = parse_qs(urlsplit(claims["Location"]).query)["id_token_hint"][0]
    desk.close(claims)
    sub = json.loads(jws.extract_compact(hint.encode()).payload)["sub"]
    place = builders.structure()
    person = builders.identite(sub_digest=sub_digest(sub, settings.DIGEST_KEY))
    builders.mandat(builders.aidant(place), place, person, now=timezone.now())


def leads(page: object) -> str:
    """Return where a page that leaves by itself leads."""
    found = _REFRESH.search(page.content.decode())  # type: ignore[attr-defined]  # Django's test response
    assert found, page
    return html.unescape(found[1])


def follow(desk: Desk, address: str) -> str:
    """Go to FranceConnect's logout in the person's browser; return where ours arrives."""
    back = desk.theirs.get(address, allow_redirects=False, timeout=15)
    assert back.status_code == 303, back.text
    return str(desk.ours.get(desk.here(back.headers["Location"]))["Location"])


def check_request(address: str) -> None:
    """Compare what is asked of FranceConnect with its documentation (PROTOCOLS §2; RP-Initiated Logout 1.0 §2)."""
    asked = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert urlsplit(address).path == "/api/v2/session/end"
    assert set(asked) == {"id_token_hint", "post_logout_redirect_uri", "state"}
    assert asked["post_logout_redirect_uri"] == [f"{settings.ISSUER}/franceconnect/deconnexion"]
    assert re.fullmatch("[0-9a-f]{64}", asked["state"][0])
    told = json.loads(jws.extract_compact(asked["id_token_hint"][0].encode()).payload)
    assert told["aud"] == settings.FRANCECONNECT_CLIENT_ID
    assert {"given_name", "family_name", "birthdate", "email"}.isdisjoint(told)


@pytest.mark.writes("usager:enter")
@pytest.mark.reaches("POST oidc:fc_start_usager")
def test_the_usager_s_session_there_is_closed_before_their_page_opens(desk: Desk) -> None:
    usager_known(desk)
    answer = desk.ours.get(desk.sign_in(desk.leave("/franceconnect/usager")))
    check_request(answer["Location"])
    assert desk.state()["sso_ouvertes"] == 1
    assert follow(desk, answer["Location"]) == "/usager/mandats"
    assert desk.state()["sso_ouvertes"] == 0
    assert not closings.owed(desk.ours.session)
    closed = desk.ours.post("/usager/fermer")
    assert (closed.status_code, closed["Location"]) == (302, "/usager"), "nothing is left to close"


@pytest.mark.reaches("POST mandats:usager_close")
def test_an_usager_who_closes_before_coming_back_closes_it_there(desk: Desk) -> None:
    usager_known(desk)
    missed = desk.ours.get(desk.sign_in(desk.leave("/franceconnect/usager")))["Location"]
    assert desk.ours.get("/usager/mandats", follow=True).status_code == 200, "the way there was broken off"
    address = leads(desk.ours.post("/usager/fermer"))
    assert address == missed
    check_request(address)
    assert desk.ours.get("/usager/mandats")["Location"] == "/usager"
    assert follow(desk, address) == "/usager"
    assert desk.state()["sso_ouvertes"] == 0


def test_an_aidant_who_signs_out_before_coming_back_closes_the_usager_s(desk: Desk, brouillon: Brouillon) -> None:
    desk.ours = builders.signed_in(brouillon.aidant)
    start = f"/franceconnect/brouillon/{brouillon.id}"
    missed = desk.ours.get(desk.sign_in(desk.leave(start)))["Location"]
    kept = str(dict(desk.ours.session))
    assert parse_qs(urlsplit(missed).query)["id_token_hint"][0] not in kept, "a token is never kept in clear"
    address = leads(desk.ours.post("/deconnexion"))
    assert SESSION_KEY not in desk.ours.session
    assert address == missed
    check_request(address)
    assert follow(desk, address) == "/"
    assert desk.state()["sso_ouvertes"] == 0
    assert not closings.onwards(desk.ours.session)


def test_an_aidant_who_came_back_has_nothing_left_to_close(desk: Desk, brouillon: Brouillon) -> None:
    desk.ours = builders.signed_in(brouillon.aidant)
    answer = desk.ours.get(desk.sign_in(desk.leave(f"/franceconnect/brouillon/{brouillon.id}")))
    check_request(answer["Location"])
    desk.close(answer)
    assert FranceConnectLogin.objects.get().closed_at
    assert (desk.ours.post("/deconnexion")["Location"], desk.state()["sso_ouvertes"]) == ("/", 0)


def test_a_person_who_comes_back_after_the_aidant_signed_out_is_closed_there(desk: Desk, brouillon: Brouillon) -> None:
    desk.ours = builders.signed_in(brouillon.aidant)
    back = desk.sign_in(desk.leave(f"/franceconnect/brouillon/{brouillon.id}"))
    desk.ours.post("/deconnexion")
    answer = desk.ours.get(back)
    assert parse_qs(urlsplit(answer["Location"]).query)["id_token_hint"]
    assert desk.close(answer).status_code == 400
    assert desk.state()["sso_ouvertes"] == 0
    brouillon.refresh_from_db()
    assert brouillon.identity_sealed is None


def test_two_federations_are_closed_one_after_the_other(desk: Desk, brouillon: Brouillon) -> None:
    """An agent who came by ProConnect, and an usager whose way back from FranceConnect broke off."""
    desk.ours = builders.signed_in(brouillon.aidant)
    session = desk.ours.session
    closings.owe(session, closings.PROCONNECT, "https://proconnect.example/session/end?x=1")
    session.save()
    desk.ours.get(desk.sign_in(desk.leave(f"/franceconnect/brouillon/{brouillon.id}")))
    assert leads(desk.ours.post("/deconnexion")) == "https://proconnect.example/session/end?x=1"
    next_one = desk.ours.get("/connexion/proconnect/fin")["Location"]
    check_request(next_one)
    assert follow(desk, next_one) == "/"
    assert desk.state()["sso_ouvertes"] == 0
