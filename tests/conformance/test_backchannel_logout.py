"""OpenID Connect Back-Channel Logout 1.0: sites are told that a connexion ended, whoever ended it."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from joserfc import jwt
from joserfc.jwk import KeySet

from aidants.domain.acteur import Acteur, Kind
from aidants.journal.models import Entree
from mandats.domain.motifs import MotifDeFin
from mandats.registre.services.revoke import revoke_mandat
from oidc.protocol.logout_token import RETRIES
from oidc.provider.backchannel import deliver, deliver_forgotten
from oidc.provider.models import LogoutNotice
from tests.oidc import flow
from tests.oidc.listening import Listening, listening

SPEC = "Back-Channel Logout"


@pytest.fixture
def listener() -> Iterator[Listening]:
    """Give a site that listens at its logout address."""
    with listening() as server:
        server.pieces = []
        yield server


def told_site(listener, **changes):
    return flow.site(backchannel_logout_uri=listener.address("/fin?site=1"), **changes)


def log_out(at, asked, tokens):
    end = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": asked.client.post_logout_redirect_uris[0]}
    return at.browser.get("/end_session", end)


def run_tasks() -> None:
    """Deliver what is queued, as the worker does."""
    for notice in LogoutNotice.objects.filter(delivered_at=None, abandoned_at=None).order_by("created_at"):
        deliver.func(str(notice.id))


@pytest.mark.django_db
@pytest.mark.spec(SPEC, "2.4")
@pytest.mark.spec(SPEC, "2.5")
@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_the_logout_token_says_whom_and_which_connexion(listener, alg):
    at, asked = flow.desk(), told_site(listener, id_token_alg=alg)
    tokens = flow.tokens_of(at, asked)
    assert log_out(at, asked, tokens).status_code == 303
    run_tasks()
    ((path, kind, form),) = listener.received
    assert (path, kind) == ("/fin?site=1", "application/x-www-form-urlencoded")
    assert set(form) == {"logout_token"}
    read = jwt.decode(form["logout_token"][0], KeySet.import_key_set(flow.stranger().get("/jwks").json()), [alg])
    id_token = flow.claims_of(tokens["id_token"])
    assert read.header["typ"] == "logout+jwt"
    assert read.claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert (read.claims["iss"], read.claims["aud"]) == (settings.ISSUER, asked.client.client_id)
    assert (read.claims["sid"], read.claims["sub"]) == (id_token["sid"], id_token["sub"])
    assert "nonce" not in read.claims
    assert 0 < read.claims["exp"] - read.claims["iat"] <= 120
    assert read.claims["jti"]
    assert log_out(at, asked, tokens).status_code == 303
    assert LogoutNotice.objects.count() == 1, "a second time nothing ends, and nobody is told"
    assert Entree.objects.filter(event="connexion:tell_end").count() == 1
    answer = at.browser.get("/end_session", {"id_token_hint": form["logout_token"][0]})
    assert answer.status_code == 400, "a logout token is no ID token (§2.4)"


@pytest.mark.django_db
@pytest.mark.spec(SPEC, "2.2")
def test_a_site_that_did_not_ask_is_not_told(listener):
    at, asked = flow.desk(), flow.site()
    log_out(at, asked, flow.tokens_of(at, asked))
    assert not LogoutNotice.objects.exists()


@pytest.mark.writes("connexion:not_told")
@pytest.mark.django_db
@pytest.mark.spec(SPEC, "2.8")
@pytest.mark.parametrize("status", [400, 404, 500, 501, 302])
def test_a_site_that_fails_is_told_again_then_given_up(listener, status):
    at, asked = flow.desk(), told_site(listener)
    log_out(at, asked, flow.tokens_of(at, asked))
    listener.status = status
    for _ in range(len(RETRIES) + 3):
        run_tasks()
    assert len(listener.received) == len(RETRIES) + 1
    tokens = [form["logout_token"][0] for _, _, form in listener.received]
    assert len({flow.claims_of(token)["jti"] for token in tokens}) == len(tokens), "each attempt is a token of its own"
    assert LogoutNotice.objects.get().abandoned_at is not None
    assert Entree.objects.filter(event="connexion:not_told").count() == 1


@pytest.mark.writes("connexion:tell_end")
@pytest.mark.django_db
@pytest.mark.spec(SPEC, "2.8")
def test_a_site_that_is_down_is_told_when_it_is_back(listener):
    at, asked = flow.desk(), told_site(listener)
    log_out(at, asked, flow.tokens_of(at, asked))
    listener.status = 503
    run_tasks()
    listener.status = 204
    run_tasks()
    row = LogoutNotice.objects.get()
    assert (row.attempts, row.delivered_at is not None) == (2, True)


@pytest.mark.django_db
@pytest.mark.spec(SPEC, "2.6")
def test_an_address_that_leads_inside_is_never_called(listener):
    at, asked = flow.desk(), told_site(listener)
    log_out(at, asked, flow.tokens_of(at, asked))
    with override_settings(DEMO=False):
        run_tasks()
    assert listener.received == []


@pytest.mark.spec(SPEC, "2.2")
def test_a_mandat_that_ends_ends_the_site_s_session(committed_db, listener):
    from aidants.journal.follow import follow
    from aidants.journal.sequence import integrate
    from oidc.provider.ends import ENDS

    follow(ENDS, timezone.now())
    at, asked = flow.desk(), told_site(listener)
    tokens = flow.tokens_of(at, asked)
    who = Acteur(Kind.COMPTE, at.aidant.id, at.place.id, "aidant")
    now = timezone.now()
    revoke_mandat(at.mandat.id, who, motif=MotifDeFin.REVOCATION, way="aidant", now=now)
    integrate(timezone.now())
    follow(ENDS, timezone.now())
    run_tasks()
    ((_, _, form),) = listener.received
    claims = flow.claims_of(form["logout_token"][0])
    assert claims["sid"] == flow.claims_of(tokens["id_token"])["sid"]
    assert "motif" not in json.dumps(claims)


@pytest.mark.django_db
def test_what_no_attempt_was_made_for_is_queued_again(listener):
    at, asked = flow.desk(), told_site(listener)
    log_out(at, asked, flow.tokens_of(at, asked))
    deliver_forgotten(timezone.now())
    assert not listener.received
    LogoutNotice.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    deliver_forgotten(timezone.now())
    assert DBTaskResult.objects.filter(task_path="oidc.provider.backchannel.deliver").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("before", [0, 3, len(RETRIES)])
def test_a_worker_that_dies_during_a_try_loses_no_notice(listener, monkeypatch, before):
    at, asked = flow.desk(), told_site(listener)
    log_out(at, asked, flow.tokens_of(at, asked))
    LogoutNotice.objects.update(attempts=before)
    notice = LogoutNotice.objects.get()

    def die(*_given, **_named):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr("oidc.provider.backchannel.call", die)
        with pytest.raises(SystemExit):
            deliver.func(str(notice.id), before)
    queue = DBTaskResult.objects.filter(task_path="oidc.provider.backchannel.deliver")
    queue.delete()
    deliver_forgotten(timezone.now())
    assert not queue.exists(), "it is not late yet"
    LogoutNotice.objects.update(next_try_at=timezone.now() - timedelta(minutes=11))
    deliver_forgotten(timezone.now())
    deliver_forgotten(timezone.now())
    assert queue.get().args_kwargs["args"] == [str(notice.id), before + 1]
    deliver.func(str(notice.id), before)
    assert not listener.received, "the try that died is not made again under its own number"
    deliver.func(str(notice.id), before + 1)
    assert len(listener.received) == 1
    assert LogoutNotice.objects.get().delivered_at is not None


@pytest.mark.django_db
@pytest.mark.spec(SPEC, "2.1")
def test_the_metadata_offer_it():
    document = flow.stranger().get("/.well-known/openid-configuration").json()
    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
