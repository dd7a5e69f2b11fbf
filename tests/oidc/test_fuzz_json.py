"""Whatever stands inside JSON and inside signed statements, every endpoint answers: what forms hold is not all.

Everything else of the request is right, the signature too, so that the odd member meets the check that it is for.
"""

import json
import secrets
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from oidc.protocol.client_authentication import ASSERTION_TYPE
from oidc.protocol.dpop import ath_of, nonce_at
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db
some = hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
_LEAVES = st.sampled_from(
    [
        10**400,
        -(10**400),
        -1,
        0,
        True,
        None,
        float("nan"),
        float("inf"),
        1e308,
        "",
        "\x00",
        "\ud800",
        "\udfffa",
        "a\n",
        "é",
    ]
)
nasty = st.recursive(
    _LEAVES | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["\ud800", "\x00", "a", "kty"]), inner),
    max_leaves=4,
)
NAMES = [
    "id_token",
    "userinfo",
    "sub",
    "rep_scope",
    "acr",
    "value",
    "values",
    "essential",
    "mandat",
    "\ud800",
    "\x00",
    "",
]
trees = st.recursive(nasty, lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=3), max_leaves=6)


@pytest.fixture
def site(db: None) -> keyed.KeyedSite:
    """Return one site with keys for all the examples of a test."""
    return keyed.keyed_site()


def decent(answer: Any) -> Any:
    assert answer.status_code in (200, 201, 303, 400, 401), answer.content[:200]
    return answer


@pytest.fixture
def token(site: keyed.KeyedSite) -> str:
    """Return a token of that site's, bound to its key."""
    return keyed.bound_token(site)


def proof(
    site: keyed.KeyedSite, path: str, method: str, place: str, member: str, value: Any, *, token: str = "x"
) -> str:
    """Return a proof that is right but for one member of its header, of its key or of its claims."""
    now = timezone.now()
    key = site.dpop_key.as_dict(private=False)
    head: dict[str, Any] = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key}
    claims: dict[str, Any] = {
        "jti": secrets.token_urlsafe(9),
        "htm": method,
        "htu": settings.ISSUER + path,
        "ath": ath_of(token),
    }
    claims |= {"iat": int(now.timestamp()), "nonce": nonce_at(settings.DIGEST_KEY, now)}
    odd: dict[str, dict[str, Any]] = {"header": head, "key": key, "claims": claims}
    odd[place][member] = value
    return keyed.signed_escaped(head, claims, site.dpop_key)


MEMBERS = (
    [("claims", name) for name in ("jti", "htm", "htu", "iat", "nonce", "ath", "\ud800")]
    + [("header", name) for name in ("typ", "alg", "jwk", "kid", "crit", "b64", "x5c")]
    + [("key", name) for name in ("kty", "crv", "x", "y", "kid", "use", "alg", "key_ops", "d")]
)


def is_heeded(place: str, member: str, value: Any) -> bool:
    """Tell whether a proof stands or falls with a member: the others say nothing (RFC 7515 §4, RFC 7517 §4)."""
    silent = {("header", "kid"), ("header", "b64"), ("header", "x5c")}
    silent |= {("key", "kid"), ("key", "key_ops")}
    return (place, member) not in silent and not (member == "jti" and isinstance(value, str) and value)


@some
@given(where=st.sampled_from(MEMBERS), value=nasty)
def test_a_proof_with_one_odd_member_is_answered(
    site: keyed.KeyedSite, token: str, where: tuple[str, str], value: Any
) -> None:
    """With a token that such a proof would serve, so that each check of a proof is reached and is what refuses."""
    sent = proof(site, "/userinfo", "GET", *where, value, token=token)
    answer = decent(flow.stranger().get("/userinfo", headers={"Authorization": f"DPoP {token}", "DPoP": sent}))
    assert answer.status_code in ((401,) if is_heeded(*where, value) else (200, 401)), where
    if answer.status_code == 401:
        assert 'error="invalid_dpop_proof"' in answer["WWW-Authenticate"] or "DPoP-Nonce" in answer
    form = {"grant_type": "authorization_code", "code": "x"} | site.credentials()
    decent(flow.post_form("/token", form, {"DPoP": proof(site, "/token", "POST", *where, value)}))


def test_a_proof_serves_once_and_falls_with_each_member_that_is_heeded(site: keyed.KeyedSite, token: str) -> None:
    """What the odd ones differ from by one member: were it refused too, they would try nothing."""

    def status(sent: str) -> int:
        headers = {"Authorization": f"DPoP {token}", "DPoP": sent}
        return int(flow.stranger().get("/userinfo", headers=headers).status_code)

    heeded = [(where, value) for where in MEMBERS for value in (7, "x") if is_heeded(*where, value)]
    assert len(heeded) > 30
    for where, value in heeded:
        assert status(proof(site, "/userinfo", "GET", *where, value, token=token)) == 401, (where, value)
    right = proof(site, "/userinfo", "GET", "header", "kid", "x", token=token)
    assert [status(right), status(right)] == [200, 401]


@some
@given(
    member=st.sampled_from(["iss", "sub", "aud", "iat", "exp", "nbf", "jti", "\ud800"]),
    head=st.sampled_from(["", "", "kid", "typ", "alg", "x5c"]),
    value=nasty,
)
def test_an_assertion_with_one_odd_member_is_answered(
    site: keyed.KeyedSite, member: str, head: str, value: Any
) -> None:
    now, own = int(timezone.now().timestamp()), site.client.client_id
    claims: dict[str, Any] = {"iss": own, "sub": own, "aud": settings.ISSUER, "iat": now, "exp": now + 60}
    header: dict[str, Any] = {"alg": "ES256", "kid": keyed.KID}
    claims |= {"jti": secrets.token_urlsafe(9)}
    odd, name = (header, head) if head else (claims, member)
    odd[name] = value
    given_form = {"client_assertion_type": ASSERTION_TYPE}
    given_form |= {"client_assertion": keyed.signed_escaped(header, claims, site.key)}
    decent(flow.post_form("/token", {"grant_type": "authorization_code", "code": "x"} | given_form))
    headers = {"Authorization": f"Bearer {given_form['client_assertion']}"}
    answer = flow.stranger().post("/api/v1/verifications", "{}", content_type="application/json", headers=headers)
    assert answer.status_code in (401, 422)


@some
@given(asked=st.fixed_dictionaries({}, optional={"id_token": trees, "userinfo": trees}) | trees, details=nasty)
def test_a_tree_of_odd_claims_is_answered(site: keyed.KeyedSite, asked: Any, details: Any) -> None:
    claims = json.dumps(asked)
    kept = decent(flow.authorize(flow.stranger(), site, claims=claims))
    pushed = decent(keyed.push(site, claims=claims))
    assert (pushed.status_code == 201) is kept["Location"].startswith("/authorize/choix/"), "one table decides both"
    detailed = json.dumps([{"type": "mandat", "demarches": details}])
    decent(flow.authorize(flow.stranger(), site, authorization_details=detailed))
