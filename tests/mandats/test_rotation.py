"""Keys follow each other without a gap: the plan, one row a case, then what it writes and publishes."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from aidants.journal.models import Entree
from mandats.attestation.keys import SigningKey, active_key, create_key, published_keys
from mandats.attestation.rotation import AHEAD, LIFE, SOONEST, STAYS, Dates, Plan, keep_rotating, plan, rotate

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def key(kid, begun, retired=None):
    return Dates(kid, NOW - begun, retired)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([], Plan(None, ())),
        ([key("a", timedelta(0))], Plan(None, ())),
        ([key("a", LIFE - AHEAD - DAY)], Plan(None, ())),
        ([key("a", LIFE - AHEAD)], Plan(NOW + AHEAD, ())),
        ([key("a", LIFE + DAY)], Plan(NOW + SOONEST, ())),
        ([key("a", LIFE - DAY), key("b", -DAY)], Plan(None, ())),
        ([key("a", LIFE + DAY), key("b", DAY)], Plan(None, (("a", NOW - DAY + STAYS),))),
        ([key("a", LIFE + DAY, NOW + DAY), key("b", DAY)], Plan(None, ())),
        ([key("b", -DAY)], Plan(None, ())),
    ],
)
def test_what_is_due(keys, expected):
    assert plan(keys, NOW) == expected


@pytest.mark.django_db
@pytest.mark.spec("OIDC Core", "10.1.1")
def test_a_key_is_published_before_it_signs_and_after_it_has_signed():
    first = create_key("oidc", "ES256", NOW)
    keep_rotating(NOW + LIFE - AHEAD)
    keep_rotating(NOW + LIFE - AHEAD)
    second = SigningKey.objects.exclude(kid=first.kid).get()
    names = [jwk["kid"] for jwk in published_keys(NOW + LIFE - AHEAD)["keys"]]
    assert set(names) == {first.kid, second.kid}
    assert active_key("oidc", "ES256", NOW + LIFE - DAY).kid == first.kid
    assert active_key("oidc", "ES256", NOW + LIFE).kid == second.kid
    keep_rotating(NOW + LIFE)
    kept = {jwk["kid"] for jwk in published_keys(NOW + LIFE + STAYS - DAY)["keys"]}
    assert kept == {first.kid, second.kid}
    assert {jwk["kid"] for jwk in published_keys(NOW + LIFE + STAYS)["keys"]} == {second.kid}
    assert set(Entree.objects.values_list("event", flat=True)) == {"cle:create", "cle:retire"}


@pytest.mark.writes("cle:retire")
@pytest.mark.django_db
def test_a_key_that_others_know_is_gone_at_once():
    create_key("oidc", "ES256", NOW)
    create_key("oidc", "ES256", NOW, activated_at=NOW + DAY)
    fresh = rotate("ES256", NOW + timedelta(hours=1), compromised=True)
    later = NOW + timedelta(hours=1)
    assert active_key("oidc", "ES256", later).kid == fresh.kid
    assert [jwk["kid"] for jwk in published_keys(later)["keys"]] == [fresh.kid]


@pytest.mark.django_db
def test_the_command_turns_one_algorithm_and_prints_what_is_published():
    first = create_key("oidc", "RS256", timezone.now())
    out = StringIO()
    call_command("rotate_keys", "--alg", "RS256", stdout=out)
    old, new = json.loads(out.getvalue())
    assert (old["kid"], new["retired_at"]) == (first.kid, None)
    assert old["retired_at"] > new["activated_at"]
    with pytest.raises(CommandError):
        call_command("rotate_keys", "--compromised")
