"""A usager signs in at a live simulated FranceConnect, and everything that can go wrong on the way."""

import json
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings
from django.contrib.messages.storage.cookie import MessageDecoder
from django.test import Client, override_settings
from django.utils import timezone

from aidants.journal.models import Entree, RefusCompte
from deploy.demo.franceconnect.pannes import SLOW_SECONDS
from mandats.registre.coffre import identity_of
from mandats.registre.models import Brouillon
from oidc.franceconnect import sign_in
from oidc.franceconnect.logins import purge_logins
from oidc.franceconnect.models import FranceConnectLogin
from tests import builders
from tests.oidc.franceconnect_desk import Desk, simulated_franceconnect

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def franceconnect() -> Iterator[str]:
    with simulated_franceconnect() as base:
        yield base


@pytest.fixture
def brouillon() -> Brouillon:
    place = builders.structure()
    return builders.brouillon(builders.aidant(place), place, now=timezone.now())


@pytest.fixture
def desk(franceconnect: str, brouillon: Brouillon) -> Iterator[Desk]:
    requests.delete(f"{franceconnect}/_etat", timeout=5)
    made = Desk(franceconnect, builders.signed_in(brouillon.aidant))
    yield made
    made.panne("none")


def start(brouillon: Brouillon) -> str:
    return f"/franceconnect/brouillon/{brouillon.id}"


def identity_page(brouillon: Brouillon) -> str:
    return f"/mandats/brouillons/{brouillon.id}/identite"


def told(desk: Desk) -> str:
    """Return the messages that the next page will show."""
    kept = desk.ours.session.get("_messages", "[]")
    return " ".join(str(message) for message in json.loads(kept, cls=MessageDecoder))


def untouched(brouillon: Brouillon) -> bool:
    found = Brouillon.objects.get(pk=brouillon.pk)
    kept = (found.demarches, found.duree) == (brouillon.demarches, brouillon.duree)
    return kept and found.identity_sealed is None


def test_authorize_sends_only_what_franceconnect_takes(desk: Desk, brouillon: Brouillon) -> None:
    sent = parse_qs(urlsplit(desk.leave(start(brouillon))).query)
    assert {name: values[0] for name, values in sent.items() if name not in ("state", "nonce")} == {
        "client_id": settings.FRANCECONNECT_CLIENT_ID,
        "response_type": "code",
        "redirect_uri": f"{settings.ISSUER}/franceconnect/retour",
        "scope": "openid identite_pivot preferred_username email idp_birthdate idp_id",
        "acr_values": "eidas1",
        "prompt": "login",
    }
    assert len(sent["nonce"][0]) == 64
    login = FranceConnectLogin.objects.get()
    assert sent["state"][0] not in str(vars(login))
    assert sent["nonce"][0] not in str(vars(login))


def test_the_identity_reaches_the_brouillon_and_the_session_is_closed(desk: Desk, brouillon: Brouillon) -> None:
    closing = desk.ours.get(desk.sign_in(desk.leave(start(brouillon))))
    assert desk.state()["sso_ouvertes"] == 1
    last = desk.close(closing)
    assert (last.status_code, last["Location"]) == (302, identity_page(brouillon))
    assert desk.state()["sso_ouvertes"] == 0
    brouillon.refresh_from_db()
    person = identity_of(brouillon)
    assert person
    assert (person.given_name, person.family_name) == ("Jacqueline Marie Thérèse", "Delaunay")
    assert (person.birthdate, person.birthplace, person.birthcountry) == ("1948-03-12", "45234", "99100")
    assert (brouillon.identity, brouillon.identity_level) == ("franceconnect", "eidas1")
    assert FranceConnectLogin.objects.get().closed_at


def test_only_an_aidant_of_the_structure_starts(desk: Desk, brouillon: Brouillon) -> None:
    elsewhere = builders.structure("Mairie", siret="99999910500029")
    stranger = builders.signed_in(builders.aidant(elsewhere))
    assert stranger.post(start(brouillon)).status_code == 404
    assert Client().post(start(brouillon))["Location"].startswith("/connexion")
    assert desk.ours.get(start(brouillon)).status_code == 405
    assert not FranceConnectLogin.objects.exists()


