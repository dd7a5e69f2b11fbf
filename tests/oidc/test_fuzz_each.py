"""Each parameter of each endpoint with each malady: missing, twice, empty, huge, badly encoded, NUL, look-alike.

The others of the request are as they should be, so that the malady meets the check that it is for.  Nothing is a 500,
nothing secret comes back, nobody is sent to an address that is not registered; and what serves once is not spent.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest

from oidc.protocol.authorize import KNOWN
from tests.oidc import flow

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def sick(value: str) -> dict[str, list[bytes]]:
    """Return what stands for a value under each malady: none, one, or two of them."""
    raw = value.encode()
    return {
        "missing": [],
        "twice": [raw, raw],
        "twice, another": [raw, b"other"],
        "empty": [b""],
        "long": [b"x" * 5000],
        "huge": [b"x" * 20000],
        "badly encoded": [b"\xff\xfe\xe9" + raw],
        "latin-1": [("é" + value).encode("latin-1")],
        "NUL": [raw + b"\x00"],
        "line": [raw + b"\r\nSet-Cookie: a=b"],
        "look-alike": [value.translate(WIDE).encode()],
        "Cyrillic": [("о" + value.replace("o", "о").replace("e", "е")).encode()],
        "turned": ["\u202e".encode() + raw],
    }


def bent(form: dict[str, str], names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield parameter, malady and the encoded form, for every parameter and every malady."""
    for name in names:
        for malady, values in sick(form.get(name, "autre")).items():
            others = [f"{other}={quote(value, safe='')}" for other, value in form.items() if other != name]
            if form.get(name) is None and malady in ("missing", "empty"):
                continue
            yield name, malady, "&".join([*others, *(f"{name}={quote_from_bytes(value)}" for value in values)])


def assert_decent(answer: Any, hidden: tuple[str, ...], what: tuple[str, str]) -> None:
    told = answer.content.decode() + str(answer.headers)
    assert answer.status_code < 500, what
    assert not [secret for secret in hidden if secret in told], what
    assert "Traceback" not in told, what
    assert "a" not in answer.cookies, what


def test_authorize_and_par() -> None:
    at, asked = flow.desk(), flow.site(auth_method="client_secret_post")
    request, own = asked.request(), {"client_secret": asked.secret}
    hidden = (asked.secret, at.mandat.usager.family_name)
    for name, malady, query in bent(request, KNOWN):
        answer = flow.stranger().get(f"/authorize?{query}")
        assert_decent(answer, hidden, (name, malady))
        assert answer.status_code in (303, 400), (name, malady)
        place = answer.get("Location", "/authorize/choix/")
        assert place.startswith((asked.redirect_uri + "?", "/authorize/choix/")), (name, malady)
    for name, malady, body in bent(
        request | own, (*KNOWN, "client_secret", "client_assertion", "client_assertion_type")
    ):
        answer = flow.stranger().post("/par", body, content_type=FORM)
        assert_decent(answer, hidden, (name, malady))
        assert answer.status_code in (201, 400, 401, 413), (name, malady)
        assert "Location" not in answer


def test_token_and_its_code_is_not_spent() -> None:
    at, asked = flow.desk(), flow.site(auth_method="client_secret_post")
    code = flow.code_of(at, asked)
    form = flow.token_form(asked, code)
    for name, malady, body in bent(form, tuple(form)):
        answer = flow.stranger().post("/token", body, content_type=FORM)
        assert_decent(answer, (asked.secret, code), (name, malady))
        assert answer.status_code in (400, 401), (name, malady)
        assert set(answer.json()) == {"error", "error_description"}, (name, malady)
    for name in ("client_assertion", "client_assertion_type", "authorization_details"):
        answer = flow.stranger().post("/token", flow.urlencode(form | {name: "autre"}), content_type=FORM)
        assert answer.status_code in (400, 401), name
    assert flow.exchange(asked, code).status_code == 200


def test_what_is_asked_about_a_token() -> None:
    at, asked = flow.desk(), flow.site(auth_method="client_secret_post")
    token = flow.tokens_of(at, asked)["access_token"]
    own = {"client_id": asked.client.client_id, "client_secret": asked.secret}
    form = {"token": token, "token_type_hint": "access_token"} | own
    hidden = (asked.secret, token, at.mandat.usager.family_name)
    for name, malady, body in bent(form, tuple(form)):
        answer = flow.stranger().post("/introspect", body, content_type=FORM)
        assert_decent(answer, hidden, (name, malady))
        harmless = name == "token_type_hint" and answer.status_code == 200
        assert harmless or answer.status_code in (400, 401) or answer.json() == {"active": False}, (name, malady)
        if not harmless:
            assert_decent(flow.stranger().post("/revoke", body, content_type=FORM), hidden, (name, malady))
    for malady, values in sick(token).items():
        for value in values:
            header = {"Authorization": "Bearer " + value.decode("latin-1")}
            if value not in (token.encode(), b"other"):
                answer = flow.stranger().get("/userinfo", headers=header)
                assert_decent(answer, hidden, ("Authorization", malady))
                assert answer.status_code == 401, malady
    assert flow.userinfo(token).status_code == 200, "no malady of a request revoked it"


def test_end_session() -> None:
    at, asked = flow.desk(), flow.site()
    end = asked.client.post_logout_redirect_uris[0]
    tokens = flow.tokens_of(at, asked)
    form = {"id_token_hint": tokens["id_token"], "client_id": asked.client.client_id, "state": "abc"}
    form |= {"post_logout_redirect_uri": end}
    for name, malady, query in bent(form, tuple(form)):
        for answer in (
            flow.stranger().get(f"/end_session?{query}"),
            flow.stranger().post("/end_session", query, content_type=FORM),
        ):
            assert_decent(answer, (asked.secret, tokens["access_token"]), (name, malady))
            assert answer.status_code in (200, 303, 400), (name, malady)
            assert answer.get("Location", end).startswith(end), (name, malady)
