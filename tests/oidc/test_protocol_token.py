"""The tables of the token endpoint: client authentication, request, exchange."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from aidants.domain.decisions import GRANTED, Denied, decide
from mandats.domain.errors import MANDAT_EXPIRED
from oidc.protocol import errors
from oidc.protocol.client_authentication import (
    CLIENT_AUTHENTICATION,
    ClientAuthenticationFacts,
    Credentials,
    presented,
)
from oidc.protocol.parameters import Parameters, read, write
from oidc.protocol.token import EXCHANGE, FORM, REQUEST, CodeFacts
from tests.oidc.records import CALLBACK, CHALLENGE, NOW, VERIFIER, Record

BASIC = Record()
POST = Record(auth_method="client_secret_post")


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


def reason(table, facts):
    verdict = decide(table, facts)
    return verdict.reason if isinstance(verdict, Denied) else None


@pytest.mark.spec("RFC 6749", "2.3.1")
@pytest.mark.parametrize(
    ("header", "form", "expected"),
    [
        ("", {}, ()),
        (basic("site:secret"), {}, (Credentials("client_secret_basic", "site", "secret"),)),
        (basic("site:a%2Db%3Ac+d"), {}, (Credentials("client_secret_basic", "site", "a-b:c d"),)),
        (basic("site:a:b"), {}, (Credentials("client_secret_basic", "site", "a:b"),)),
        ("basic " + basic("site:x")[6:], {}, (Credentials("client_secret_basic", "site", "x"),)),
        ("Basic ///", {}, (Credentials("client_secret_basic", "", ""),)),
        ("Basic /w==", {}, (Credentials("client_secret_basic", "", ""),)),
        ("Bearer abc", {}, (Credentials("bearer", "", ""),)),
        (
            "",
            {"client_id": "site", "client_secret": "s"},
            (Credentials("client_secret_post", "site", "s"),),
        ),
        (
            basic("site:s"),
            {"client_secret": "s"},
            (Credentials("client_secret_basic", "site", "s"), Credentials("client_secret_post", "", "s")),
        ),
        ("", {"client_assertion": "x"}, (Credentials("private_key_jwt", "", ""),)),
    ],
)
def test_what_a_request_presents(header, form, expected):
    assert presented(header, Parameters(form)) == expected


def authentication(method="client_secret_basic", client=BASIC, form_client_id="", matches=True, extra=()):
    return ClientAuthenticationFacts((Credentials(method, "site", "s"), *extra), form_client_id, client, matches)


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (authentication(), None),
        (authentication(form_client_id="site"), None),
        (authentication(form_client_id="other"), errors.CLIENT_AUTHENTICATION_TWICE),
        (authentication(extra=(Credentials("client_secret_post", "site", "s"),)), errors.CLIENT_AUTHENTICATION_TWICE),
        (ClientAuthenticationFacts((), "site", BASIC, False), errors.CLIENT_AUTHENTICATION_FAILED),
        (authentication(client=None), errors.CLIENT_AUTHENTICATION_FAILED),
        (authentication(client=Record(is_suspended=True)), errors.CLIENT_AUTHENTICATION_FAILED),
        (authentication(client=POST), errors.CLIENT_AUTHENTICATION_FAILED),
        (authentication("client_secret_post"), errors.CLIENT_AUTHENTICATION_FAILED),
        (authentication("client_secret_post", POST), None),
        (authentication("private_key_jwt"), errors.CLIENT_AUTHENTICATION_FAILED),
        (authentication(matches=False), errors.CLIENT_AUTHENTICATION_FAILED),
    ],
)
def test_one_registered_method_and_the_right_secret(facts, expected):
    assert reason(CLIENT_AUTHENTICATION, facts) is expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("grant_type=authorization_code", None),
        ("code=1&code=2", errors.PARAMETER_REPEATED),
        ("resource=1&resource=2&other=%00", None),
        ("code=%00", errors.PARAMETER_MALFORMED),
        ("code=%ff", errors.PARAMETER_MALFORMED),
        ("code=" + "x" * 9000, errors.PARAMETER_MALFORMED),
        ("x" * 20000, errors.BODY_REFUSED),
    ],
)
def test_the_form(raw, expected):
    assert reason(FORM, read(raw)) is expected


@pytest.mark.spec("RFC 6749", "4.1.3")
@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"grant_type": "authorization_code", "code": "x"}, None),
        ({"code": "x"}, errors.GRANT_TYPE_MISSING),
        ({"grant_type": "refresh_token", "code": "x"}, errors.GRANT_TYPE_REFUSED),
        ({"grant_type": "authorization_code"}, errors.CODE_MISSING),
    ],
)
def test_the_request(form, expected):
    assert reason(REQUEST, CodeFacts(Parameters(form), NOW)) is expected


def exchange(parameters=None, **changes):
    form = {"code": "x", "redirect_uri": CALLBACK, "code_verifier": VERIFIER} | (parameters or {})
    kept = read(write({name: value for name, value in form.items() if value is not None}))
    facts: dict[str, Any] = {
        "known": True,
        "expires_at": NOW + timedelta(seconds=1),
        "redirect_uri": CALLBACK,
        "code_challenge": CHALLENGE,
        "standing": GRANTED,
    }
    assert kept is not None
    return CodeFacts(kept, NOW, **(facts | changes))


@pytest.mark.spec("RFC 7636", "4.6")
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (exchange(), None),
        (exchange(known=False), errors.CODE_REFUSED),
        (exchange(expires_at=NOW), errors.CODE_REFUSED),
        (exchange(revoked=True), errors.CODE_REFUSED),
        (exchange(redeemed=True), errors.CODE_REPLAYED),
        (exchange(redeemed=True, revoked=True, expires_at=NOW), errors.CODE_REPLAYED),
        (exchange({"redirect_uri": CALLBACK + "/"}), errors.REDIRECT_URI_DIFFERS),
        (exchange({"redirect_uri": None}), errors.REDIRECT_URI_DIFFERS),
        (exchange({"code_verifier": None}), errors.VERIFIER_REFUSED),
        (exchange({"code_verifier": VERIFIER[::-1]}), errors.VERIFIER_REFUSED),
        (exchange({"code_verifier": VERIFIER[:42]}), errors.VERIFIER_REFUSED),
        (exchange({"code_verifier": VERIFIER + "\n"}), errors.VERIFIER_REFUSED),
        (exchange(code_challenge=""), errors.VERIFIER_REFUSED),
        (exchange({"code_verifier": None}, code_challenge=""), None),
        (exchange(standing=Denied(MANDAT_EXPIRED)), errors.MANDAT_NO_LONGER_STANDS),
    ],
)
def test_the_exchange(facts, expected):
    assert reason(EXCHANGE, facts) is expected