def test_a_presumed_birth_date_is_kept_as_presumed(desk: Desk, brouillon: Brouillon) -> None:
    desk.close(desk.ours.get(desk.sign_in(desk.leave(start(brouillon)), "presume-annee")))
    brouillon.refresh_from_db()
    person = identity_of(brouillon)
    assert person
    assert person.birthdate.endswith("-00-00")


def test_a_minor_leaves_no_trace_and_the_session_is_closed(desk: Desk, brouillon: Brouillon) -> None:
    last = desk.close(desk.ours.get(desk.sign_in(desk.leave(start(brouillon)), "mineur")))
    assert last["Location"] == "/accueil"
    assert "18 ans" in told(desk)
    assert not Brouillon.objects.filter(pk=brouillon.pk).exists()
    assert desk.state()["sso_ouvertes"] == 0


def test_the_return_works_though_the_second_factor_went_idle(desk: Desk, brouillon: Brouillon) -> None:
    back = desk.sign_in(desk.leave(start(brouillon)))
    session = desk.ours.session
    session["last_act_at"] = 0
    session.save()
    desk.close(desk.ours.get(back))
    assert not untouched(brouillon)


def test_cancelled_at_franceconnect(desk: Desk, brouillon: Brouillon) -> None:
    choice = desk.theirs.get(desk.leave(start(brouillon)), allow_redirects=False, timeout=5)
    left = desk.theirs.get(f"{choice.headers['Location']}/annuler", allow_redirects=False, timeout=5)
    answer = desk.ours.get(desk.here(left.headers["Location"]))
    assert answer["Location"] == identity_page(brouillon)
    assert "pas allée jusqu’au bout" in told(desk)
    assert untouched(brouillon)
    refused = Entree.objects.get(event="brouillon:identify_refused")
    assert refused.reason == "franceconnect.refused_by_person"


@pytest.mark.parametrize(
    ("mode", "endpoint"),
    [
        ("bad_signature", "token"),
        ("wrong_nonce", "token"),
        ("wrong_iss", "token"),
        ("wrong_aud", "token"),
        ("wrong_acr", "token"),
        ("expired", "token"),
        ("bad_signature", "userinfo"),
        ("wrong_iss", "userinfo"),
        ("wrong_aud", "userinfo"),
        ("wrong_sub", "userinfo"),
        ("expired", "userinfo"),
        ("wrong_iss", "authorize"),
    ],
)
def test_a_statement_that_does_not_hold_is_refused_and_the_session_closed(
    desk: Desk, brouillon: Brouillon, mode: str, endpoint: str
) -> None:
    address = desk.leave(start(brouillon))
    desk.panne(mode, endpoint)
    back = desk.sign_in(address)
    answer = desk.ours.get(back)
    desk.panne("none")
    if (mode, endpoint) in _NO_HINT:
        assert "fermez toutes les fenêtres" in told(desk)
    else:
        answer = desk.close(answer)
        assert desk.state()["sso_ouvertes"] == 0
    assert answer["Location"] == identity_page(brouillon)
    assert "n’a pas pu être vérifiée" in told(desk)
    assert untouched(brouillon)


# FranceConnect itself would not take such a token as a hint: the person is told to close the browser.
_NO_HINT = {("bad_signature", "token"), ("wrong_aud", "token")}


@pytest.mark.parametrize("mode", ["down_503", "drop"])
def test_down_before_leaving(desk: Desk, brouillon: Brouillon, mode: str) -> None:
    from oidc.franceconnect.configuration import forget

    forget()
    desk.panne(mode, "discovery")
    answer = desk.ours.post(start(brouillon))
    assert answer["Location"] == identity_page(brouillon)
    assert "ne répond pas" in told(desk)
    assert untouched(brouillon)


@pytest.mark.parametrize("mode", ["down_503", "drop"])
@pytest.mark.parametrize("endpoint", ["token", "userinfo"])
def test_down_after_the_person_signed_in(desk: Desk, brouillon: Brouillon, mode: str, endpoint: str) -> None:
    back = desk.sign_in(desk.leave(start(brouillon)))
    desk.panne(mode, endpoint)
    answer = desk.ours.get(back)
    if endpoint == "userinfo":
        answer = desk.close(answer)
        assert desk.state()["sso_ouvertes"] == 0
    else:
        assert "fermez toutes les fenêtres" in told(desk)
    assert answer["Location"] == identity_page(brouillon)
    assert untouched(brouillon)


