"""RFC 6749: what the two endpoints that we offer must do, by section; only the code grant exists here."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.html import escape

from oidc.protocol.metadata import PATHS
from oidc.provider.clients import UnfitClient
from oidc.provider.models import Client
from tests.architecture import sources
from tests.oidc import flow

pytestmark = pytest.mark.django_db


def redirected(answer):
    """Return the parameters that go back to the site."""
    assert answer.status_code == 303, answer.content.decode()
    return flow.parameters_of(answer["Location"])


def raw_query(asked, more, **changes):
    return flow.stranger().get(f"/authorize?{flow.urlencode(asked.request(**changes))}&{more}")


@pytest.mark.spec("RFC 6749", "2.3.1")
def test_credentials_stand_in_the_header_or_the_body_and_never_in_the_address():
    at, asked = flow.desk(), flow.site(auth_method="client_secret_post")
    form = flow.token_form(asked, flow.code_of(at, asked))
    own = {name: form.pop(name) for name in ("client_id", "client_secret")}
    answer = flow.post_form("/token?" + flow.urlencode(own), form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert flow.post_form("/token", form | own).status_code == 200


@pytest.mark.spec("RFC 6749", "2.3.1")
def test_basic_credentials_are_form_encoded_before_they_are_joined():
    asked = flow.site()
    asked.secret = asked.secret.replace("-", "%2D").replace("_", "%5F")
    answer = flow.post_form("/token", {"grant_type": "authorization_code", "code": "x"}, flow.basic(asked))
    assert answer.json()["error"] == "invalid_grant", "the client was known by its encoded secret"


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.parametrize("header", ["Basic ///", "Basic /w==", "Basic", "Bearer abc", "Digest a=b"])
@pytest.mark.parametrize("path", ["/token", "/revoke"])
def test_a_header_that_names_nobody_is_a_failure_told_by_401_whoever_the_form_names(header, path):
    form = {"client_id": flow.site().client.client_id, "grant_type": "authorization_code", "code": "x", "token": "x"}
    answer = flow.post_form(path, form, {"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.spec("RFC 6749", "3.1")
@pytest.mark.spec("RFC 6749", "3.2")
def test_the_addresses_of_the_endpoints_hold_no_fragment():
    document = flow.stranger().get("/.well-known/oauth-authorization-server").json()
    assert not [document[name] for name in PATHS if {"#", "?"} & set(document[name])]


@pytest.mark.spec("RFC 6749", "3.1")
@pytest.mark.parametrize(
    "query", ["state=a", "code", "lieu=a&iss=https://evil.example", "err%6Fr=", "error_description=x"]
)
def test_an_answer_holds_nothing_twice_because_no_registered_address_holds_what_it_adds(query):
    with pytest.raises(UnfitClient, match="notre réponse l’ajoute"):
        flow.site(redirect_uris=[f"https://site.example/retour?{query}"])


@pytest.mark.spec("RFC 6749", "3.1")
def test_an_unknown_parameter_is_ignored_and_an_empty_one_is_as_if_left_out():
    asked = flow.site()
    assert raw_query(asked, "resource=a&resource=b&prompt=&max_age=").status_code == 303
    assert redirected(raw_query(asked, "response_type=", response_type=None))["error"] == "invalid_request"
    assert redirected(raw_query(asked, "state=&nonce=", state=None, response_type="token"))["error"] is not None
    assert "state" not in redirected(raw_query(asked, "state=", state=None, response_type="token"))


@pytest.mark.spec("RFC 6749", "3.1.1")
@pytest.mark.parametrize(
    ("response_type", "error"),
    [
        (None, "invalid_request"),
        ("token", "unsupported_response_type"),
        ("code token", "unsupported_response_type"),
        ("CODE", "unsupported_response_type"),
        ("none", "unsupported_response_type"),
    ],
)
def test_the_response_type_is_code(response_type, error):
    asked = flow.site()
    told = redirected(flow.authorize(flow.stranger(), asked, response_type=response_type))
    assert (told["error"], told["state"]) == (error, asked.state)


@pytest.mark.spec("RFC 6749", "3.1.2")
@pytest.mark.parametrize(
    "uri", ["https://site.example/retour#ici", "/retour", "site.example/retour", "//site.example/"]
)
def test_an_address_to_return_to_is_absolute_and_has_no_fragment(uri):
    with pytest.raises(UnfitClient):
        flow.site(redirect_uris=[uri])


@pytest.mark.spec("RFC 6749", "3.1.2")
def test_the_query_of_a_registered_address_is_kept():
    at, asked = flow.desk(), flow.site(redirect_uris=["https://site.example/retour?lieu=a%20b&vide="])
    page = flow.choice_page(at.browser, asked)
    target = flow.leave_uri(at.browser.post(page, {"autorisation": str(at.autorisation().id)}))
    assert target.startswith("https://site.example/retour?lieu=a%20b&vide=&code=")


@pytest.mark.spec("RFC 6749", "3.1.2.3")
@pytest.mark.parametrize("uris", [1, 2])
def test_the_address_is_named_in_each_request_even_if_only_one_is_registered(uris):
    asked = flow.site(redirect_uris=[f"https://site.example/{rank}" for rank in range(uris)])
    answer = flow.authorize(flow.stranger(), asked, redirect_uri=None)
    assert (answer.status_code, "Location" in answer) == (400, False)


@pytest.mark.spec("RFC 6749", "3.1.2.4")
@pytest.mark.spec("RFC 6749", "10.15")
def test_nobody_is_sent_to_an_address_that_is_not_registered():
    answer = flow.authorize(flow.stranger(), flow.site(), redirect_uri="https://evil.example/", prompt="none")
    assert (answer.status_code, "Location" in answer) == (400, False)
    assert "evil.example" not in answer.content.decode()


@pytest.mark.spec("RFC 6749", "3.2")
@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_a_token_is_asked_by_post(method):
    assert getattr(flow.stranger(), method)("/token").status_code == 405


@pytest.mark.spec("RFC 6749", "3.2")
def test_at_the_token_endpoint_unknown_parameters_are_ignored_and_none_stands_twice():
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    for name in ("code", "grant_type", "redirect_uri", "code_verifier"):
        form = flow.token_form(asked, code)
        answer = flow.post_form("/token", form | {name: [form[name], form[name]]}, flow.basic(asked))
        assert answer.json()["error"] == "invalid_request", name
    assert flow.exchange(asked, code, resource=["a", "b"], other="a\x00", scope="").status_code == 200


@pytest.mark.spec("RFC 6749", "4.1.3")
def test_the_form_is_utf_8_whatever_of_it_is_encoded_and_however_its_type_is_written():
    at, asked = flow.desk(), flow.site()
    form = flow.token_form(asked, flow.code_of(at, asked)) | {"other": "é +"}
    body = "&".join(f"{name}={''.join(f'%{byte:02x}' for byte in value.encode())}" for name, value in form.items())
    kind = "Application/X-WWW-Form-urlencoded ; Charset=utf-8"
    answer = flow.stranger().post("/token", body, content_type=kind, headers=flow.basic(asked))
    assert answer.status_code == 200, answer.content


@pytest.mark.spec("RFC 6749", "3.2.1")
@pytest.mark.spec("RFC 6749", "4.1.3")
@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke", "/par"])
def test_every_client_authenticates_wherever_its_server_calls(path):
    asked = flow.site()
    answer = flow.post_form(path, {"client_id": asked.client.client_id, "token": "x", **asked.request()})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.spec("RFC 6749", "3.3")
@pytest.mark.parametrize(
    ("scope", "given"),
    [("openid", "openid"), ("birth openid PROFILE", "openid birth"), ("openid offline_access phone", "openid")],
)
def test_the_scope_given_is_told_and_its_values_are_case_sensitive(scope, given):
    at, asked = flow.desk(), flow.site()
    assert flow.tokens_of(at, asked, scope=scope)["scope"] == given


@pytest.mark.spec("RFC 6749", "4.1.1")
def test_a_request_for_more_than_a_record_may_have_gets_what_it_may():
    at, asked = flow.desk(), flow.site(scopes=["openid", "birth"])
    assert flow.tokens_of(at, asked)["scope"] == "openid birth"


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_a_code_is_bound_to_its_client_and_its_address():
    at, asked = flow.desk(), flow.site(redirect_uris=["https://site.example/a", "https://site.example/b"])
    code = flow.code_of(at, asked)
    assert flow.exchange(asked, code, redirect_uri="https://site.example/b").json()["error"] == "invalid_grant"
    assert flow.exchange(asked, code, redirect_uri=None).json()["error"] == "invalid_grant"
    other = flow.site(redirect_uris=asked.client.redirect_uris)
    other.verifier = asked.verifier
    assert flow.exchange(other, code).json()["error"] == "invalid_grant"
    assert flow.exchange(asked, code).status_code == 200


ERRORS = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"scope": None}, "invalid_scope"),
    ({"nonce": "a\nb"}, "invalid_request"),
]


@pytest.mark.spec("RFC 6749", "4.1.2.1")
@pytest.mark.parametrize(("changes", "error"), ERRORS)
@pytest.mark.parametrize("state", ["plain", "a&b=c d%20é", None])
def test_an_error_comes_back_by_its_name_with_the_state_that_came(changes, error, state):
    told = redirected(flow.authorize(flow.stranger(), flow.site(), **(changes | {"state": state})))
    assert told["error"] == error
    assert told.get("state") == state
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", told["error_description"])
    assert set(told) <= {"error", "error_description", "state", "iss"}


@pytest.mark.spec("RFC 6749", "4.1.2.1")
def test_who_goes_back_says_access_denied():
    at, asked = flow.desk(), flow.site()
    answer = at.browser.post(flow.choice_page(at.browser, asked) + "/retour")
    assert flow.parameters_of(flow.leave_uri(answer)) | {"error_description": ""} == {
        "error": "access_denied",
        "error_description": "",
        "state": asked.state,
        "iss": settings.ISSUER,
    }


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.parametrize(
    "grant", ["password", "client_credentials", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"]
)
def test_no_other_grant_exists(grant):
    asked = flow.site()
    form = {"grant_type": grant, "username": "a", "password": "b", "refresh_token": "c", "assertion": "d", "code": "x"}
    answer = flow.post_form("/token", form, flow.basic(asked))
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.spec("RFC 6749", "5.2")
def test_a_client_that_signs_nobody_in_may_not_use_the_grant():
    partner = flow.site("partenaire", redirect_uris=[], post_logout_redirect_uris=[])
    answer = flow.exchange(partner, "x", redirect_uri=None)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.spec("RFC 6749", "5.2")
def test_an_error_is_json_that_no_cache_keeps():
    answer = flow.post_form("/token", {"grant_type": "authorization_code", "code": "x"}, flow.basic(flow.site()))
    assert answer["Content-Type"] == "application/json"
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", answer.json()["error_description"])


@pytest.mark.spec("RFC 6749", "5.1")
@pytest.mark.spec("RFC 6750", "5.2")
def test_the_answer_is_one_flat_object_of_texts_and_numbers_and_leaves_no_cookie():
    at, asked = flow.desk(), flow.site()
    answer = flow.exchange(asked, flow.code_of(at, asked))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    kinds = {name: type(value) for name, value in answer.json().items()}
    texts = dict.fromkeys(("access_token", "token_type", "id_token", "scope"), str)
    assert kinds == texts | {"expires_in": int}
    assert not answer.cookies


@pytest.mark.spec("RFC 6749", "10.2")
@pytest.mark.spec("RFC 9396", "3.1")
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scope": "openid"}, "contenu et dates du mandat, nom de votre structure."),
        (
            {"scope": "openid birth email mandat"},
            "lieu de naissance, adresse électronique, contenu et dates du mandat,",
        ),
        (
            {"scope": "openid", "claims": '{"userinfo":{"birthdate":null,"other":null},"id_token":{"email":null}}'},
            "pendant cinq minutes : date de naissance, contenu et dates du mandat, nom de votre structure.",
        ),
    ],
)
def test_the_page_says_who_asks_for_what_and_for_how_long(changes, told):
    at, asked = flow.desk(), flow.site()
    wanted = '[{"type":"mandat","demarches":["argent"]}]'
    page = flow.choice_page(at.browser, asked, authorization_details=wanted, **changes)
    shown = at.browser.get(page).content.decode().replace("\u00a0", " ")
    assert asked.client.name in shown
    assert "Ce que ce site pourra lire, pendant cinq minutes : " in shown
    assert escape(told) in shown
    assert "<li>Argent" in shown
    assert "<li>Logement" not in shown


@pytest.mark.spec("RFC 6749", "10.10")
def test_codes_and_tokens_are_drawn_at_random_and_never_twice():
    at, asked = flow.desk(), flow.site()
    codes = {flow.code_of(at, asked) for _ in range(5)}
    tokens = {flow.exchange(asked, code).json()["access_token"] for code in codes}
    assert len(codes) == len(tokens) == 5
    assert all(len(one) >= 43 for one in codes | tokens), "256 bits in base64url"


@pytest.mark.spec("RFC 6749", "4.1.2")
@pytest.mark.spec("RFC 6749", "5.1")
def test_what_is_given_has_the_size_that_is_documented():
    at, asked, signed = flow.desk(), flow.site(), flow.site(access_token_format="jwt")
    code = flow.code_of(at, asked)
    given = (asked.secret, code, flow.exchange(asked, code).json()["access_token"])
    told = sources.text(Path("oidc/README.md"))
    assert "A client's identifier has 22 characters; its secret, a code and an opaque token 43;" in told
    assert len(asked.client.client_id) == 22
    assert {len(one) for one in given} == {43}
    assert len(flow.tokens_of(at, signed)["access_token"]) <= 4096


@pytest.mark.spec("RFC 6749", "10.14")
@pytest.mark.parametrize("state", ["<script>alert(1)</script>", "\r\nSet-Cookie: a=b", '"><img src=x>', "\x00"])
def test_what_a_stranger_sends_is_never_written_as_it_came(state):
    at, asked = flow.desk(), flow.site()
    for changes in ({"prompt": "none"}, {"response_mode": "form_post", "prompt": "none"}, {"redirect_uri": state}):
        answer = flow.authorize(at.browser, asked, **({"state": state} | changes))
        assert "<script>alert" not in answer.content.decode()
        assert "<img src" not in answer.content.decode()
        assert "a=b" not in answer.cookies.output()
        assert "\n" not in answer.get("Location", "")


@pytest.mark.spec("RFC 6749", "2.2")
def test_a_client_identifier_is_one_client_s_and_no_secret():
    first, second = flow.site(), flow.site()
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=second.client.pk).update(client_id=first.client.client_id)
    answer = flow.post_form("/introspect", {"token": "x"}, flow.basic(first, first.client.client_id))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
