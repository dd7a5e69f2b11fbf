"""Whatever is sent, every endpoint answers, and in the words of its standard."""

import json
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from oidc.protocol.authorize import KNOWN
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db

many = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
_MEMBERS = st.sampled_from(["id_token", "userinfo", "acr", "values", "value", "essential"])
_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_MEMBERS, inner),
)
_WORDS = [b"code", b"openid", b"none", b"login", b"S256", b"{}", b"\x00", b"\xff\xfe", b"'\"\\", b"%", b"9" * 20, b""]
_WORDS += ["ｏｐｅｎｉｄ".encode(), "оpenid".encode(), "\u202ecode".encode(), "é".encode("latin-1"), b"x" * 5000]
_WORDS += [b'[{"type":"mandat","demarches":["logement"]}]', b"urn:ietf:params:oauth:request_uri:x", b"e30.e30.e30"]
values = st.binary(max_size=30) | st.sampled_from(_WORDS) | _TREES.map(lambda tree: json.dumps(tree).encode())
TOKEN_NAMES = (
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "authorization_details",
    "token",
    "token_type_hint",
    "scope",
)


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
        assert answer.status_code in (303, 400)
        if answer.status_code == 303:
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
    assert asked_site.secret not in answer.content.decode()
    known = {"client_id": asked_site.client.client_id, "client_secret": asked_site.secret}
    answer = flow.post_form("/token", dict(flow.parse_qsl(body, encoding="latin-1")) | known)
    assert answer.status_code in (400, 401)
    assert set(answer.json()) == {"error", "error_description"}


headers_of_proofs = st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")) | st.sampled_from(
    ["e30.e30.e30", "eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.", ",", "a,b", "é", "x" * 9000]
)


@many
@given(
    path=st.sampled_from(["/introspect", "/revoke", "/par"]), body=form(TOKEN_NAMES + KNOWN), proof=headers_of_proofs
)
def test_endpoints_of_servers_always_answer(asked_site, path, body, proof):
    kind = "application/x-www-form-urlencoded"
    own = flow.urlencode({"client_id": asked_site.client.client_id, "client_secret": asked_site.secret})
    for sent in (body, f"{body}&{own}"):
        answer = flow.stranger().post(path, sent, content_type=kind, headers={"DPoP": proof})
        assert answer.status_code in (200, 400, 401)
        assert asked_site.secret not in answer.content.decode()
        if answer.status_code != 200:
            assert set(answer.json()) == {"error", "error_description"}
            assert answer.json()["error_description"].isascii()


@many
@given(changes=form(KNOWN), lost=st.binary(max_size=20))
def test_a_name_of_a_pushed_request_leads_nowhere_by_chance(asked_site, changes, lost):
    name = quote_from_bytes(b"urn:ietf:params:oauth:request_uri:" + lost)
    client = asked_site.client.client_id
    answer = flow.stranger().get(f"/authorize?client_id={client}&request_uri={name}&{changes}")
    assert answer.status_code == 400
    assert "Location" not in answer


@many
@given(header=st.binary(max_size=60), query=st.binary(max_size=30), proof=headers_of_proofs)
def test_userinfo_always_answers(bound_token, header, query, proof):
    """A token that is known too, with whatever proof: it is the proof that stands in the way then."""
    given = header.decode("latin-1")
    for authorization in (given, f"Bearer {given}", f"DPoP {given}", "DPoP x", f"DPoP {bound_token}"):
        headers = {"Authorization": authorization, "DPoP": proof}
        answer = flow.stranger().get(f"/userinfo?{quote_from_bytes(query)}", headers=headers)
        assert answer.status_code in (400, 401)
        assert answer["WWW-Authenticate"].isascii()
        assert bound_token not in answer.content.decode() + answer["WWW-Authenticate"]
    assert 'error="invalid_dpop_proof"' in answer["WWW-Authenticate"] or answer.status_code == 400


@many
@given(query=form(("id_token_hint", "client_id", "post_logout_redirect_uri", "state")))
@example(query="id_token_hint=eyJhbGciOiJub25lIn0.e30.")
@example(query="id_token_hint=eyJhbGciOiJFUzI1NiJ9.W10.AAAA&client_id=x")
def test_end_session_always_answers(db, query):
    by_form = {"data": query, "content_type": "application/x-www-form-urlencoded"}
    for answer in (flow.stranger().get(f"/end_session?{query}"), flow.stranger().post("/end_session", **by_form)):
        assert answer.status_code in (200, 400)
        assert "Location" not in answer


@many
@given(
    path=st.sampled_from(["", "/lots", "/suites"]),
    scheme=st.sampled_from(["", "Basic ", "Bearer ", "bearer e30.e30.", "DPoP ", "Basic Og=="]),
    rest=st.binary(max_size=40),
    body=st.binary(max_size=60) | _TREES.map(lambda tree: json.dumps(tree).encode()),
)
def test_the_verification_api_always_answers(db, path, scheme, rest, body):
    given_header = {"Authorization": scheme + rest.decode("latin-1")}
    where = f"/api/v1/verifications{path}"
    answer = flow.stranger().post(where, body, content_type="application/json", headers=given_header)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith(("Basic ", "Bearer "))


@many
@given(
    path=st.sampled_from(["", "/lots", "/suites"]),
    body=st.binary(max_size=60) | _TREES.map(lambda tree: json.dumps(tree).encode()),
    key=st.none() | st.binary(max_size=70),
)
def test_whatever_a_known_client_posts_is_answered(known_client, path, body, key):
    headers = flow.basic(known_client) | ({} if key is None else {"Idempotency-Key": key.decode("latin-1")})
    where = f"/api/v1/verifications{path}"
    answer = flow.stranger().post(where, body, content_type="application/json", headers=headers)
    assert answer.status_code in (400, 422)
    assert known_client.secret not in answer.content.decode()


@pytest.fixture
def bound_token(db):
    """Return an access token that is bound to a key, and serves with a proof of it."""
    return keyed.bound_token(keyed.keyed_site())


@pytest.fixture
def known_client(db):
    """Return a client of the verification API."""
    return flow.site()


@pytest.fixture
def asked_site(db):
    """Return one registered client for all the examples of a test."""
    return flow.site(auth_method="client_secret_post")
