"""RFC 7009: a client gives a token back."""

import pytest

from aidants.journal.models import Entree
from tests.oidc import flow

pytestmark = pytest.mark.django_db
SPEC = "RFC 7009"


def revoke(site, token, **form):
    return flow.post_form("/revoke", {"token": token, **form}, flow.basic(site))


@pytest.mark.spec(SPEC, "2.1")
def test_a_token_given_back_is_dead_and_the_mandat_stands():
    at, site = flow.desk(), flow.site()
    first, second = (flow.tokens_of(at, site)["access_token"] for _ in range(2))
    answer = revoke(site, first)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert flow.userinfo(first).status_code == 401
    assert flow.introspect(site, first).json() == {"active": False}
    assert flow.userinfo(second).status_code == 200
    assert revoke(site, first).status_code == 200, "a second time changes nothing"
    assert Entree.objects.filter(event="connexion:revoke").count() == 1


@pytest.mark.spec(SPEC, "2.2")
@pytest.mark.parametrize("token", ["unknown", "a.b.c", "é", "x" * 4000])
def test_an_unknown_token_is_answered_the_same(token):
    assert revoke(flow.site(), token).status_code == 200


@pytest.mark.spec(SPEC, "2.1")
def test_another_client_s_token_stays():
    at, site = flow.desk(), flow.site()
    token = flow.tokens_of(at, site)["access_token"]
    assert revoke(flow.site(), token).status_code == 200, "and whose it is, is not told"
    assert flow.userinfo(token).status_code == 200


@pytest.mark.writes("connexion:revoke")
@pytest.mark.spec(SPEC, "2.1")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "autre"])
def test_a_hint_misleads_nobody(hint):
    at, site = flow.desk(), flow.site()
    token = flow.tokens_of(at, site)["access_token"]
    assert revoke(site, token, token_type_hint=hint).status_code == 200
    assert flow.userinfo(token).status_code == 401


@pytest.mark.spec(SPEC, "2.2.1")
def test_refusals_are_those_of_the_token_endpoint():
    site = flow.site()
    answer = flow.post_form("/revoke", {"token": "x"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = flow.post_form("/revoke", {}, flow.basic(site))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert flow.stranger().get("/revoke").status_code == 405
