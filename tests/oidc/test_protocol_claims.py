"""What is told to whom, and the shape of the ``claims`` parameter."""

from dataclasses import replace

import pytest

from oidc.protocol.claims import (
    ConnexionFacts,
    MandatFacts,
    UsagerFacts,
    id_token_claims,
    identity_claims,
    introspection_claims,
    userinfo_claims,
)
from oidc.protocol.claims_request import read_claims
from oidc.protocol.metadata import metadata

USAGER = UsagerFacts("sub-u", "Angela Claire", "DUBOIS", "", "1962-08-24", "female", "75107", "99100", "a@b.example")
STATUS = "https://mandats.example/status/3"
MANDAT = MandatFacts(
    "GAP7-K3XW-9B",
    "logement",
    ("demande d’APL",),
    "franceconnect",
    "eidas1",
    1,
    2,
    3,
    "ecran",
    STATUS,
    4711,
)
FACTS = ConnexionFacts(
    issuer="https://op.example",
    client_id="site",
    is_franceconnect=False,
    sid="s",
    scope=("openid", "profile", "email", "birth", "mandat"),
    nonce="n",
    auth_time=1795340000,
    rep_scope=("Logement",),
    id_token_claims=(),
    userinfo_claims=(),
    actor_subject="sub-a",
    siret="99999910500011",
    structure_name="CCAS de Démonstration",
    usager=USAGER,
    mandat=MANDAT,
)
FRANCECONNECT = replace(FACTS, is_franceconnect=True, scope=("openid", "profile", "email", "birth"))


def id_token(facts):
    return id_token_claims(
        facts, access_token="jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", alg="RS256", iat=1, exp=301
    )


@pytest.mark.parametrize("birthdate", ["1962-08-24", "1962-08-00", "1962-00-00"])
def test_a_presumed_birth_date_goes_back_unchanged(birthdate):
    assert identity_claims(replace(USAGER, birthdate=birthdate))["birthdate"] == birthdate


@pytest.mark.parametrize(
    ("birthplace", "birthcountry", "expected"),
    [
        ("75107", "99100", {"birthplace": "75107", "birthcountry": "99100"}),
        ("2A004", "99100", {"birthplace": "2A004", "birthcountry": "99100"}),
        ("97209", "99100", {"birthplace": "97209", "birthcountry": "99100"}),
        ("", "99135", {"birthcountry": "99135"}),
        ("75107", "99135", {"birthcountry": "99135"}),
    ],
)
def test_birthplace_is_told_for_france_alone(birthplace, birthcountry, expected):
    claims = identity_claims(replace(USAGER, birthplace=birthplace, birthcountry=birthcountry))
    assert {name: value for name, value in claims.items() if name.startswith("birthp") or name == "birthcountry"} == (
        expected
    )
    assert "preferred_username" not in claims


def test_franceconnect_learns_the_usager_and_the_demarche_alone():
    claims = id_token(FRANCECONNECT)
    assert claims["rep_scope"] == ["Logement"]
    assert claims["acr"] == "eidas1"
    assert not {"act", "mandat", "nbf"} & claims.keys()
    assert userinfo_claims(FRANCECONNECT) == {"sub": "sub-u", **identity_claims(USAGER)}
    assert not {"act", "mandat"} & introspection_claims(FRANCECONNECT, iat=1, exp=2).keys()


def test_an_administration_is_never_led_to_take_the_aidant_for_the_usager():
    for claims in (id_token(FACTS), userinfo_claims(FACTS), introspection_claims(FACTS, iat=1, exp=2)):
        assert claims["sub"] == "sub-u"
        assert claims["acr"] == "https://op.example/acr/aidant-2fa"
        assert claims["act"] == {
            "sub": "sub-a",
            "structure": {"siret": "99999910500011", "name": "CCAS de Démonstration"},
        }
    assert userinfo_claims(FACTS)["mandat"]["identity_level"] == "eidas1"


@pytest.mark.spec("OIDC Core", "5.4")
@pytest.mark.parametrize(
    ("scope", "asked", "absent", "present"),
    [
        (("openid",), (), {"given_name", "email", "birthplace", "mandat"}, {"sub", "act", "acr"}),
        (("openid", "email"), (), {"given_name", "mandat"}, {"email"}),
        (("openid",), ("birthdate", "unheard_of"), {"given_name", "unheard_of"}, {"birthdate"}),
        (("openid", "mandat"), (), {"given_name"}, {"mandat"}),
    ],
)
def test_scope_and_claims_bound_what_is_told(scope, asked, absent, present):
    claims = userinfo_claims(replace(FACTS, scope=scope, userinfo_claims=asked))
    assert not absent & claims.keys()
    assert present <= claims.keys()


def test_the_id_token_stays_small_unless_asked():
    assert "mandat" not in id_token(FACTS)
    assert id_token(replace(FACTS, id_token_claims=("mandat", "given_name")))["mandat"]["reference"] == "GAP7-K3XW-9B"
    assert "given_name" not in id_token(replace(FACTS, id_token_claims=("given_name",)))
    assert "mandat" not in id_token(replace(FACTS, id_token_claims=("mandat",), scope=("openid",)))


@pytest.mark.spec("OIDC Core", "3.1.3.6")
def test_at_hash_is_the_left_half_of_the_digest():
    assert id_token(FACTS)["at_hash"] == "77QmUPtjPfzWtF2AnpK9RQ"


@pytest.mark.spec("OIDC Core", "5.5")
@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("", True),
        ("{}", True),
        ('{"id_token": null, "userinfo": {"email": null}}', True),
        ('{"id_token": {"rep_scope": {"essential": true}}}', True),
        ('{"id_token": {"rep_scope": {"values": []}}}', True),
        ('{"id_token": {"rep_scope": {"values": "Logement"}}}', False),
        ('{"id_token": []}', False),
        ("null", False),
        ("1", False),
        ("[" * 4000, False),
        ('{"id_token": {"a": NaN}}', False),
    ],
)
def test_read_claims(text, readable):
    assert (read_claims(text) is not None) is readable


@pytest.mark.spec("RFC 8414", "2")
def test_the_metadata_promise_nothing_that_is_not_there():
    document = metadata("https://op.example")
    absent = {
        "registration_endpoint",
        "device_authorization_endpoint",
        "check_session_iframe",
        "frontchannel_logout_supported",
    }
    assert not absent & document.keys()
    assert document["response_modes_supported"] == ["query", "form_post"]
    assert document["request_uri_parameter_supported"] is False
    assert document["token_endpoint_auth_signing_alg_values_supported"] == ["ES256", "PS256", "RS256"]
    assert document["dpop_signing_alg_values_supported"] == ["ES256", "PS256"]
    assert document["code_challenge_methods_supported"] == ["S256"]
