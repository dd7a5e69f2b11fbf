"""Whatever is sent, every endpoint answers, and in the words of its standard."""

import json
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from oidc.protocol.authorize import KNOWN
from tests.oidc import flow

pytestmark = pytest.mark.django_db

many = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
_MEMBERS = st.sampled_from(["id_token", "userinfo", "acr", "values", "value", "essential"])
_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_MEMBERS, inner),
)
_WORDS = [b"code", b"openid", b"none", b"login", b"S256", b"{}", b"\x00", b"\xff\xfe", b"'\"\\", b"%", b"9" * 20]
values = st.binary(max_size=30) | st.sampled_from(_WORDS) | _TREES.map(lambda tree: json.dumps(tree).encode())
TOKEN_NAMES = ("grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret", "client_assertion")


def form(names):
    """Return a strategy of forms over ``names``, some parameters repeated."""
    pairs = st.lists(st.tuples(st.sampled_from(names), values), max_size=8)
    return pairs.map(lambda given: "&".join(f"{name}={quote_from_bytes(value)}" for name, value in given))


@many
@given(changes=form(KNOWN))
@example(changes="claims=" + quote_from_bytes(b'{"id_token":{"rep_scope":{"values":[{}]}}}'))
@example(changes="max_age=" + "9" * 9)
def test_authorize_always_answers(asked_site, changes):
    query = flow.urlencode(asked_site.request())
    for sent in (f"{query}&{changes}", changes):
        answer = flow.stranger().get(f"/authorize?{sent}")
        assert answer.status_code in (302, 400)
        if answer.status_code == 302:
            place = answer["Location"]
            assert place.startswith((asked_site.redirect_uri + "?", "/authorize/choix/"))
            assert not place.startswith(asked_site.redirect_uri) or "error" in flow.parameters_of(place)


@many
@given(body=form(TOKEN_NAMES), header=st.binary(max_size=40))
def test_token_always_answers(asked_site, body, header):
    headers = {"Authorization": header.decode("latin-1")} if header else {}
    answer = flow.stranger().post("/token", body, content_type="application/x-www-form-urlencoded", headers=headers)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in {"invalid_request", "invalid_client"}
    known = {"client_id": asked_site.client.client_id, "client_secret": asked_site.secret}
    answer = flow.post_form("/token", dict(flow.parse_qsl(body, encoding="latin-1")) | known)
    assert answer.status_code in (400, 401)
    assert set(answer.json()) == {"error", "error_description"}


@many
@given(header=st.binary(max_size=60), query=st.binary(max_size=30))
def test_userinfo_always_answers(db, header, query):
    for authorization in (header.decode("latin-1"), "Bearer " + header.decode("latin-1")):
        answer = flow.stranger().get(f"/userinfo?{quote_from_bytes(query)}", headers={"Authorization": authorization})
        assert answer.status_code in (400, 401)
        assert answer["WWW-Authenticate"].isascii()


@many
@given(query=form(("id_token_hint", "client_id", "post_logout_redirect_uri", "state")))
@example(query="id_token_hint=eyJhbGciOiJub25lIn0.e30.")
@example(query="id_token_hint=eyJhbGciOiJFUzI1NiJ9.W10.AAAA&client_id=x")
def test_end_session_always_answers(db, query):
    answer = flow.stranger().get(f"/end_session?{query}")
    assert answer.status_code in (200, 400)
    assert "Location" not in answer


@pytest.fixture
def asked_site(db):
    """Return one registered client for all the examples of a test."""
    return flow.site(auth_method="client_secret_post")
