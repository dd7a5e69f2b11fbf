"""Passkeys over HTTP: enrolled, used alone and as the fresh factor, and every dishonest answer refused."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client, RequestFactory
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from aidants.comptes.facteurs import passkeys
from aidants.comptes.models import Compte
from aidants.comptes.sessions.store import SessionStore
from aidants.domain.decisions import Denied
from aidants.journal.models import Entree
from tests import builders
from tests.aidants.mailbox import subjects_to
from tests.aidants.soft_authenticator import SoftAuthenticator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _origin(settings: Any) -> None:
    settings.ISSUER = "http://localhost:8000"


@pytest.fixture
def who() -> Compte:
    return builders.aidant(builders.structure(), email="camille@example.org")


def enrolled(who: Compte, key: SoftAuthenticator, name: str = "Portable") -> Client:
    """Add a passkey to an account, as its page does."""
    browser = builders.signed_in(who)
    confirmed(browser, who)
    options = browser.post("/compte/cle/options").json()
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert browser.post("/compte/cle", {"name": name, "passkey": key.create(options)})["Location"] == "/compte"
    return browser


def confirmed(browser: Client, who: Compte) -> None:
    answer = browser.post("/compte/confirmation", {"code": builders.totp_code(who), "next": "/compte/cle"})
    assert answer["Location"] == "/compte/cle"


def sign_in(key: SoftAuthenticator, browser: Client | None = None) -> Any:
    browser = browser or Client()
    options = browser.post("/connexion/cle/options").json()
    assert "allowCredentials" not in options or not options["allowCredentials"], "a stranger learns of no key"
    return browser.post("/connexion/cle", {"passkey": key.get(options), "next": "/mandats"})


@pytest.mark.reaches("POST aidants:sign_in_passkey")
def test_a_passkey_alone_signs_in(who: Compte) -> None:
    key = SoftAuthenticator()
    enrolled(who, key)
    browser = Client()
    answer = sign_in(key, browser)
    assert (answer.status_code, answer["Location"]) == (302, "/mandats")
    assert browser.session[SESSION_KEY] == str(who.id)
    assert browser.get("/accueil").status_code == 200
    assert "Un moyen de connexion a été ajouté à votre compte" in subjects_to(who.email)


def test_a_second_device_opens_the_same_account(who: Compte) -> None:
    first, second = SoftAuthenticator(), SoftAuthenticator()
    enrolled(who, first)
    enrolled(who, second, "Téléphone")
    assert {sign_in(key).status_code for key in (first, second)} == {302}
    assert first.owner_handle == second.owner_handle
    assert b"camille" not in first.owner_handle


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://service-des-mandats.evil.example"},
        {"origin": "http://localhost:8001"},
        {"rp_id": "evil.example"},
        {"verifies": False},
        {"key": SoftAuthenticator().key},
        {"credential_id": b"unknown" * 4},
    ],
    ids=["other-origin", "other-port", "other-rp", "not-verified", "other-key", "unknown-id"],
)
def test_a_dishonest_answer_is_refused(who: Compte, changes: dict[str, Any]) -> None:
    key = SoftAuthenticator()
    enrolled(who, key)
    browser = Client()
    answer = sign_in(replace(key, **changes), browser)
    assert answer.status_code == 403
    assert "n’a pas été reconnue" in answer.content.decode()
    assert SESSION_KEY not in browser.session


def test_an_answer_serves_once_and_in_its_own_browser(who: Compte) -> None:
    key = SoftAuthenticator()
    enrolled(who, key)
    browser, other = Client(), Client()
    # A synced passkey's counter stays at nought, and refuses nothing that is sent twice.
    key.counter = -1
    given = key.get(browser.post("/connexion/cle/options").json())
    assert other.post("/connexion/cle", {"passkey": given}).status_code == 403
    assert browser.post("/connexion/cle", {"passkey": given}).status_code == 302
    assert browser.post("/connexion/cle", {"passkey": given}).status_code == 403
    browser.post("/deconnexion")
    assert browser.post("/connexion/cle", {"passkey": given}).status_code == 403


def test_of_two_posts_of_one_answer_one_passes(who: Compte, rf: RequestFactory) -> None:
    """Both requests have read their session before either answers: a synced passkey's counter stays nought."""
    key = SoftAuthenticator()
    enrolled(who, key)
    browser = Client()
    given = key.get(browser.post("/connexion/cle/options").json())
    posts = [rf.post("/connexion/cle") for _ in range(2)]
    for post in posts:
        post.session = SessionStore(browser.session.session_key)
        assert "passkey_challenge" in post.session
    verdicts = [passkeys.verify(post, None, given, timezone.now()) for post in posts]
    assert [isinstance(one, Denied) for one in verdicts] == [False, True]


