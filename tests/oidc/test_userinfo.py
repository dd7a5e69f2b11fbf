"""Userinfo and introspection through HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.journal.models import Entree, RefusCompte
from mandats.registre.models import Usager
from oidc.provider.models import AccessToken, Client
from tests.oidc import flow
from tests.oidc.ending import end

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RFC 6750", "3.1")
@pytest.mark.parametrize(
    ("path", "headers", "status", "error"),
    [
        ("/userinfo", {}, 401, None),
        ("/userinfo", {"Authorization": "Basic abc"}, 401, None),
        ("/userinfo", {"Authorization": "Bearer unknown"}, 401, "invalid_token"),
        ("/userinfo", {"Authorization": "Bearer \x00"}, 401, "invalid_token"),
        ("/userinfo?access_token=x", {}, 400, "invalid_request"),
    ],
)
def test_refusals_have_the_form_of_the_standard(path, headers, status, error):
    answer = flow.stranger().get(path, headers=headers)
    assert answer.status_code == status
    assert answer["WWW-Authenticate"].startswith('Bearer realm="mandats"')
    assert answer.json().get("error") == error
    assert (f'error="{error}"' in answer["WWW-Authenticate"]) is (error is not None)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.spec("OIDC Core", "5.3.1")
@pytest.mark.reaches("GET oidc:userinfo", "POST oidc:userinfo")
def test_userinfo_answers_get_and_post_and_takes_no_token_in_a_form():
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    assert flow.userinfo(token).json() == flow.post_form("/userinfo", {}, {"Authorization": f"Bearer {token}"}).json()
    assert flow.post_form("/userinfo", {"access_token": token}).status_code == 400


@pytest.mark.parametrize("birthdate", ["1962-08-00", "1962-00-00"])
def test_a_presumed_birth_date_crosses_as_it_came(birthdate):
    at, asked = flow.desk(), flow.site("franceconnect")
    Usager.objects.update(birthdate=birthdate, birthplace="", birthcountry="99135")
    claims = flow.userinfo(flow.tokens_of(at, asked)["access_token"]).json()
    assert claims["birthdate"] == birthdate
    assert claims["birthcountry"] == "99135"
    assert "birthplace" not in claims
    assert set(claims) == {"sub", "given_name", "family_name", "birthdate", "gender", "birthcountry", "email"}


@pytest.mark.parametrize(("profile", "crosses"), [("franceconnect", "sa-fille@example.org"), ("administration", None)])
def test_an_address_that_is_no_contact_goes_back_to_franceconnect_alone(profile, crosses):
    at, asked = flow.desk(), flow.site(profile)
    Usager.objects.update(email="", franceconnect_email="sa-fille@example.org")
    claims = flow.userinfo(flow.tokens_of(at, asked)["access_token"]).json()
    assert claims.get("email") == crosses


@pytest.mark.parametrize("what", ["revoked", "suspended", "expired", "aidant"])
def test_what_ends_after_the_token_stops_it_at_once_and_is_journaled(what):
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    assert flow.introspect(asked, token).json()["active"] is True
    end(what)
    assert flow.userinfo(token).status_code == 401
    assert flow.introspect(asked, token).json() == {"active": False}
    entries = Entree.objects.filter(event="utilisation:refuse").order_by("id")
    assert [b'"step":"userinfo"' in bytes(entries[0].body), b'"step":"introspection"' in bytes(entries[1].body)] == [
        True,
        True,
    ]


def test_a_site_in_a_loop_on_a_dead_token_fills_no_journal():
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    end("revoked")
    for _ in range(6):
        assert flow.userinfo(token).status_code == 401
        assert flow.introspect(asked, token).json() == {"active": False}
    counted = RefusCompte.objects.filter(kind__startswith="utilisation:refuse/")
    assert sum(row.count for row in counted) == 12
    assert Entree.objects.filter(event="utilisation:refuse").count() == counted.count() < 12


def test_an_expired_token_is_dead():
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert flow.userinfo(token).status_code == 401
    assert flow.introspect(asked, token).json() == {"active": False}


def test_a_suspended_client_gets_no_identity():
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    Client.objects.update(suspended_at=timezone.now())
    assert flow.userinfo(token).status_code == 401


@pytest.mark.spec("RFC 7662", "2.2")
def test_introspection_tells_who_acts_under_which_mandat():
    at, asked = flow.desk(), flow.site()
    tokens = flow.tokens_of(at, asked)
    said = flow.introspect(asked, tokens["access_token"]).json()
    claims = flow.claims_of(tokens["id_token"])
    assert said["active"] is True
    assert (said["sub"], said["iss"], said["act"]) == (claims["sub"], claims["iss"], claims["act"])
    assert said["mandat"]["reference"] == at.mandat.reference
    assert said["client_id"] == asked.client.client_id
    assert said["token_type"] == "Bearer"
    assert said["exp"] - said["iat"] <= 300


@pytest.mark.spec("RFC 7662", "2.1")
def test_introspection_is_for_the_client_s_own_tokens():
    at, asked, other = flow.desk(), flow.site(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    assert flow.introspect(other, token).json() == {"active": False}
    assert flow.introspect(asked, "unknown").json() == {"active": False}
    assert flow.post_form("/introspect", {"token": token}).status_code == 401
    answer = flow.post_form("/introspect", {}, flow.basic(asked))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    hinted = flow.post_form("/introspect", {"token": token, "token_type_hint": "saml"}, flow.basic(asked))
    assert hinted.json()["active"] is True
