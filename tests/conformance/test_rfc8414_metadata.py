"""RFC 8414: what the server says of itself, and that each word of it is kept."""

import pytest
from django.conf import settings

from oidc.protocol.metadata import PATHS
from tests.oidc import flow

pytestmark = pytest.mark.django_db
WELL_KNOWN = "/.well-known/oauth-authorization-server"


def document():
    return flow.stranger().get(WELL_KNOWN).json()


@pytest.mark.spec("RFC 8414", "3.1")
@pytest.mark.spec("RFC 8414", "3.2")
def test_it_is_json_by_get_at_the_well_known_address():
    answer = flow.stranger().get(WELL_KNOWN)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert flow.stranger().post(WELL_KNOWN).status_code == 405
    assert not [name for name, value in answer.json().items() if value in ([], "", None)], "empty claims are left out"


@pytest.mark.spec("RFC 8414", "2")
@pytest.mark.spec("RFC 8414", "3.3")
def test_the_issuer_is_the_address_without_query_nor_fragment():
    told = document()["issuer"]
    assert told == settings.ISSUER
    assert not {"?", "#"} & set(told)
    assert not told.endswith("/")


@pytest.mark.spec("RFC 8414", "2")
def test_what_is_required_is_there_and_none_signs_nothing():
    told = document()
    assert {"issuer", "authorization_endpoint", "token_endpoint", "response_types_supported"} <= told.keys()
    for endpoint in ("token", "introspection", "revocation"):
        methods = told[f"{endpoint}_endpoint_auth_methods_supported"]
        algs = told[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert "private_key_jwt" in methods
        assert algs
        assert "none" not in algs
        assert "none" not in methods


@pytest.mark.spec("RFC 8414", "2")
@pytest.mark.parametrize("name", PATHS)
def test_each_endpoint_named_is_served_there(name):
    path = document()[name].removeprefix(settings.ISSUER)
    assert flow.stranger().get(path).status_code in (200, 400, 401, 405)


@pytest.mark.spec("RFC 8414", "2")
def test_each_promise_is_kept_and_what_is_not_promised_refused():
    told = document()
    at, asked = flow.desk(), flow.site()
    for mode in told["response_modes_supported"]:
        assert flow.choice_page(at.browser, asked, response_mode=mode)
    assert flow.authorize(at.browser, asked, response_mode="fragment").status_code == 400
    for prompt in told["prompt_values_supported"]:
        error = flow.parameters_of(flow.authorize(flow.stranger(), asked, prompt=prompt)["Location"]).get("error", "")
        assert error == ("login_required" if prompt == "none" else ""), prompt
    granted = flow.tokens_of(at, asked, scope=" ".join(told["scopes_supported"]))["scope"]
    assert set(granted.split()) == set(told["scopes_supported"])
    assert told["grant_types_supported"] == ["authorization_code"]
