"""RFC 6750: how a token is shown at userinfo, the one resource that we protect with it."""

import re

import pytest

from tests.oidc import flow

pytestmark = pytest.mark.django_db
_CHALLENGE = re.compile(
    r'Bearer( [a-z_]+="[\x20-\x21\x23-\x5b\x5d-\x7e]*")(, [a-zA-Z_ ]+="[\x20-\x21\x23-\x5b\x5d-\x7e]*")*'
)


def ask(headers, path="/userinfo"):
    return flow.stranger().get(path, headers=headers)


@pytest.mark.spec("RFC 6750", "2.1")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_header_is_enough_whatever_the_case_of_its_scheme(scheme):
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    assert ask({"Authorization": f"{scheme} {token}"}).status_code == 200


@pytest.mark.spec("RFC 6750", "2")
@pytest.mark.spec("RFC 6750", "2.2")
@pytest.mark.spec("RFC 6750", "2.3")
def test_one_way_and_neither_form_nor_address_is_one():
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    header = {"Authorization": f"Bearer {token}"}
    query = f"/userinfo?access_token={token}"
    for answer in (
        ask({}, query),
        ask(header, query),
        flow.post_form("/userinfo", {"access_token": token}),
        flow.post_form("/userinfo", {"access_token": token}, header),
    ):
        assert answer.status_code == 400
        assert 'error="invalid_request"' in answer["WWW-Authenticate"]
        assert token not in answer.content.decode()
    assert ask(header).status_code == 200


@pytest.mark.spec("RFC 6750", "3")
@pytest.mark.spec("RFC 6750", "3.1")
@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [
        ({}, 401, None),
        ({"Authorization": "Basic abc"}, 401, None),
        ({"Authorization": "Bearer"}, 401, "invalid_token"),
        ({"Authorization": "Bearer a b"}, 401, "invalid_token"),
        ({"Authorization": "Bearer unknown"}, 401, "invalid_token"),
    ],
)
def test_a_refusal_carries_its_challenge(headers, status, error):
    answer = ask(headers)
    assert answer.status_code == status
    challenge = answer["WWW-Authenticate"]
    assert _CHALLENGE.fullmatch(challenge), challenge
    assert challenge.count("realm=") == 1
    assert challenge.count("scope=") <= 1
    assert challenge.count("error=") == challenge.count("error_description=") == (1 if error else 0)
    assert answer.json() == {} if error is None else answer.json()["error"] == error


@pytest.mark.spec("RFC 6750", "3.1")
def test_a_token_that_lacks_a_scope_is_refused_nothing_and_told_less():
    """Userinfo wants ``openid`` alone, without which no token exists: nothing here is ever insufficient."""
    at, asked = flow.desk(), flow.site()
    told = ask({"Authorization": f"Bearer {flow.tokens_of(at, asked, scope='openid')['access_token']}"})
    assert told.status_code == 200
    assert not {"family_name", "birthdate", "email", "mandat"} & told.json().keys()


@pytest.mark.spec("RFC 6750", "5.3")
def test_a_token_is_short_lived_for_one_audience_and_no_cache_keeps_what_it_opens():
    at, asked = flow.desk(), flow.site()
    tokens = flow.tokens_of(at, asked)
    assert tokens["expires_in"] <= 300
    answer = ask({"Authorization": f"Bearer {tokens['access_token']}"})
    assert "no-store" in answer["Cache-Control"]
    assert flow.introspect(asked, tokens["access_token"]).json()["aud"] == asked.client.client_id
