"""Attacks that concern the whole bridge rather than one endpoint; the others stand beside what they attack.

All of them are rows of the page of conformance, under « Attacks ».
"""

import hmac
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mandats.domain.codes import LENGTH, is_well_formed, new_code
from oidc.provider import clients
from oidc.provider.models import Connexion, Interaction, PairwiseSubject
from tests import builders
from tests.bench.guesses import LIFE, TRIES, besiege, known_of
from tests.oidc import flow

pytestmark = pytest.mark.django_db
_HUNDREDTH = TRIES // 100


@pytest.mark.spec("Attacks", "state fixation: a session planted before sign-in")
def test_state_fixation_a_session_planted_before_sign_in_learns_nothing():
    at, asked = flow.desk(), flow.site()
    planted = flow.Browser()
    page = flow.choice_page(planted, asked)
    victim, attacker = flow.with_cookies_of(planted), flow.with_cookies_of(planted)
    who = {"email": at.aidant.email, "password": builders.PASSWORD, "code": builders.totp_code(at.aidant)}
    assert victim.post("/connexion", {**who, "next": page})["Location"] == page
    assert victim.get(page).status_code == 200
    answer = attacker.get(page)
    assert answer.status_code != 200, "the key of the session changed at sign-in"
    assert at.mandat.usager.family_name not in answer.content.decode()


@pytest.mark.spec("Attacks", "state fixation: a request that somebody else began")
def test_state_fixation_a_request_that_somebody_else_began_is_unknown_here():
    at, asked = flow.desk(), flow.site()
    begun = flow.choice_page(flow.Browser(), asked)
    assert at.browser.get(begun).status_code == 404
    assert at.browser.post(begun, {"autorisation": str(at.autorisation().id)}).status_code == 404
    assert not Connexion.objects.exists()


@pytest.mark.spec("Attacks", "state fixation: another's state and challenge in one's own browser")
def test_state_fixation_a_code_asked_with_another_s_challenge_serves_its_asker_alone():
    at, attacker = flow.desk(), flow.site()
    honest = flow.Site(attacker.client, attacker.secret, attacker.redirect_uri)
    code = flow.code_of(at, attacker)
    assert flow.exchange(honest, code).json()["error"] == "invalid_grant", "the site's own session has another verifier"


@pytest.mark.spec("Attacks", "redirect_uri: IPv6")
@pytest.mark.parametrize(
    ("registered", "asked_for"),
    [
        ("http://[::1]:8002/retour", "http://[0:0:0:0:0:0:0:1]:8002/retour"),
        ("http://[::1]:8002/retour", "http://[::1]:8003/retour"),
        ("http://[::1]:8002/retour", "http://[::ffff:127.0.0.1]:8002/retour"),
        ("http://[::1]:8002/retour", "http://localhost:8002/retour"),
        ("http://[::1]:8002/retour", "http://[::1%25eth0]:8002/retour"),
        ("https://[2001:db8::1]/retour", "https://[2001:DB8::1]/retour"),
        ("https://[2001:db8::1]/retour", "https://[2001:db8:0::1]/retour"),
        ("https://[2001:db8::1]/retour", "https://[2001:db8::1]:443/retour"),
    ],
)
def test_redirect_uri_ipv6_is_compared_as_text(registered, asked_for):
    site = flow.site(redirect_uris=[registered])
    refused = flow.authorize(flow.stranger(), site, redirect_uri=asked_for)
    assert (refused.status_code, "Location" in refused) == (400, False)
    assert flow.authorize(flow.stranger(), site).status_code == 303
    assert Interaction.objects.get().redirect_uri == registered


@pytest.mark.spec("Attacks", "redirect_uri: IPv6")
@pytest.mark.parametrize(
    "uri", ["http://[2001:db8::1]/retour", "http://[::ffff:127.0.0.1]/retour", "http://[::]/retour"]
)
def test_redirect_uri_ipv6_without_tls_is_for_the_machine_itself(uri):
    with pytest.raises(clients.UnfitClient):
        flow.site(redirect_uris=[uri])


class Comparisons:
    """Counts the comparisons of secrets, which are made as ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lengths: list[tuple[int, int]] = []
        real = hmac.compare_digest

        def noted(a: Any, b: Any) -> bool:
            self.lengths.append((len(a), len(b)))
            return real(a, b)

        monkeypatch.setattr(clients.hmac, "compare_digest", noted)


@pytest.mark.spec("Attacks", "timing of unknown versus known: clients")
def test_timing_an_unknown_client_costs_what_a_known_one_does(monkeypatch, query_count):
    known = flow.site()
    unknown = flow.Site(flow.Client(client_id="x" * 22), "", known.redirect_uri)
    form = {"grant_type": "authorization_code", "code": "x"}
    seen = []
    flow.post_form("/token", form, flow.basic(known, "wrong"))
    for one in (known, unknown):
        with monkeypatch.context() as patch, query_count(4):
            noted = Comparisons(patch)
            answer = flow.post_form("/token", form, flow.basic(one, "wrong"))
        seen.append((noted.lengths, answer.status_code, answer.content, answer["WWW-Authenticate"]))
    assert seen[0] == seen[1]
    assert seen[0][0] == [(64, 64)], "one comparison of digests of one length, in constant time"


@pytest.mark.spec("Attacks", "verification brute force: sent at once")
@pytest.mark.spec("Attacks", "verification brute force: as slowly as a code lives")
def test_verification_brute_force_is_blocked_and_one_guess_in_a_billion_does_not_succeed():
    """A hundredth of the 10^5 tries of `python -m tests.bench guesses`: the same code and limits, as far apart."""
    mandat = flow.desk().mandat
    known, now = known_of(mandat), timezone.now()
    at_once = besiege(known, _HUNDREDTH // 2, timedelta(seconds=30), now)
    assert at_once.looked_at == 10
    slowly = besiege(known, _HUNDREDTH, LIFE / 100, now + timedelta(hours=2))
    assert slowly.looked_at <= _HUNDREDTH / 10
    assert slowly.chance * 100 <= 1e-9


def test_a_code_is_drawn_among_a_million_billion():
    drawn = {new_code() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(len(code) == LENGTH == 16 and is_well_formed(code) for code in drawn)


@pytest.mark.spec("OIDC Core", "8.1")
def test_a_new_pairwise_key_names_new_pairs_and_changes_no_old_one(settings):
    at, here = flow.desk(), flow.site()
    before = flow.claims_of(flow.tokens_of(at, here)["id_token"])
    settings.PAIRWISE_KEY, settings.PAIRWISE_KEY_VERSION = b"n" * 32, 2
    assert flow.claims_of(flow.tokens_of(at, here)["id_token"])["sub"] == before["sub"]
    there = flow.site(redirect_uris=["https://autre.example/retour"])
    elsewhere = flow.claims_of(flow.tokens_of(at, there)["id_token"])
    versions = dict(PairwiseSubject.objects.values_list("value", "key_version"))
    assert {versions[before["sub"]], versions[before["act"]["sub"]]} == {1}
    assert {versions[elsewhere["sub"]], versions[elsewhere["act"]["sub"]]} == {2}
    settings.PAIRWISE_KEY, settings.PAIRWISE_KEY_VERSION = b"o" * 32, 3
    again = flow.claims_of(flow.tokens_of(at, there)["id_token"])
    assert (again["sub"], again["act"]["sub"]) == (elsewhere["sub"], elsewhere["act"]["sub"])