def test_one_failed_exchange_still_closes_the_session(desk: Desk, brouillon: Brouillon) -> None:
    back = desk.sign_in(desk.leave(start(brouillon)))
    desk.panne("down_503", "token", times=1)
    desk.close(desk.ours.get(back))
    assert "ne répond pas" in told(desk)
    assert desk.state()["sso_ouvertes"] == 0
    assert untouched(brouillon)


@pytest.mark.parametrize("endpoint", ["token", "userinfo"])
def test_slow_is_told_within_the_deadline(desk: Desk, brouillon: Brouillon, endpoint: str) -> None:
    back = desk.sign_in(desk.leave(start(brouillon)))
    desk.panne("slow", endpoint, times=1)
    before = monotonic()
    with override_settings(FRANCECONNECT_TIMEOUT_SECONDS=1.0):
        answer = desk.ours.get(back)
    assert monotonic() - before < SLOW_SECONDS, "we answer while FranceConnect still thinks"
    assert untouched(brouillon)
    if endpoint == "userinfo":
        assert answer.status_code == 503
        page = answer.content.decode()
        assert "n’a pas répondu à temps" in page
        assert "/session/end?id_token_hint=" in page
    else:
        assert answer["Location"] == identity_page(brouillon)
        assert "ne répond pas" in told(desk)


@pytest.mark.writes("brouillon:identify")
def test_a_replayed_return_changes_nothing(desk: Desk, brouillon: Brouillon) -> None:
    back = desk.sign_in(desk.leave(start(brouillon)))
    desk.close(desk.ours.get(back))
    before = Brouillon.objects.get(pk=brouillon.pk).identified_at
    again = desk.ours.get(back)
    assert again.status_code == 400
    assert "déjà servi" in again.content.decode()
    assert identity_page(brouillon) in again.content.decode()
    assert Brouillon.objects.get(pk=brouillon.pk).identified_at == before


def test_another_browser_gets_an_error_and_its_session_is_closed(desk: Desk, brouillon: Brouillon) -> None:
    back = desk.sign_in(desk.leave(start(brouillon)))
    other = Desk(desk.franceconnect, Client())
    other.theirs = desk.theirs
    page = other.close(other.ours.get(back))
    assert page.status_code == 400
    assert "un autre navigateur" in page.content.decode()
    assert desk.state()["sso_ouvertes"] == 0
    assert untouched(brouillon)
    assert FranceConnectLogin.objects.get().used_at is None
    assert RefusCompte.objects.get(kind="franceconnect:refuse/franceconnect.other_browser").count == 1


@pytest.mark.writes("franceconnect:refuse")
def test_an_unknown_state_gets_a_clear_page(desk: Desk, brouillon: Brouillon) -> None:
    desk.panne("wrong_state", "authorize")
    page = desk.close(desk.ours.get(desk.sign_in(desk.leave(start(brouillon)))))
    assert page.status_code == 400
    assert "n’est plus reconnue" in page.content.decode()
    assert desk.state()["sso_ouvertes"] == 0
    assert untouched(brouillon)
    assert desk.ours.get("/franceconnect/retour").status_code == 400
    assert desk.ours.get("/franceconnect/deconnexion?state=x").status_code == 400


def test_a_stranger_who_never_left_makes_us_call_nobody(desk: Desk, brouillon: Brouillon) -> None:
    """The code that the stranger brings is a real one, and is still good afterwards: nobody was asked about it."""
    back = desk.sign_in(desk.leave(start(brouillon)))
    code = parse_qs(urlsplit(back).query)["code"][0]
    page = Client().get("/franceconnect/retour", {"state": "inconnu", "code": code})
    assert (page.status_code, page.headers.get("Location")) == (400, None)
    desk.close(desk.ours.get(back))
    assert not untouched(brouillon)


