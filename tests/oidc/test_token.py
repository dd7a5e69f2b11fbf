"""The token endpoint through HTTP: client authentication, exchange, replay, revocation in between."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.journal.models import Entree, RefusCompte
from mandats.registre.models import Mandat
from oidc.provider.models import AccessToken, Client, Connexion
from tests.oidc import flow
from tests.oidc.ending import end

pytestmark = pytest.mark.django_db


def last_event() -> str:
    return Entree.objects.order_by("-id")[0].event


@pytest.mark.spec("RFC 6749", "5.1")
def test_the_answer_is_never_kept_by_a_cache():
    at, asked = flow.desk(), flow.site("franceconnect")
    answer = flow.exchange(asked, flow.code_of(at, asked))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["Pragma"] == "no-cache"
    assert answer["Content-Type"] == "application/json"
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "id_token", "scope"}
    assert answer.json()["access_token"].isascii()


def test_secrets_codes_and_tokens_stand_nowhere_in_the_clear():
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    token = flow.exchange(asked, code).json()["access_token"]
    rows = [*Client.objects.values(), *Connexion.objects.values(), *AccessToken.objects.values()]
    entries = b"".join(bytes(body) for body in Entree.objects.values_list("body", flat=True))
    for hidden in (code, token, asked.secret):
        assert hidden not in repr(rows)
        assert hidden.encode() not in entries
        assert len(hidden) >= 43


@pytest.mark.spec("RFC 6749", "5.2")
@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": '"\\é\n'}, 400, "invalid_request"),
        ({"code": None}, 400, "invalid_request"),
        ({"code": "unknown"}, 400, "invalid_grant"),
        ({"code": "é\x00"}, 400, "invalid_request"),
        ({"redirect_uri": None}, 400, "invalid_grant"),
        ({"redirect_uri": "https://site.example/autre"}, 400, "invalid_grant"),
        ({"code_verifier": None}, 400, "invalid_grant"),
        ({"code_verifier": "a" * 43}, 400, "invalid_grant"),
        ({"client_secret": "x"}, 400, "invalid_request"),
        ({"client_id": "other"}, 400, "invalid_request"),
        ({"scope": ["a", "b"]}, 400, "invalid_request"),
    ],
)
def test_refusals_have_the_names_of_the_standard(changes, status, error):
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    answer = flow.exchange(asked, **({"code": code} | changes))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error_description"].isascii()
    assert "no-store" in answer["Cache-Control"]
    assert flow.exchange(asked, code).status_code == 200, "an honest client is not harmed by the attempt"


@pytest.mark.spec("RFC 6749", "2.3.1")
@pytest.mark.usefixtures("one_minute")
@pytest.mark.parametrize("profile", ["administration", "franceconnect"])
def test_a_wrong_secret_is_refused_with_a_challenge_and_counted(profile):
    at, asked = flow.desk(), flow.site(profile, id_token_alg="ES256")
    code = flow.code_of(at, asked)
    wrong = flow.Site(asked.client, "x" * 43, asked.redirect_uri, verifier=asked.verifier)
    for _ in range(3):
        answer = flow.exchange(wrong, code)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer["WWW-Authenticate"].startswith("Basic realm=")
    assert Entree.objects.filter(event="client:refuse").count() == 1
    assert flow.exchange(asked, code).status_code == 200


def test_the_method_is_the_one_of_the_record():
    at, asked = flow.desk(), flow.site()
    form = flow.token_form(asked, flow.code_of(at, asked))
    own = {"client_id": asked.client.client_id, "client_secret": asked.secret}
    assert flow.post_form("/token", form | own).json()["error"] == "invalid_client"
    both = flow.post_form("/token", form | own, flow.basic(asked))
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")


def test_a_sealed_secret_is_compared_too():
    at, asked = flow.desk(), flow.site("franceconnect", id_token_alg="HS256")
    assert asked.client.secret_digest == ""
    wrong = flow.Site(asked.client, "x" * 43, asked.redirect_uri)
    code = flow.code_of(at, asked)
    assert flow.exchange(wrong, code).status_code == 401
    assert flow.exchange(asked, code).status_code == 200


@pytest.mark.parametrize(
    ("method", "kind", "body"),
    [
        ("POST", "application/json", '{"grant_type": "authorization_code"}'),
        ("POST", "application/x-www-form-urlencoded", "a=" + "x" * 20000),
        ("POST", "multipart/form-data; boundary=x", "--x--"),
    ],
)
def test_a_body_that_is_no_form_is_refused(method, kind, body):
    answer = flow.stranger().generic(method, "/token", body, content_type=kind)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/token", "/introspect"])
def test_these_endpoints_take_a_post_alone(path):
    assert flow.stranger().get(path).status_code == 405


def test_another_client_cannot_use_the_code():
    at, asked = flow.desk(), flow.site()
    thief = flow.site(redirect_uris=[flow.CALLBACK])
    thief.verifier = asked.verifier
    code = flow.code_of(at, asked)
    assert flow.exchange(thief, code).json()["error"] == "invalid_grant"
    assert flow.exchange(asked, code).status_code == 200


@pytest.mark.writes("connexion:replay")
@pytest.mark.spec("Attacks", "code replay")
@pytest.mark.spec("RFC 6749", "4.1.2")
def test_a_replay_is_refused_and_revokes_what_was_issued():
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    token = flow.exchange(asked, code).json()["access_token"]
    assert flow.userinfo(token).status_code == 200
    answer = flow.exchange(asked, code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert last_event() == "connexion:replay"
    assert flow.userinfo(token).status_code == 401
    assert flow.introspect(asked, token).json() == {"active": False}


@pytest.mark.writes("connexion:refuse")
def test_a_code_dies_after_60_seconds():
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    Connexion.objects.update(created_at=timezone.now() - timedelta(61), expires_at=timezone.now())
    assert flow.exchange(asked, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("what", ["revoked", "suspended", "expired", "aidant"])
def test_what_ends_between_code_and_token_stops_it_and_is_journaled(what):
    at, asked = flow.desk(), flow.site("franceconnect")
    code = flow.code_of(at, asked)
    end(what)
    answer = flow.exchange(asked, code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert last_event() == "utilisation:refuse"
    assert not AccessToken.objects.exists()


def test_a_token_never_outlives_the_mandat():
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    soon = timezone.now() + timedelta(seconds=90)
    Mandat.objects.update(expires_at=soon)
    tokens = flow.exchange(asked, code).json()
    assert 80 < tokens["expires_in"] <= 90
    assert flow.claims_of(tokens["id_token"])["exp"] <= soon.timestamp()


@pytest.mark.usefixtures("one_minute")
def test_a_code_refused_is_counted_for_its_client_and_journaled_once_a_minute():
    at, asked = flow.desk(), flow.site()
    for _ in range(3):
        assert flow.exchange(asked, "unknown").json()["error"] == "invalid_grant"
    code = flow.code_of(at, asked)
    assert flow.exchange(asked, code, code_verifier="v" * 43).json()["error"] == "invalid_grant"
    counts = RefusCompte.objects.filter(kind__startswith="connexion:refuse/").order_by("kind")
    assert sorted(row.count for row in counts) == [1, 3]
    told = Entree.objects.filter(event="connexion:refuse").order_by("id")
    assert [row.acteur_id for row in told] == [asked.client.id] * 2
