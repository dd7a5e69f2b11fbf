"""RFC 9126: requests pushed before the browser comes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oidc.provider.known_clients import forget_client
from oidc.provider.models import Client, Connexion, PushedRequest
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db
SPEC = "RFC 9126"


@pytest.mark.spec(SPEC, "2.2")
def test_a_deposit_is_answered_201_with_a_name_that_nobody_guesses():
    answer = keyed.push(keyed.keyed_site())
    assert answer.status_code == 201
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    assert answer.json()["expires_in"] == 60
    name = answer.json()["request_uri"]
    assert name.startswith("urn:ietf:params:oauth:request_uri:")
    assert len(name.rpartition(":")[2]) >= 43
    assert name.rpartition(":")[2] not in repr(list(PushedRequest.objects.values())), "only a digest is kept"


@pytest.mark.spec(SPEC, "2")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_any_client_may_push_by_its_own_method(method):
    at, asked = flow.desk(), flow.site(auth_method=method)
    form = asked.request()
    if method == "client_secret_post":
        form |= {"client_secret": asked.secret}
    answer = flow.post_form("/par", form, flow.basic(asked) if method == "client_secret_basic" else {})
    assert answer.status_code == 201
    page = keyed.authorize_pushed(at.browser, asked, answer.json()["request_uri"])
    assert page["Location"].startswith("/authorize/choix/")


@pytest.mark.spec(SPEC, "2.1")
def test_who_does_not_authenticate_deposits_nothing():
    site = keyed.keyed_site()
    answer = flow.post_form("/par", site.request())
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not PushedRequest.objects.exists()


@pytest.mark.spec(SPEC, "2.1")
@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"request_uri": "urn:ietf:params:oauth:request_uri:abc"}, "invalid_request"),
        ({"client_id": "another"}, "invalid_request"),
    ],
)
def test_a_deposit_names_no_request_uri_and_no_other_client(form, error):
    answer = keyed.push(keyed.keyed_site(), form=form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.spec(SPEC, "2.3")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://site.example/autre"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request": "e.e.e"}, "request_not_supported"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
        ({"dpop_jkt": "short"}, "invalid_request"),
        ({"scope": ["openid", "openid"]}, "invalid_request"),
    ],
)
def test_what_authorize_would_refuse_is_refused_at_once(changes, error):
    answer = keyed.push(keyed.keyed_site(), **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert set(answer.json()) == {"error", "error_description"}
    assert "Location" not in answer


@pytest.mark.spec(SPEC, "2.3")
def test_a_deposit_beyond_the_bound_is_told_so():
    answer = keyed.push(keyed.keyed_site(), form={"more": "x" * 17_000})
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")
    assert not PushedRequest.objects.exists()


@pytest.mark.spec(SPEC, "7.4")
def test_a_record_that_changed_since_the_deposit_is_asked_again():
    at, site = flow.desk(), keyed.keyed_site()
    name = keyed.pushed_uri(site)
    Client.objects.update(redirect_uris=["https://site.example/nouveau"])
    forget_client(site.client.client_id)
    answer = keyed.authorize_pushed(at.browser, site, name)
    assert (answer.status_code, "Location" in answer) == (400, False)


@pytest.mark.spec(SPEC, "2.3")
@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_a_deposit_is_a_post(method):
    assert getattr(flow.stranger(), method)("/par").status_code == 405


@pytest.mark.spec(SPEC, "4")
def test_what_was_pushed_counts_and_what_the_browser_adds_does_not():
    at, site = flow.desk(), keyed.keyed_site()
    name = keyed.pushed_uri(site)
    added = {"state": "autre", "redirect_uri": "https://evil.example/", "scope": "openid", "prompt": "none"}
    page = keyed.authorize_pushed(at.browser, site, name, **added)["Location"]
    answer = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    back = flow.leave_uri(answer)
    assert back.startswith(site.redirect_uri + "?")
    assert flow.parameters_of(back)["state"] == site.state


@pytest.mark.spec(SPEC, "4")
def test_another_client_s_name_an_unknown_one_and_an_old_one_lead_nowhere():
    at, site, other = flow.desk(), keyed.keyed_site(), keyed.keyed_site()
    name = keyed.pushed_uri(site)
    for client, uri in ((other, name), (site, name + "x"), (site, "urn:ietf:params:oauth:request_uri:")):
        answer = keyed.authorize_pushed(at.browser, client, uri, redirect_uri=site.redirect_uri)
        assert answer.status_code == 400
        assert "oidc.pushed_unknown" in answer.content.decode()
    PushedRequest.objects.update(expires_at=timezone.now())
    assert keyed.authorize_pushed(at.browser, site, name).status_code == 400


@pytest.mark.spec("Attacks", "PAR reuse")
@pytest.mark.spec(SPEC, "4")
def test_a_name_may_be_loaded_again_until_it_is_answered_and_never_after():
    at, site = flow.desk(), keyed.keyed_site()
    name = keyed.pushed_uri(site)
    first = keyed.authorize_pushed(at.browser, site, name)["Location"]
    second = keyed.authorize_pushed(at.browser, site, name)["Location"]
    chosen = {"autorisation": str(at.autorisation().id)}
    assert at.browser.post(second, chosen).status_code == 200
    assert keyed.authorize_pushed(at.browser, site, name).status_code == 400
    assert at.browser.post(first, chosen).status_code == 409, "the first tab gets no second code"
    assert Connexion.objects.count() == 1


@pytest.mark.spec(SPEC, "4")
def test_a_choice_that_was_refused_may_be_made_again():
    at, site = flow.desk(), keyed.keyed_site()
    page = keyed.authorize_pushed(at.browser, site, keyed.pushed_uri(site))["Location"]
    assert at.browser.post(page, {"autorisation": "00000000-0000-0000-0000-000000000000"}).status_code >= 400
    assert at.browser.post(page, {"autorisation": str(at.autorisation().id)}).status_code == 200


@pytest.mark.spec(SPEC, "5")
def test_a_client_held_to_it_is_refused_without():
    at, site = flow.desk(), keyed.keyed_site(requires_par=True)
    answer = flow.authorize(at.browser, site)
    told = flow.parameters_of(answer["Location"])
    assert (told["error"], told["state"]) == ("invalid_request", site.state)
    assert keyed.authorize_pushed(at.browser, site, keyed.pushed_uri(site))["Location"].startswith("/authorize/choix/")


@pytest.mark.spec(SPEC, "5")
def test_the_metadata_name_the_endpoint():
    document = flow.stranger().get("/.well-known/openid-configuration").json()
    assert document["pushed_authorization_request_endpoint"].endswith("/par")
    assert document["require_pushed_authorization_requests"] is False


@pytest.mark.spec(SPEC, "7.3")
def test_an_expired_request_is_kept_no_longer_than_its_answer_needs():
    from oidc.provider.purge import purge_expired

    keyed.pushed_uri(keyed.keyed_site())
    purge_expired(timezone.now() + timedelta(minutes=5))
    assert PushedRequest.objects.count() == 1
    purge_expired(timezone.now() + timedelta(minutes=32))
    assert not PushedRequest.objects.exists()