def test_empty_returns_slow_their_network_and_no_real_return(desk: Desk, brouillon: Brouillon, settings: Any) -> None:
    settings.LIMITS_FACTOR = 0.1
    back, stranger = desk.sign_in(desk.leave(start(brouillon))), Client()
    made_up = back.replace(parse_qs(urlsplit(back).query)["code"][0], "invente")
    for _ in range(2):
        assert stranger.get(made_up).status_code == 400
    assert stranger.get(back).status_code == 400, "the code is real, and nobody is asked any more"
    assert stranger.post("/franceconnect/usager")["Location"] == "/usager"
    assert not FranceConnectLogin.objects.filter(purpose="usager").exists()
    desk.close(desk.ours.get(back))
    assert not untouched(brouillon)
    assert stranger.post("/franceconnect/usager", REMOTE_ADDR="192.0.2.77").status_code == 200


@pytest.mark.writes("franceconnect:refuse")
def test_codes_made_up_behind_real_departures_are_counted_too(desk: Desk, settings: Any) -> None:
    settings.LIMITS_FACTOR = 0.1
    for _ in range(2):
        state = parse_qs(urlsplit(desk.leave("/franceconnect/usager")).query)["state"][0]
        desk.ours.get("/franceconnect/retour", {"state": state, "code": "invente"})
    assert desk.ours.post("/franceconnect/usager")["Location"] == "/usager"
    assert "Trop d’essais" in told(desk)


def test_strangers_share_two_calls_and_wait_for_none(desk: Desk, brouillon: Brouillon) -> None:
    back = desk.sign_in(desk.leave(start(brouillon)))
    with sign_in._FOR_STRANGERS, sign_in._FOR_STRANGERS:
        assert Client().get(back).status_code == 400
        desk.close(desk.ours.get(back))
    assert not untouched(brouillon)


def test_the_same_person_twice_at_a_desk_is_asked_about(desk: Desk, brouillon: Brouillon) -> None:
    desk.close(desk.ours.get(desk.sign_in(desk.leave(start(brouillon)))))
    desk.close(desk.ours.get(desk.sign_in(desk.leave(start(brouillon)))))
    assert "la même personne" not in told(desk)
    second = builders.brouillon(brouillon.aidant, brouillon.structure, now=timezone.now())
    desk.close(desk.ours.get(desk.sign_in(desk.leave(start(second)))))
    assert "la même personne" in told(desk)


def test_an_usager_opens_their_own_page(desk: Desk, brouillon: Brouillon) -> None:
    unknown = desk.close(desk.ours.get(desk.sign_in(desk.leave("/franceconnect/usager"))))
    assert unknown["Location"] == "/usager"
    assert "Aucun mandat" in told(desk)
    desk.close(desk.ours.get(desk.sign_in(desk.leave(start(brouillon)))))
    person = identity_of(Brouillon.objects.get(pk=brouillon.pk))
    assert person
    mandat = builders.mandat(brouillon.aidant, brouillon.structure, person, now=timezone.now())
    last = desk.close(desk.ours.get(desk.sign_in(desk.leave("/franceconnect/usager"))))
    assert last["Location"] == "/usager/mandats"
    assert desk.state()["sso_ouvertes"] == 0
    assert mandat.reference in desk.ours.get("/usager/mandats", follow=True).content.decode()
    assert desk.ours.get("/accueil")["Location"].startswith("/connexion")


def test_a_login_expires_after_half_an_hour(desk: Desk, brouillon: Brouillon) -> None:
    back = desk.sign_in(desk.leave(start(brouillon)))
    FranceConnectLogin.objects.update(expires_at=timezone.now())
    last = desk.close(desk.ours.get(back))
    assert last["Location"] == identity_page(brouillon)
    assert "plus reconnue" in told(desk)
    assert untouched(brouillon)


def test_logins_are_purged(brouillon: Brouillon, desk: Desk) -> None:
    desk.leave(start(brouillon))
    assert purge_logins(timezone.now()) == 0
    assert purge_logins(timezone.now() + timedelta(days=2)) == 1


@pytest.mark.writes("brouillon:identify_refused")
def test_nothing_secret_is_logged(desk: Desk, brouillon: Brouillon, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    back = desk.sign_in(desk.leave(start(brouillon)))
    desk.panne("refuse", "token")
    answer = desk.ours.get(back)
    assert answer["Location"] == identity_page(brouillon)
    written = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("oidc"))
    assert "error_uri=http" in written
    query = parse_qs(urlsplit(back).query)
    for secret in (query["code"][0], query["state"][0], settings.FRANCECONNECT_CLIENT_SECRET, "Delaunay"):
        assert secret not in written
