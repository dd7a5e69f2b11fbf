"""Signing out closes FranceConnect's session too, wherever a browser was left: its ``/session/end``, to the letter."""

import html
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import requests
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from joserfc import jws

from aidants.comptes import closings
from aidants.comptes.inactivity import deactivate
from aidants.comptes.models import Compte
from aidants.comptes.sessions.models import FermetureDue, SessionOuverte
from aidants.comptes.sessions.open import close_all
from aidants.domain.acteur import SYSTEME, Acteur, Kind
from deploy import periods
from mandats.registre.models import Brouillon
from mandats.registre.services.volet import CodesVolet, renew_codes
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


def test_another_usager_who_enters_by_code_in_that_browser_closes_it_there_too(desk: Desk) -> None:
    usager_known(desk)
    missed = desk.ours.get(desk.sign_in(desk.leave("/franceconnect/usager")))["Location"]
    place = builders.structure("Autre structure")
    other = builders.mandat(builders.aidant(place), place, builders.identite(sub_digest="b" * 64), now=timezone.now())
    codes = renew_codes(other.id, builders.acteur(other.aidant, place), timezone.now())
    assert isinstance(codes, CodesVolet)
    born = dict(zip(("year", "month", "day"), other.usager.birthdate.split("-"), strict=True))
    entered = desk.ours.post("/usager", {"reference": other.reference, "code": codes.revocation, **born})
    assert entered.status_code == 302
    assert leads(desk.ours.post("/usager/fermer")) == missed
    assert follow(desk, missed) == "/usager"
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


def _by_oneself(who: Compte, desk: Desk) -> None:
    """Close it from the list of one's sessions, at another browser."""
    row = SessionOuverte.objects.get(session_key=desk.ours.session.session_key)
    assert builders.signed_in(who).post(f"/compte/sessions/{row.public_id}/fermeture").status_code == 302


def _all_others(who: Compte, desk: Desk) -> None:
    assert builders.signed_in(who).post("/compte/sessions/fermeture").status_code == 302


def _password_changed(who: Compte, desk: Desk) -> None:
    browser = builders.signed_in(who)
    browser.post("/compte/confirmation", builders.factor(who))
    assert browser.post("/compte/mot-de-passe", {"new_password": "un tout autre mot bien long"}).status_code == 302


def _deactivated(who: Compte, desk: Desk) -> None:
    deactivate(who, "vol", SYSTEME, timezone.now())


def _recovered(who: Compte, desk: Desk) -> None:
    """The last step of a recovery: a new factor, the others gone."""
    close_all(who, Acteur(Kind.COMPTE, who.id), timezone.now())


_WAYS = (_by_oneself, _all_others, _password_changed, _deactivated, _recovered)


@pytest.mark.parametrize("close", _WAYS, ids=lambda way: way.__name__.strip("_"))
def test_a_session_closed_from_elsewhere_closes_franceconnect_s_at_the_next_page_of_its_browser(
    desk: Desk, brouillon: Brouillon, close: Callable[[Compte, Desk], None]
) -> None:
    desk.ours = builders.signed_in(brouillon.aidant)
    start = f"/franceconnect/brouillon/{brouillon.id}"
    missed = desk.ours.get(desk.sign_in(desk.leave(start)))["Location"]
    dead = desk.ours.session.session_key
    close(brouillon.aidant, desk)
    assert not SessionOuverte.objects.filter(session_key=dead).exists()
    assert parse_qs(urlsplit(missed).query)["id_token_hint"][0] not in str(FermetureDue.objects.values())
    # What an open page asks by itself leads nowhere, and loses nothing.
    polled = desk.ours.get(f"/mandats/brouillons/{brouillon.id}/accord/sms/etat", headers={"Sec-Fetch-Mode": "cors"})
    assert polled["Location"].startswith("/connexion")
    address = desk.ours.get("/accueil?x=1")["Location"]
    assert address == missed
    check_request(address)
    assert follow(desk, address) == "/accueil?x=1"
    assert desk.state()["sso_ouvertes"] == 0
    assert desk.ours.get("/accueil?x=1")["Location"].startswith("/connexion?next="), "signed out, and led out once"
    assert desk.ours.get("/connexion").status_code == 200


def test_the_bridge_is_not_led_out_of_and_who_comes_back_in_pays_then(desk: Desk, brouillon: Brouillon) -> None:
    who = brouillon.aidant
    desk.ours = builders.signed_in(who)
    missed = desk.ours.get(desk.sign_in(desk.leave(f"/franceconnect/brouillon/{brouillon.id}")))["Location"]
    _all_others(who, desk)
    choice = reverse("oidc:choice", args=[uuid4()])
    assert desk.ours.get(choice)["Location"].startswith("/connexion?next=")
    assert desk.ours.get("/connexion", {"next": choice}).status_code == 200
    typed = {"email": who.email, "password": builders.PASSWORD, "code": builders.totp_code(who), "next": choice}
    assert desk.ours.post("/connexion", typed)["Location"] == choice
    assert desk.ours.get("/compte")["Location"] == missed
    assert follow(desk, missed) == "/compte"
    assert desk.state()["sso_ouvertes"] == 0
    assert desk.ours.get("/compte").status_code == 200
    assert desk.ours.post("/deconnexion")["Location"] == "/"


def test_a_person_who_comes_back_after_the_session_was_closed_elsewhere_is_closed_there(
    desk: Desk, brouillon: Brouillon
) -> None:
    desk.ours = builders.signed_in(brouillon.aidant)
    back = desk.sign_in(desk.leave(f"/franceconnect/brouillon/{brouillon.id}"))
    _deactivated(brouillon.aidant, desk)
    answer = desk.ours.get(back)
    assert desk.close(answer).status_code == 400
    assert desk.state()["sso_ouvertes"] == 0
    brouillon.refresh_from_db()
    assert brouillon.identity_sealed is None


def test_what_is_due_is_the_dead_browser_s_alone_and_not_for_ever(desk: Desk, brouillon: Brouillon) -> None:
    desk.ours = builders.signed_in(brouillon.aidant)
    desk.ours.get(desk.sign_in(desk.leave(f"/franceconnect/brouillon/{brouillon.id}")))
    _deactivated(brouillon.aidant, desk)
    for other in (Client(), Client()):
        other.cookies[settings.SESSION_COOKIE_NAME] = "b" * 32
        assert other.get("/accueil")["Location"] == "/connexion?next=%2Faccueil"
    FermetureDue.objects.update(expires_at=timezone.now())
    assert desk.ours.get("/accueil")["Location"] == "/connexion?next=%2Faccueil"
    next(job for job in periods.JOBS if job.name == "purge_sessions").run(timezone.now())
    assert not FermetureDue.objects.exists()
