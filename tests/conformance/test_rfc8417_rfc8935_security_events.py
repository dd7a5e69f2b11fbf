"""Security Event Tokens (RFC 8417) pushed over HTTP (RFC 8935): who is told that a mandat ended, how, how long."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from jwcrypto.jwk import JWKSet  # type: ignore[import-untyped]
from jwcrypto.jwt import JWT  # type: ignore[import-untyped]

from aidants.domain.acteur import Acteur, Kind
from aidants.journal.follow import follow
from aidants.journal.models import Entree
from aidants.journal.sequence import integrate
from mandats.attestation.keys import published_keys
from mandats.registre.models import Autorisation, Mandat, Utilisation, Verification
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.single_use import close_expired
from mandats.registre.services.suspend import resume_mandat, suspend_mandat
from oidc.protocol.security_event import KINDS, RETRIES, event_uri, refusal
from oidc.provider.clients import NewClient, create_client
from oidc.provider.models import Client, EventReceiver, SecurityEvent
from oidc.provider.security_events import SECURITY_EVENTS, push, push_forgotten, set_receiver
from tests import builders
from tests.builders import NOW
from tests.conformance.matrix import ROOT
from tests.oidc import flow

SET, PUSH = "RFC 8417", "RFC 8935"
A_MINUTE = timedelta(minutes=1)


class Receiver:
    """An administration's endpoint: keeps what it is sent, answers what it is told to."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answer: tuple[int, bytes] = (202, b"")
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((dict(self.headers), body))
                self.send_response(receiver.answer[0])
                self.send_header("Content-Length", str(len(receiver.answer[1])))
                self.end_headers()
                self.wfile.write(receiver.answer[1])

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/evenements"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def told(db: None, receiver: Receiver, settings: Any) -> Client:
    settings.DEMO = True
    client, _ = create_client(NewClient("Allocations", "administration", ["https://alloc.example.org/retour"]), NOW)
    set_receiver(client, receiver.url, "Bearer jeton-du-site", NOW)
    return client


@pytest.fixture
def mandat(db: None) -> Mandat:
    place = builders.structure()
    signed = builders.mandat(builders.aidant(place), place, demarches=("logement", "famille"))
    follow(SECURITY_EVENTS, NOW)
    return signed


def usager(mandat: Mandat) -> Acteur:
    return Acteur(Kind.USAGER, mandat.usager_id)


def know(client: Client, mandat: Mandat) -> None:
    """The client verified the mandat with its credentials."""
    Verification.objects.create(
        mandat=mandat, organisation="a", authenticated=True, client_id=client.id, way="api",
        demarche="logement", answer="couvre", created_at=NOW,
    )  # fmt: skip


def ended(client: Client, mandat: Mandat) -> SecurityEvent:
    """The client knows the mandat, and the usager ended it."""
    know(client, mandat)
    revoke_mandat(mandat.id, usager(mandat), way="page_usager", now=NOW)
    (event,) = after(mandat)
    return event


def after(mandat: Mandat) -> list[SecurityEvent]:
    """Let the journal integrate and the follower read."""
    integrate(NOW + A_MINUTE)
    follow(SECURITY_EVENTS, NOW + A_MINUTE)
    return list(SecurityEvent.objects.order_by("at", "kind"))


def queued() -> int:
    return DBTaskResult.objects.filter(task_path=push.module_path).count()


def claims_of(body: bytes) -> dict[str, Any]:
    """Read the token with another's library."""
    keys = JWKSet.from_json(json.dumps(published_keys(NOW)))
    token = JWT(jwt=body.decode(), key=keys, check_claims={}, algs=["ES256"])
    assert json.loads(token.header)["typ"] == "secevent+jwt"
    return dict(json.loads(token.claims))


@pytest.mark.spec(SET, "2.2")
@pytest.mark.spec(PUSH, "2.1")
def test_a_revocation_is_told_to_who_verified_the_mandat(told: Client, mandat: Mandat, receiver: Receiver) -> None:
    event = ended(told, mandat)
    push.call(str(event.id))
    ((headers, body),) = receiver.requests
    assert headers["Content-Type"] == "application/secevent+jwt"
    assert headers["Accept"] == "application/json"
    assert headers["Authorization"] == "Bearer jeton-du-site"
    claims = claims_of(body)
    assert claims["aud"] == told.client_id
    assert claims["jti"] == str(event.id)
    assert claims["toe"] == int(NOW.timestamp())
    assert claims["sub_id"] == {"format": "opaque", "id": mandat.reference}
    assert claims["events"] == {f"{claims['iss']}/events/mandat-ended": {"at": int(NOW.timestamp())}}
    event.refresh_from_db()
    assert event.delivered_at is not None
    assert Entree.objects.filter(event="evenement:tell", subject_id=told.id).count() == 1


def test_a_term_is_told_with_its_own_second(told: Client, mandat: Mandat) -> None:
    know(told, mandat)
    assert close_expired(mandat.expires_at + A_MINUTE) == 1
    (event,) = after(mandat)
    assert (event.kind, event.reference, event.at) == ("mandat-ended", mandat.reference, mandat.expires_at)


