"""The tables of userinfo, introspection, choice and logout, and the words of refusals."""

import re
from datetime import timedelta
from typing import Any

import pytest

from aidants.domain.decisions import Denied, decide
from aidants.domain.errors import CATALOGUE
from mandats.domain.errors import MANDAT_SUSPENDED
from oidc.protocol import errors
from oidc.protocol.bearer import LIFE, PRESENTATION, BearerFacts, challenge, token_in
from oidc.protocol.choice import CHOOSE, OPEN, ChoiceFacts, demarches_asked, rep_scope_of, unknown_values
from oidc.protocol.logout import LOGOUT, LogoutFacts
from oidc.protocol.parameters import Parameters, read
from tests.oidc.records import NOW, Record

ISSUER = "https://op.example"


def reason(table, facts):
    verdict = decide(table, facts)
    return verdict.reason if isinstance(verdict, Denied) else None


@pytest.mark.spec("RFC 6750", "2.1")
@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer abc==", "abc=="),
        ("Bearer", ""),
        ("Bearer a b", ""),
        ("Bearer é", ""),
        ("Basic abc", ""),
        ("Bearer " + "a" * 4097, ""),
    ],
)
def test_token_in(header, token):
    assert token_in(header) == token


@pytest.mark.spec("RFC 6750", "3.1")
@pytest.mark.parametrize(
    ("header", "elsewhere", "expected"),
    [
        ("Bearer abc", "", None),
        ("", "", errors.TOKEN_MISSING),
        ("Basic abc", "", errors.TOKEN_MISSING),
        ("Bearer ", "", errors.TOKEN_REFUSED),
        ("", "access_token=abc", errors.TOKEN_ELSEWHERE),
        ("Bearer abc", "access_token=abc", errors.TOKEN_ELSEWHERE),
    ],
)
def test_how_a_token_is_presented(header, elsewhere, expected):
    assert reason(PRESENTATION, BearerFacts(header, (read(elsewhere), None), NOW)) is expected


@pytest.mark.spec("RFC 7662", "2.2")
@pytest.mark.parametrize(
    ("expires_at", "revoked", "standing", "expected"),
    [
        (NOW + timedelta(seconds=1), False, None, None),
        (None, False, None, errors.TOKEN_REFUSED),
        (NOW, False, None, errors.TOKEN_REFUSED),
        (NOW + timedelta(seconds=1), True, None, errors.TOKEN_REFUSED),
        (NOW + timedelta(seconds=1), False, Denied(MANDAT_SUSPENDED), errors.TOKEN_REFUSED),
    ],
)
def test_the_life_of_a_token(expires_at, revoked, standing, expected):
    given = {} if standing is None else {"standing": standing}
    assert reason(LIFE, BearerFacts("", (), NOW, expires_at, revoked, **given)) is expected


def test_a_challenge_names_an_error_only_when_there_is_one():
    assert challenge(errors.TOKEN_MISSING) == 'Bearer realm="mandats", DPoP algs="ES256 PS256"'
    assert challenge(errors.TOKEN_REFUSED).startswith('Bearer realm="mandats", error="invalid_token", error_desc')


def choice(**changes):
    facts: dict[str, Any] = {
        "now": NOW,
        "expires_at": NOW + timedelta(minutes=1),
        "answered": False,
        "client_suspended": False,
        "signed_in_at": NOW - timedelta(minutes=5),
        "signed_in_since": None,
    }
    return ChoiceFacts(**(facts | changes))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (choice(), None),
        (choice(answered=True), errors.INTERACTION_ANSWERED),
        (choice(expires_at=NOW), errors.INTERACTION_EXPIRED),
        (choice(client_suspended=True), errors.CLIENT_SUSPENDED),
        (choice(signed_in_at=None), errors.LOGIN_REQUIRED),
        (choice(signed_in_since=NOW - timedelta(minutes=4)), errors.LOGIN_REQUIRED),
        (choice(signed_in_since=NOW - timedelta(minutes=15)), None),
        (choice(among_choices=False), errors.NOT_AMONG_CHOICES),
        (choice(standing=Denied(MANDAT_SUSPENDED)), MANDAT_SUSPENDED),
    ],
)
def test_the_choice(facts, expected):
    assert reason(CHOOSE, facts) is expected
    assert reason(OPEN, facts) is (None if expected in (errors.NOT_AMONG_CHOICES, MANDAT_SUSPENDED) else expected)


