"""RFC 7009: a client gives a token back."""

import pytest
from django.utils import timezone

from aidants.journal.models import Entree
from oidc.provider.models import AccessToken
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
    AccessToken.objects.update(expires_at=timezone.now())
    assert revoke(site, second).status_code == 200, "one that has expired is no error either"
    assert Entree.objects.filter(event="connexion:revoke").count() == 2


@pytest.mark.spec(SPEC, "2.2")
@pytest.mark.parametrize("token", ["unknown", "a.b.c", "é", "x" * 4000])
def test_an_unknown_token_is_answered_the_same(token):
    assert revoke(flow.site(), token).status_code == 200


@pytest.mark.spec(SPEC, "2.1")
def test_another_client_s_token_is_refused_and_stays():
    at, site = flow.desk(), flow.site()
    token = flow.tokens_of(at, site)["access_token"]
    answer = revoke(flow.site(), token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert site.client.client_id not in answer.content.decode(), "whose it is, is not told"
    assert flow.userinfo(token).status_code == 200


@pytest.mark.writes("connexion:revoke")
@pytest.mark.spec(SPEC, "2.1")
@pytest.mark.parametrize(
    ("hint", "kind"), [("access_token", "opaque"), ("refresh_token", "opaque"), ("autre", "jwt"), ("", "jwt")]
)
def test_a_hint_misleads_nobody(hint, kind):
    at, site = flow.desk(), flow.site(access_token_format=kind)
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
