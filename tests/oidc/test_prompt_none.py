"""``prompt=none``: what may answer without a page, how long, how often (OIDC Core §3.1.2.1)."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from mandats.registre.models import Utilisation
from oidc.provider.choices import MOST_RENEWALS
from oidc.provider.models import Connexion
from tests.oidc import flow
from tests.oidc.ending import end
from tests.oidc.silent import silently

pytestmark = pytest.mark.django_db


@pytest.mark.spec("OIDC Core", "3.1.2.1")
def test_prompt_none_renews_what_was_just_chosen_for_this_site_and_nothing_else():
    at, asked, other = flow.desk(), flow.site(), flow.site()
    first = flow.claims_of(flow.tokens_of(at, asked)["id_token"])
    assert silently(at, other)["error"] == "interaction_required", "another site saw no choice"
    told = silently(at, asked)
    tokens = flow.exchange(asked, told["code"]).json()
    assert flow.claims_of(tokens["id_token"])["sub"] == first["sub"]
    assert Utilisation.objects.filter(client_id=asked.client.id).count() == 2, "a use like any other"
    logement, argent = (
        {"authorization_details": json.dumps([{"type": "mandat", "demarches": [one]}])}
        for one in ("logement", "argent")
    )
    assert "code" in silently(at, asked, **logement)
    assert silently(at, asked, **argent)["error"] == "interaction_required"
    Connexion.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert silently(at, asked)["error"] == "interaction_required", "too long ago"


@pytest.mark.parametrize("what", ["revoked", "suspended", "expired", "aidant"])
def test_prompt_none_renews_nothing_that_no_longer_stands(what):
    at, asked = flow.desk(), flow.site()
    flow.tokens_of(at, asked)
    end(what)
    assert silently(at, asked)["error"] == "interaction_required"


def test_prompt_none_never_spends_a_single_use_twice_nor_serves_franceconnect():
    at, asked, fc = flow.desk(single_use=True), flow.site(), flow.site("franceconnect")
    flow.tokens_of(at, asked)
    assert silently(at, asked)["error"] == "interaction_required"
    many = flow.desk()
    flow.code_of(many, fc)
    assert silently(many, fc)["error"] == "interaction_required"


def test_prompt_none_renews_five_times_and_then_the_aidant_chooses():
    """Each is a use on the usager's record: a site that asks every second does not fill it."""
    at, asked = flow.desk(), flow.site()
    flow.tokens_of(at, asked)
    assert ["code" in silently(at, asked) for _ in range(MOST_RENEWALS + 2)] == [True] * MOST_RENEWALS + [False] * 2
    assert Utilisation.objects.count() == 1 + MOST_RENEWALS
    flow.tokens_of(at, asked)
    assert "code" in silently(at, asked), "the aidant chose again"


def test_prompt_none_lengthens_nothing():
    at, asked = flow.desk(), flow.site()
    flow.tokens_of(at, asked)
    Connexion.objects.update(created_at=timezone.now() - timedelta(minutes=14))
    assert "code" in silently(at, asked)
    Connexion.objects.filter(created_at__lt=timezone.now() - timedelta(minutes=13)).update(
        created_at=timezone.now() - timedelta(minutes=16)
    )
    assert silently(at, asked)["error"] == "interaction_required", "the choice is a quarter of an hour old"