@pytest.mark.spec("PROTOCOLS", "1")
@pytest.mark.parametrize(
    ("rep_scope", "allowed", "expected"),
    [
        ([], [], None),
        ([], ["logement"], {"logement"}),
        (["Logement", "Argent-Impots-Consommation"], [], {"logement", "argent"}),
        (["logement", "justice"], ["justice"], {"justice"}),
        (["Inconnu"], [], set()),
        (["Inconnu", "Justice"], [], {"justice"}),
        (["Justice"], ["logement"], set()),
    ],
)
def test_the_perimeter_asked(rep_scope, allowed, expected):
    assert demarches_asked(rep_scope, allowed) == expected


def test_the_spelling_asked_comes_back():
    assert rep_scope_of("papiers", ["papiers", "Justice"]) == ["papiers"]
    assert rep_scope_of("papiers", ["Papier-Citoyenneté-Elections"]) == ["Papier-Citoyenneté-Elections"]
    assert rep_scope_of("papiers", []) == ["Papier-Citoyenneté-Elections"]
    assert unknown_values(["Justice", "Inconnu"]) == ["Inconnu"]


HINT = {"iss": ISSUER, "aud": "site", "sid": "s"}
END = "https://site.example/fin"


def logout(form, hint=None, client=None):
    return LogoutFacts(Parameters(form), ISSUER, client, hint)


@pytest.mark.spec("RP-Initiated Logout", "2")
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (logout({}), None),
        (logout({"id_token_hint": "h"}, HINT, Record()), None),
        (logout({"id_token_hint": "h", "post_logout_redirect_uri": END}, HINT, Record()), None),
        (logout({"id_token_hint": "h", "client_id": "site"}, HINT, Record()), None),
        (logout({"id_token_hint": "h", "client_id": "other"}, HINT, Record()), errors.LOGOUT_HINT_REFUSED),
        (logout({"id_token_hint": "h"}, None, Record()), errors.LOGOUT_HINT_REFUSED),
        (logout({"id_token_hint": "h"}, HINT, None), errors.LOGOUT_HINT_REFUSED),
        (logout({"id_token_hint": "h"}, HINT | {"iss": "https://b.example"}, Record()), errors.LOGOUT_HINT_REFUSED),
        (logout({"id_token_hint": "h"}, HINT | {"aud": ["site", "b"]}, Record()), errors.LOGOUT_HINT_REFUSED),
        (
            logout({"id_token_hint": "h", "post_logout_redirect_uri": END + "/"}, HINT, Record()),
            errors.LOGOUT_URI_REFUSED,
        ),
        (logout({"post_logout_redirect_uri": END, "client_id": "site"}, None, Record()), errors.LOGOUT_URI_REFUSED),
        (LogoutFacts(None, ISSUER, None, None), errors.REQUEST_UNREADABLE),
        (LogoutFacts(read("state=a&state=b"), ISSUER, None, None), errors.REQUEST_UNREADABLE),
    ],
)
def test_logout(facts, expected):
    assert reason(LOGOUT, facts) is expected


@pytest.mark.spec("RFC 6749", "4.1.2.1")
@pytest.mark.parametrize("error", [error for code, error in CATALOGUE.items() if error.oauth], ids=lambda e: e.code)
def test_every_refusal_can_be_said_on_the_wire(error):
    said = errors.description(error)
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{10,}", said), said
    assert re.fullmatch(r"[a-z_]+", error.oauth)