def test_a_challenge_lives_five_minutes(who: Compte) -> None:
    key, browser = SoftAuthenticator(), Client()
    enrolled(who, key)
    given = key.get(browser.post("/connexion/cle/options").json())
    session = browser.session
    session["passkey_challenge"] = {**session["passkey_challenge"], "until": 0}
    session.save()
    assert browser.post("/connexion/cle", {"passkey": given}).status_code == 403


@pytest.mark.writes("compte:passkey_copied")
def test_a_counter_that_went_back_is_a_copy(who: Compte) -> None:
    key = SoftAuthenticator(counter=40)
    enrolled(who, key)
    copy = replace(key)
    assert sign_in(key).status_code == 302
    assert sign_in(copy).status_code == 403
    assert Entree.objects.filter(event="compte:passkey_copied", subject_id=who.id).count() == 1
    assert "Une clé d’accès à votre compte a peut-être été copiée" in subjects_to(who.email)
    assert sign_in(key).status_code == 302, "the rightful one goes on"


def test_a_forged_counter_without_the_key_raises_no_alarm(who: Compte) -> None:
    key = SoftAuthenticator(counter=40)
    enrolled(who, key)
    forged = replace(key, key=SoftAuthenticator().key, counter=0)
    assert sign_in(forged).status_code == 403
    assert not Entree.objects.filter(event="compte:passkey_copied").exists()


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "1", "not json", '{"rawId": "AA"}', "[" * 5000])
def test_what_is_no_answer_is_refused(who: Compte, answer: str) -> None:
    browser = Client()
    browser.post("/connexion/cle/options")
    assert browser.post("/connexion/cle", {"passkey": answer}).status_code == 403
    signed = builders.signed_in(who)
    confirmed(signed, who)
    signed.post("/compte/cle/options")
    assert signed.post("/compte/cle", {"name": "x", "passkey": answer}).status_code == 422
    assert not WebAuthnCredential.objects.exists()


def test_a_deactivated_person_s_passkey_opens_nothing(who: Compte) -> None:
    key = SoftAuthenticator()
    enrolled(who, key)
    Compte.objects.filter(pk=who.pk).update(is_active=False)
    assert sign_in(key).status_code == 403


def test_a_sign_in_s_answer_is_no_fresh_factor_and_somebody_else_s_neither(who: Compte) -> None:
    key, theirs = SoftAuthenticator(), SoftAuthenticator()
    browser = enrolled(who, key)
    enrolled(builders.aidant(who.affectations.get().structure), theirs)
    stranger = Client().post("/connexion/cle/options").json()
    browser.post("/connexion/cle/options")
    assert browser.post("/compte/confirmation", {"passkey": key.get(stranger)}).status_code == 422
    mine = browser.post("/connexion/cle/options").json()
    assert [one["id"] for one in mine["allowCredentials"]] == [key.name_of()]
    assert browser.post("/compte/confirmation", {"passkey": theirs.get(mine)}).status_code == 422
    mine = browser.post("/connexion/cle/options").json()
    assert browser.post("/compte/confirmation", {"passkey": key.get(mine)}).status_code == 302


def test_a_passkey_is_the_fresh_factor_of_a_revocation(who: Compte) -> None:
    key, place = SoftAuthenticator(), who.affectations.get().structure
    browser = enrolled(who, key)
    mandat = builders.mandat(who, place, now=timezone.now())
    address = f"/mandats/{mandat.id}/arret"
    assert 'data-passkey="get"' in browser.get(address).content.decode()
    answer = key.get(browser.post("/connexion/cle/options").json())
    assert browser.post(address, {"passkey": answer, "code": ""}).status_code == 302
    mandat.refresh_from_db()
    assert mandat.motif == "revocation"
    again = builders.mandat(who, place, now=timezone.now())
    assert browser.post(f"/mandats/{again.id}/arret", {"passkey": answer, "code": ""}).status_code == 422


def test_a_passkey_goes_on_after_fifteen_idle_minutes(who: Compte) -> None:
    key = SoftAuthenticator()
    browser = enrolled(who, key)
    session = browser.session
    session["last_act_at"] -= 15 * 60 + 5
    session.save()
    assert browser.get("/mandats")["Location"].startswith("/connexion/code")
    answer = key.get(browser.post("/connexion/cle/options").json())
    assert browser.post("/connexion/code", {"passkey": answer, "next": "/mandats"})["Location"] == "/mandats"
    assert browser.get("/mandats").status_code == 200


def test_enrolling_asks_for_a_fresh_factor_each_time(who: Compte) -> None:
    browser = builders.signed_in(who)
    for path in (
        "/compte/cle",
        "/compte/cle/options",
        "/compte/application",
        "/compte/secours",
        "/compte/mot-de-passe",
    ):
        assert browser.post(path)["Location"].startswith("/compte/confirmation?next="), path
    enrolled(who, SoftAuthenticator())
    browser = enrolled(who, SoftAuthenticator())
    assert browser.post("/compte/cle/options").status_code == 302
