"""RFC 7636: the proof that who redeems a code is who asked for it.  S256 alone (RFC 9700 §2.1.1)."""

import pytest

from tests.oidc import flow, keyed
from tests.oidc.records import CHALLENGE, VERIFIER

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RFC 7636", "appendix B")
@pytest.mark.spec("RFC 7636", "4.2")
def test_the_example_of_the_specification():
    at, asked = flow.desk(), flow.site()
    asked.verifier = VERIFIER
    assert asked.challenge == CHALLENGE
    assert flow.exchange(asked, flow.code_of(at, asked)).status_code == 200


@pytest.mark.spec("RFC 7636", "4.1")
@pytest.mark.parametrize("verifier", ["a" * 43, "a" * 128, "A-Z._~0" * 7])
def test_a_verifier_of_43_to_128_unreserved_characters_is_taken(verifier):
    at, asked = flow.desk(), flow.site()
    asked.verifier = verifier
    assert flow.exchange(asked, flow.code_of(at, asked)).status_code == 200


@pytest.mark.spec("RFC 7636", "4.1")
@pytest.mark.parametrize("verifier", ["a" * 42, "a" * 129, "a" * 42 + "+", "a" * 42 + " ", "é" * 43])
def test_another_is_refused_even_when_it_answers(verifier):
    at, asked = flow.desk(), flow.site()
    asked.verifier = verifier
    answer = flow.exchange(asked, flow.code_of(at, asked))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("RFC 7636", "4.3")
@pytest.mark.spec("RFC 7636", "4.4.1")
@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": "S512"},
        {"code_challenge": "short"},
        {"code_challenge": "a" * 44},
    ],
    ids=str,
)
@pytest.mark.parametrize("pushed", [False, True], ids=["browser", "pushed"])
def test_a_request_without_an_s256_challenge_is_invalid(changes, pushed):
    if pushed:
        answer = keyed.push(keyed.keyed_site(), **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    else:
        told = flow.parameters_of(flow.authorize(flow.stranger(), flow.site(), **changes)["Location"])
        assert told["error"] == "invalid_request"
        assert "code" not in told


@pytest.mark.spec("RFC 7636", "4.4")
@pytest.mark.spec("RFC 7636", "4.6")
def test_a_challenge_belongs_to_its_own_code():
    at, asked, other = flow.desk(), flow.site(), flow.site()
    other.client, other.secret = asked.client, asked.secret
    first, second = flow.code_of(at, asked), flow.code_of(at, other)
    assert flow.exchange(asked, second).json()["error"] == "invalid_grant"
    assert flow.exchange(other, first).json()["error"] == "invalid_grant"
    assert flow.exchange(asked, first).status_code == flow.exchange(other, second).status_code == 200


@pytest.mark.spec("RFC 7636", "4.6")
@pytest.mark.parametrize("verifier", [None, "b" * 43, CHALLENGE])
def test_who_does_not_answer_gets_no_token(verifier):
    at, asked = flow.desk(), flow.site()
    answer = flow.exchange(asked, flow.code_of(at, asked), code_verifier=verifier)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("RFC 7636", "5")
def test_the_metadata_name_the_method():
    document = flow.stranger().get("/.well-known/oauth-authorization-server").json()
    assert document["code_challenge_methods_supported"] == ["S256"]


@pytest.mark.spec("RFC 7636", "4.4")
def test_the_challenge_goes_nowhere():
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    left = at.browser.post(page, {"autorisation": str(at.autorisation().id)})
    for answer in (flow.authorize(at.browser, asked), at.browser.get(page), left):
        assert asked.challenge not in answer.content.decode() + str(answer.headers)
