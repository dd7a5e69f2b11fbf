"""RFC 7521 and RFC 7523, as RFC 10070 narrows them: a client that signs its own name."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from joserfc.jwk import ECKey, OctKey

from aidants.journal.models import Entree
from oidc.provider.models import Client, SeenOnce
from tests.oidc import flow, keyed

pytestmark = pytest.mark.django_db


def ask(site, assertion=None, **form):
    """Call introspection, which needs nothing but a client."""
    own = site.credentials() | ({"client_assertion": assertion} if assertion is not None else {})
    return flow.post_form("/introspect", {"token": "unknown"} | own | form)


def moment(seconds):
    return int(timezone.now().timestamp()) + seconds


@pytest.mark.spec("RFC 7523", "3")
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256"])
def test_a_client_that_signs_its_name_is_believed(alg):
    site = keyed.keyed_site(alg)
    assert ask(site).json() == {"active": False}
    stranger = site.assertion(header={"x-of-some-library": "1"})
    assert ask(site, stranger).status_code == 200, "a member of the header that nobody knows says nothing (RFC 7515 §4)"


@pytest.mark.spec("RFC 7521", "4.2")
@pytest.mark.spec("RFC 7523", "2.2")
def test_the_form_may_repeat_the_client_s_name_and_no_other():
    site = keyed.keyed_site()
    assert ask(site, client_id=site.client.client_id).status_code == 200
    assert ask(site, client_id="other").json()["error"] == "invalid_request"
    for kind in ("urn:other", "", "URN:ietf:params:oauth:client-assertion-type:jwt-bearer"):
        answer = ask(site, client_assertion_type=kind)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), kind
    assert ask(site, "", client_id=site.client.client_id).json()["error"] == "invalid_client"


UNTRUE: dict[str, dict[str, Any]] = {
    "iss": {"iss": "other"},
    "sub": {"sub": "other"},
    "no iss": {"iss": None},
    "no sub": {"sub": None},
    "no aud": {"aud": None},
    "no exp": {"exp": None},
    "no iat": {"iat": None},
    "no jti": {"jti": None},
    "empty jti": {"jti": ""},
    "jti is a number": {"jti": 7},
    "exp is a text": {"exp": "tomorrow"},
    "exp is true": {"exp": True},
}


@pytest.mark.spec("RFC 7523", "3")
@pytest.mark.parametrize("name", UNTRUE)
def test_an_assertion_that_lacks_or_bends_a_claim_is_refused(name):
    answer = ask(site := keyed.keyed_site(), site.assertion(**UNTRUE[name]))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not SeenOnce.objects.exists()


@pytest.mark.spec("RFC 7523", "3")
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"exp": -1}, 401),
        ({"exp": -300}, 401),
        ({"exp": 3600}, 200),
        ({"exp": 7200}, 401),
        ({"iat": 8, "nbf": 8}, 200),
        ({"iat": 61}, 401),
        ({"nbf": 61}, 401),
        ({"iat": -3000}, 200),
    ],
)
def test_an_assertion_has_its_time(changes, status):
    site = keyed.keyed_site()
    moved = {name: moment(seconds) for name, seconds in changes.items()}
    assert ask(site, site.assertion(**moved)).status_code == status


@pytest.mark.spec("RFC 10070", "4")
@pytest.mark.parametrize(
    "audience",
    [
        "/token",
        "/par",
        "/introspect",
        "/",
        ["{issuer}"],
        ["{issuer}", "/token"],
        "https://other.example",
        {"iss": "{issuer}"},
    ],
    ids=str,
)
def test_aud_is_our_issuer_identifier_and_nothing_else(audience):
    def read(value):
        return settings.ISSUER + value if value.startswith("/") else value.format(issuer=settings.ISSUER)

    told: Any = audience
    if not isinstance(audience, dict):
        told = [read(value) for value in audience] if isinstance(audience, list) else read(audience)
    answer = ask(site := keyed.keyed_site(), site.assertion(aud=told))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "issuer" in answer.json()["error_description"], "whoever holds the key is told what to mend"


@pytest.mark.spec("RFC 10070", "4")
@pytest.mark.parametrize(
    ("typ", "status"),
    [("client-authentication+jwt", 200), ("JWT", 200), (None, 200), ("dpop+jwt", 401), ("logout+jwt", 401)],
)
def test_an_assertion_that_is_typed_is_typed_as_one(typ, status):
    site = keyed.keyed_site()
    assert ask(site, site.assertion(header={"typ": typ})).status_code == status


def forged_none(site):
    claims = {"iss": site.client.client_id, "sub": site.client.client_id, "aud": settings.ISSUER, "jti": "a"}
    return keyed.unsigned({"kid": keyed.KID}, claims | {"iat": moment(0), "exp": moment(60)})


def forged_with_public_key(site):
    """HS256 with the public key as the secret: the oldest confusion (RFC 8725 §2.1)."""
    public = json.dumps(site.client.jwks["keys"][0]).encode()
    return site.assertion(key=OctKey.import_key(public), alg="HS256")


def with_own_jwk(site):
    key = ECKey.generate_key("P-256")
    return site.assertion(key=key, header={"kid": None, "jwk": key.as_dict(private=False)})


FORGED = {
    "alg none": forged_none,
    "HS256 with the public key": forged_with_public_key,
    "another key": lambda site: site.assertion(key=ECKey.generate_key("P-256")),
    "kid of nobody": lambda site: site.assertion(header={"kid": "other"}),
    "kid is a path": lambda site: site.assertion(header={"kid": "../../../../dev/null"}),
    "kid is SQL": lambda site: site.assertion(header={"kid": "' OR 1=1 --"}),
    "jwk of its own": with_own_jwk,
    "jku": lambda site: site.assertion(
        key=ECKey.generate_key("P-256"), header={"kid": None, "jku": "https://evil.example/jwks"}
    ),
    "crit": lambda site: site.assertion(header={"crit": ["kid"]}),
    "no JWT": lambda _site: "x.y",
    "two of them": lambda site: f"{site.assertion()} {site.assertion()}",
    "huge": lambda site: site.assertion(more="x" * 7000),
    "signature cut": lambda site: site.assertion()[:-4],
}


@pytest.mark.spec("Attacks", "alg none and HS with a public key")
@pytest.mark.spec("Attacks", "kid injection")
@pytest.mark.spec("RFC 7523", "3")
@pytest.mark.parametrize("name", FORGED)
def test_alg_none_public_keys_as_secrets_and_kid_injection_prove_nothing(name):
    answer = ask(site := keyed.keyed_site(), FORGED[name](site))
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_client", "invalid_request")
    assert not SeenOnce.objects.exists()


@pytest.mark.writes("client:refuse")
@pytest.mark.spec("Attacks", "jti replay")
@pytest.mark.spec("RFC 7523", "3")
def test_jti_replay_an_assertion_serves_once():
    site, other = keyed.keyed_site(), keyed.keyed_site()
    assertion = site.assertion(jti="the-same")
    assert ask(site, assertion).status_code == 200
    answer = ask(site, assertion)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert ask(site, site.assertion(jti="the-same")).status_code == 401, "another assertion of the same name neither"
    assert ask(other, other.assertion(jti="the-same")).status_code == 200, "names of two clients are apart"


@pytest.mark.spec("RFC 7523", "3")
def test_an_assertion_of_another_client_s_key_is_refused_at_every_endpoint():
    site, other = keyed.keyed_site(), keyed.keyed_site()
    form = site.credentials(key=other.key)
    for path in ("/token", "/introspect", "/revoke", "/par"):
        answer = flow.post_form(path, {"token": "x", "grant_type": "authorization_code", "code": "x"} | form)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), path


@pytest.mark.spec("RFC 6749", "2.3")
def test_a_client_with_keys_has_no_secret_and_one_with_a_secret_no_keys():
    site, asked = keyed.keyed_site(), flow.site(auth_method="client_secret_post")
    form = {"token": "x", "client_id": site.client.client_id, "client_secret": "x" * 43}
    assert flow.post_form("/introspect", form).status_code == 401
    site.client = asked.client
    assert ask(site).status_code == 401
    both = ask(keyed.keyed_site(), client_secret="x" * 43)
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")


@pytest.mark.spec("RFC 7523", "3")
def test_a_suspended_client_is_refused_and_failures_are_counted_once_a_minute():
    site = keyed.keyed_site()
    Client.objects.update(suspended_at=timezone.now())
    for _ in range(3):
        assert ask(site).status_code == 401
    assert Entree.objects.filter(event="client:refuse").count() == 1


def test_a_client_by_keys_without_keys_cannot_stand():
    site = keyed.keyed_site()
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=site.client.pk).update(jwks=None)


def test_names_that_were_seen_are_forgotten_when_they_could_not_serve_any_more():
    from oidc.provider.purge import purge_expired

    ask(keyed.keyed_site())
    purge_expired(timezone.now() + timedelta(seconds=80))
    assert SeenOnce.objects.count() == 1
    purge_expired(timezone.now() + timedelta(seconds=100))
    assert not SeenOnce.objects.exists()
