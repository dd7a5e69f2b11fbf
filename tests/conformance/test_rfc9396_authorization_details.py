"""RFC 9396: demarches wanted, and the one granted, as authorization details of type ``mandat``."""

import json

import pytest

from oidc.protocol.authorization_details import read_details
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db
SPEC = "RFC 9396"


def details(*demarches):
    return json.dumps([{"type": "mandat", "demarches": list(demarches)}])


@pytest.mark.spec(SPEC, "2")
@pytest.mark.spec(SPEC, "7")
def test_what_is_wanted_narrows_the_choice_and_what_is_granted_is_told():
    at, site = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, site, authorization_details=details("argent"))
    shown = at.browser.get(page).content.decode()
    assert str(at.autorisation("argent").id) in shown
    assert str(at.autorisation("logement").id) not in shown
    refused = at.browser.post(page, {"autorisation": str(at.autorisation("logement").id)})
    assert refused.status_code == 403
    tokens = flow.tokens_of(at, site, authorization_details=details("logement", "justice"))
    granted = [{"type": "mandat", "demarches": ["logement"], "reference": at.mandat.reference}]
    assert tokens["authorization_details"] == granted
    assert flow.introspect(site, tokens["access_token"]).json()["authorization_details"] == granted


@pytest.mark.spec(SPEC, "7")
def test_nothing_is_told_to_who_asked_nothing():
    at, site = flow.desk(), flow.site()
    tokens = flow.tokens_of(at, site)
    assert "authorization_details" not in tokens
    assert "authorization_details" not in flow.introspect(site, tokens["access_token"]).json()


@pytest.mark.spec(SPEC, "5")
@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "[1]",
        "null",
        "[",
        '[{"demarches":["logement"]}]',
        '[{"type":"autre","demarches":["logement"]}]',
        '[{"type":"mandat"}]',
        '[{"type":"mandat","demarches":[]}]',
        '[{"type":"mandat","demarches":"logement"}]',
        '[{"type":"mandat","demarches":["Logement"]}]',
        '[{"type":"mandat","demarches":[["logement"]]}]',
        '[{"type":"mandat","demarches":["logement"],"actions":["read"]}]',
        '[{"type":"Mandat","demarches":["logement"]}]',
        '[{"type":"mandat ","demarches":["logement"]}]',
        '[{"type":"\uff4dandat","demarches":["logement"]}]',
        '[{"type":"mandat","demarches":["log\u200bement"]}]',
        '[{"type":"mandat","demarches":["logement"]},{"type":"x"}]',
        "[" * 2000,
    ],
)
def test_what_is_not_ours_is_refused_by_its_own_code(text):
    assert read_details(text) is None
    answer = flow.authorize(flow.stranger(), flow.site(), authorization_details=text)
    assert flow.parameters_of(answer["Location"])["error"] == "invalid_authorization_details"


@pytest.mark.spec(SPEC, "5")
def test_so_it_is_when_it_is_pushed():
    answer = keyed.push(keyed.keyed_site(), authorization_details='[{"type":"autre"}]')
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_authorization_details")


@pytest.mark.spec(SPEC, "2")
def test_several_objects_add_up():
    both = '[{"type":"mandat","demarches":["argent"]},{"type":"mandat","demarches":["logement","argent"]}]'
    assert read_details(both) == ("argent", "logement")


@pytest.mark.spec(SPEC, "6")
@pytest.mark.spec(SPEC, "8")
def test_the_exchange_may_repeat_or_reduce_and_never_widen():
    at, site = flow.desk(), flow.site()
    code = flow.code_of(at, site, authorization_details=details("logement", "argent"))
    unfit = (
        '[{"type":"autre"}]',
        '[{"type":"mandat","demarches":["logement"],"x":1}]',
        '[{"type":"mandat","demarches":1}]',
        '[{"type":"mandat","demarches":["x"]}]',
        '[{"type":"mandat"}]',
    )
    for wrong in (details("argent"), "[]", *unfit):
        answer = flow.exchange(site, code, authorization_details=wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_authorization_details")
    assert flow.exchange(site, code, authorization_details=details("logement")).status_code == 200


@pytest.mark.spec(SPEC, "6")
@pytest.mark.spec(SPEC, "7")
def test_the_exchange_names_nothing_where_nothing_was_granted_by_name():
    at, site = flow.desk(), flow.site()
    code = flow.code_of(at, site)
    answer = flow.exchange(site, code, authorization_details=details("logement"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_authorization_details")
    assert "authorization_details" not in flow.exchange(site, code).json()


@pytest.mark.spec(SPEC, "10")
def test_the_metadata_name_the_type():
    document = flow.stranger().get("/.well-known/oauth-authorization-server").json()
    assert document["authorization_details_types_supported"] == ["mandat"]


def test_franceconnect_never_asks_it_and_is_not_refused():
    at, site = flow.desk(), flow.site("franceconnect")
    assert flow.choice_page(at.browser, site, authorization_details="{")


@pytest.mark.spec(SPEC, "9.1")
def test_a_jwt_access_token_holds_what_was_granted():
    at, site = flow.desk(), flow.site(access_token_format="jwt")
    tokens = flow.tokens_of(at, site, authorization_details=details("logement"))
    assert flow.claims_of(tokens["access_token"])["authorization_details"] == tokens["authorization_details"]
    assert "authorization_details" not in flow.claims_of(flow.tokens_of(at, site)["access_token"])


@pytest.mark.spec(SPEC, "3.1")
def test_scope_and_details_are_both_met():
    at, site = flow.desk(), flow.site()
    tokens = flow.tokens_of(at, site, scope="openid email", authorization_details=details("logement"))
    assert tokens["scope"] == "openid email"
    told = flow.userinfo(tokens["access_token"]).json()
    assert ("email" in told, "family_name" in told) == (True, False)