@pytest.mark.writes("evenement:tell")
@pytest.mark.spec(SET, "2.2")
def test_the_token_says_neither_why_nor_of_whom(told: Client, mandat: Mandat, receiver: Receiver) -> None:
    event = ended(told, mandat)
    push.call(str(event.id))
    claims = claims_of(receiver.requests[0][1])
    assert claims.keys() == {"iss", "aud", "jti", "iat", "toe", "sub_id", "events"}
    text = json.dumps(claims).lower()
    for hidden in ("revocation", "dubois", "angela", "1962", str(mandat.usager_id)):
        assert hidden not in text


def test_one_demarche_a_suspension_and_its_end_are_told_apart(told: Client, mandat: Mandat) -> None:
    know(told, mandat)
    part = Autorisation.objects.get(mandat=mandat, demarche="famille")
    revoke_autorisation(part.id, usager(mandat), way="page_usager", now=NOW)
    suspend_mandat(mandat.id, usager(mandat), way="telephone", now=NOW + timedelta(seconds=1))
    resume_mandat(mandat.id, usager(mandat), way="page_usager", now=NOW + timedelta(seconds=2))
    seen = [(row.kind, row.demarches) for row in after(mandat)]
    assert seen == [("mandat-ended", ["famille"]), ("mandat-suspended", []), ("mandat-resumed", [])]


def test_only_who_knows_the_mandat_is_told(told: Client, mandat: Mandat, receiver: Receiver) -> None:
    other, _ = create_client(NewClient("Ailleurs", "administration", ["https://b.example.org/retour"]), NOW)
    suspended, _ = create_client(NewClient("Fermé", "administration", ["https://c.example.org/retour"]), NOW)
    for client in (other, suspended):
        set_receiver(client, receiver.url, "", NOW)
    know(suspended, mandat)
    Client.objects.filter(pk=suspended.pk).update(suspended_at=NOW)
    row = mandat.autorisations.get(demarche="logement")
    Utilisation.objects.create(
        autorisation=row, mandat=mandat, aidant_id=mandat.aidant_id, channel="bridge", body="a",
        client_id=told.id, used_on=NOW.date(), created_at=NOW,
    )  # fmt: skip
    revoke_mandat(mandat.id, usager(mandat), way="page_usager", now=NOW)
    assert [event.client_id for event in after(mandat)] == [told.id]


@pytest.mark.spec(PUSH, "2.3")
@pytest.mark.parametrize("answer", [(400, b'{"err":"invalid_key"}'), (500, b""), (302, b""), (200, b""), (204, b"")])
def test_anything_but_202_is_tried_again_with_the_same_jti(
    told: Client, mandat: Mandat, receiver: Receiver, answer: tuple[int, bytes]
) -> None:
    event = ended(told, mandat)
    receiver.answer = answer
    push.call(str(event.id))
    event.refresh_from_db()
    assert (event.attempts, event.delivered_at, event.abandoned_at) == (1, None, None)
    assert queued() == 1
    receiver.answer = (202, b"")
    push.call(str(event.id))
    event.refresh_from_db()
    assert event.delivered_at is not None
    first, second = (claims_of(body) for _, body in receiver.requests)
    assert first == second, "one token sent twice, not two that bear one name"
    assert first["iat"] == int((NOW + A_MINUTE).timestamp())


@pytest.mark.spec(PUSH, "6")
def test_a_client_that_is_suspended_is_told_nothing_until_it_is_no_more(
    told: Client, mandat: Mandat, receiver: Receiver
) -> None:
    event = ended(told, mandat)
    Client.objects.filter(pk=told.pk).update(suspended_at=NOW)
    push.call(str(event.id))
    assert (receiver.requests, queued()) == ([], 1), "it waits for its next try"
    Client.objects.filter(pk=told.pk).update(suspended_at=None)
    push.call(str(event.id))
    assert len(receiver.requests) == 1


def test_a_receiver_that_was_removed_is_told_nothing_and_the_journal_does_not_say_so(
    told: Client, mandat: Mandat, receiver: Receiver
) -> None:
    event = ended(told, mandat)
    set_receiver(told, "", "", NOW + A_MINUTE)
    set_receiver(told, receiver.url, "", NOW + 2 * A_MINUTE)
    push.call(str(event.id))
    event.refresh_from_db()
    assert (receiver.requests, event.delivered_at, event.abandoned_at) == ([], None, NOW + A_MINUTE)
    assert not Entree.objects.filter(event="evenement:tell").exists()


@pytest.mark.writes("evenement:not_told")
def test_seven_days_of_silence_end_the_telling(told: Client, mandat: Mandat, receiver: Receiver) -> None:
    assert timedelta(days=7) <= sum(RETRIES, timedelta()) < timedelta(days=7, hours=3)
    event = ended(told, mandat)
    SecurityEvent.objects.update(attempts=len(RETRIES))
    receiver.answer = (503, b"")
    push.call(str(event.id))
    event.refresh_from_db()
    assert event.abandoned_at is not None
    assert Entree.objects.filter(event="evenement:not_told").exists()
    push.call(str(event.id))
    assert len(receiver.requests) == 1


def test_an_address_inside_is_never_called(told: Client, mandat: Mandat, receiver: Receiver, settings: Any) -> None:
    settings.DEMO = False
    event = ended(told, mandat)
    push.call(str(event.id))
    assert receiver.requests == []


def test_what_was_never_tried_is_queued_again(told: Client, mandat: Mandat) -> None:
    know(told, mandat)
    revoke_mandat(mandat.id, usager(mandat), way="page_usager", now=NOW)
    after(mandat)
    before = queued()
    push_forgotten(NOW + A_MINUTE)
    assert queued() == before
    push_forgotten(NOW + timedelta(minutes=30))
    assert queued() == before + 1


def test_a_worker_that_dies_during_a_try_loses_no_event(
    told: Client, mandat: Mandat, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = ended(told, mandat)

    def die(*_given: object, **_named: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr("oidc.provider.security_events.call", die)
        with pytest.raises(SystemExit):
            push.call(str(event.id), 0)
    before = queued()
    push_forgotten(timezone.now())
    assert queued() == before
    push_forgotten(timezone.now() + timedelta(minutes=30))
    assert queued() == before + 1
    push.call(str(event.id), 1)
    assert len(receiver.requests) == 1


@pytest.mark.writes("client:set_receiver")
def test_the_authorization_is_sealed_and_the_operator_sets_it(
    told: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert b"jeton-du-site" not in bytes(EventReceiver.objects.get().authorization_sealed or b"")
    monkeypatch.setenv("SON_ENTETE", "Bearer autre")
    out = StringIO()
    call_command(
        "set_event_receiver",
        told.client_id,
        url="https://alloc.example.org/e",
        authorization_from="SON_ENTETE",
        stdout=out,
    )
    assert json.loads(out.getvalue())["event_receiver"] == "https://alloc.example.org/e"
    assert "autre" not in out.getvalue()
    call_command("set_event_receiver", told.client_id, remove=True, stdout=StringIO())
    assert not EventReceiver.objects.exists()


@pytest.mark.parametrize(
    "options",
    [
        {"url": "http://interne.example/e"},
        {"url": "https://a.example/e#x"},
        {},
        {"url": "https://a.example", "remove": True},
        {"url": "https://a.example/e", "authorization_from": "ABSENTE"},
    ],
)
def test_an_unfit_receiver_is_refused(told: Client, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        call_command("set_event_receiver", told.client_id, stdout=StringIO(), **options)


@pytest.mark.spec(PUSH, "2.3")
@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, b'{"err":"authentication_failed","description":"x"}', "400 authentication_failed"),
        (400, b"<html>", "400"),
        (400, b'{"err":"Bad One"}', "400"),
        (400, b"[1]", "400"),
        (503, b"", "503"),
    ],
)
def test_a_refusal_is_told_to_operators_in_a_few_words(status: int, body: bytes, words: str) -> None:
    assert refusal(status, body) == words


@pytest.mark.spec(SET, "1.2")
def test_events_have_addresses_of_ours() -> None:
    assert [event_uri("https://op.example", kind) for kind in KINDS] == [
        "https://op.example/events/mandat-ended",
        "https://op.example/events/mandat-suspended",
        "https://op.example/events/mandat-resumed",
    ]
    with pytest.raises(ValueError, match="autre"):
        event_uri("https://op.example", "autre")


@pytest.mark.spec(SET, "3")
def test_what_a_receiver_must_know_of_our_tokens_is_written_for_it(
    told: Client, mandat: Mandat, receiver: Receiver
) -> None:
    know(told, mandat)
    part = Autorisation.objects.get(mandat=mandat, demarche="famille")
    revoke_autorisation(part.id, usager(mandat), way="page_usager", now=NOW)
    (event,) = after(mandat)
    push.call(str(event.id))
    claims = claims_of(receiver.requests[0][1])
    profile = (ROOT / "oidc/README.md").read_text().partition("## Security events")[2].partition("\n## ")[0]
    (told_of,) = claims["events"].values()
    for name in (*KINDS, *claims, *told_of, "typ", "secevent+jwt"):
        assert f"`{name}`" in profile, name


@pytest.mark.spec(SET, "4")
def test_a_security_event_is_no_token_of_another_kind(told: Client, mandat: Mandat, receiver: Receiver) -> None:
    event = ended(told, mandat)
    push.call(str(event.id))
    token = receiver.requests[0][1].decode()
    assert flow.userinfo(token).status_code == 401
    assert flow.stranger().get("/end_session", {"id_token_hint": token}).status_code == 400
    asked = {"prompt": "none", "id_token_hint": token}
    back = flow.authorize(flow.stranger(), flow.site(), **asked)["Location"]
    assert flow.parameters_of(back)["error"] == "invalid_request"
