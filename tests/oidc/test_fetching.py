"""Calls to addresses that clients registered: public machines by TLS, bounded, kept; nothing else."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from joserfc.jwk import ECKey

from oidc.provider import fetching
from oidc.provider.client_keys import AGAIN, FRESH, keys_of
from oidc.provider.fetching import Unreachable, call, is_public
from oidc.provider.models import Client
from tests.oidc import flow, keyed
from tests.oidc.listening import Listening, listening


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "::7f00:1", "fe80::1%eth0", "not an address", "",
    ],
)  # fmt: skip
def test_an_address_that_leads_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_an_address_of_the_network_is(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://site.example/jwks",
        "file:///etc/passwd",
        "ftp://site.example/",
        "https:///jwks",
        "https://u:p@site.example/",
        "https://site.example:99999/",
        "https://[::1/",
        "http://localhost:1/jwks",
        "",
    ],
)
def test_only_https_addresses_are_called(url):
    with pytest.raises(Unreachable):
        call(url, resolving=lambda host, port: ["93.184.216.34"])


@pytest.mark.spec("Attacks", "a JWKS address that leads inside")
@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.7"], [], ["::ffff:127.0.0.1"]])
def test_a_name_that_leads_inside_even_once_is_not_called(addresses):
    with pytest.raises(Unreachable, match="not a public address"):
        call("https://site.example/jwks", resolving=lambda host, port: addresses)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that answers another address the second time gains nothing: it is asked once."""
    asked: list[str] = []
    reached: list[tuple[str, int]] = []

    def resolving(host, port):
        asked.append(host)
        return ["93.184.216.34"]

    def connect(address, timeout):
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    with pytest.raises(Unreachable):
        call("https://site.example/jwks", resolving=resolving)
    assert (asked, reached) == (["site.example"], [("93.184.216.34", 443)])


@pytest.fixture
def site_of_keys() -> Iterator[Listening]:
    """Give a site that publishes its keys on this machine."""
    with listening() as server:
        yield server


def address_of(server: Listening) -> str:
    return server.address("/jwks")


def test_a_redirect_is_not_followed(site_of_keys):
    site_of_keys.status, site_of_keys.pieces = 302, []
    assert call(address_of(site_of_keys), local=True).status == 302
    assert len(site_of_keys.received) == 1


def test_what_is_too_large_or_too_slow_is_given_up(site_of_keys, monkeypatch):
    site_of_keys.pieces = [b"x" * 70_000]
    with pytest.raises(Unreachable):
        call(address_of(site_of_keys), local=True)
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    site_of_keys.pieces, site_of_keys.pause = [b"x"] * 200, 0.05
    site_of_keys.sent = 0
    call_or_nothing(address_of(site_of_keys))
    assert site_of_keys.sent < 200, "a byte now and then does not hold us: we left before the last"


def test_a_name_that_is_never_resolved_holds_nobody(monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    answered = threading.Event()
    with pytest.raises(Unreachable, match="TimeoutError"):
        call("https://site.example/jwks", resolving=lambda host, port: [str(answered.wait(60))])
    assert not answered.is_set()
    answered.set()


class Dripping(threading.Thread):
    """A server that answers one byte now and then; ``left``: how many it still had when it was cut."""

    def __init__(self, *begins: bytes):
        super().__init__(daemon=True)
        self.listening, self.begins, self.left = socket.create_server(("127.0.0.1", 0)), begins, 0

    def run(self):
        with self.listening:
            link, _ = self.listening.accept()
        with link, contextlib.suppress(OSError):
            for piece in self.begins:
                link.sendall(piece)
            for self.left in range(600, 0, -1):
                link.sendall(b"x")
                time.sleep(0.05)


def test_a_handshake_given_byte_by_byte_holds_nobody(monkeypatch):
    server = Dripping(b"\x16\x03\x03\x3f\xff")  # the head of a TLS record of 16 KiB (RFC 8446 §5.1)
    server.start()
    connect = socket.create_connection
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    monkeypatch.setattr(
        fetching.socket, "create_connection", lambda _, timeout: connect(server.listening.getsockname(), timeout)
    )
    with pytest.raises(Unreachable):
        call("https://site.example/jwks", resolving=lambda host, port: ["93.184.216.34"])
    server.join(60)
    assert server.left > 1, "it was cut before its last byte"


def test_headers_given_byte_by_byte_hold_nobody(monkeypatch):
    server = Dripping(b"HTTP/1.1 200 OK\r\nX-Long: ")
    server.start()
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    with pytest.raises(Unreachable):
        call(f"http://127.0.0.1:{server.listening.getsockname()[1]}/jwks", local=True)
    server.join(60)
    assert server.left > 1


def call_or_nothing(url):
    try:
        call(url, local=True)
    except Unreachable:
        return


def publishing(server, *keys):
    """Publish the public halves of named keys."""
    jwks = {"keys": [key.as_dict(private=False) | {"kid": kid, "use": "sig"} for kid, key in keys]}
    server.pieces = [json.dumps(jwks).encode()]


@pytest.fixture
def remote(db, site_of_keys):
    """Give a client whose keys stand at its own address."""
    key = ECKey.generate_key("P-256")
    publishing(site_of_keys, (keyed.KID, key))
    made = keyed.keyed_site(jwks=None, jwks_uri=address_of(site_of_keys))
    made.key = key
    return made


def authenticates(site, **changes):
    return flow.post_form("/introspect", {"token": "x"} | site.credentials(**changes)).status_code == 200


@pytest.mark.spec("OIDC Core", "10.1.1")
def test_keys_are_fetched_once_and_kept(remote, site_of_keys):
    assert authenticates(remote)
    assert authenticates(remote)
    assert len(site_of_keys.received) == 1


@pytest.mark.spec("OIDC Core", "10.1.1")
def test_an_unknown_key_is_looked_for_once_a_minute(remote, site_of_keys):
    assert authenticates(remote)
    new = ECKey.generate_key("P-256")
    publishing(site_of_keys, (keyed.KID, remote.key), ("cle-2", new))
    Client.objects.update(jwks_tried_at=timezone.now() - AGAIN)
    assert authenticates(remote, key=new, header={"kid": "cle-2"})
    assert len(site_of_keys.received) == 2
    for number in range(5):
        assert not authenticates(remote, key=new, header={"kid": f"unknown-{number}"})
    assert len(site_of_keys.received) == 2, "a stranger does not make us call anybody at will"


def test_keys_that_cannot_be_fetched_again_serve_for_a_day(remote, site_of_keys):
    assert authenticates(remote)
    site_of_keys.status, site_of_keys.pieces = 500, []
    now = timezone.now() + FRESH
    client = Client.objects.get(pk=remote.client.pk)
    assert keys_of(client, keyed.KID, now)
    assert not keys_of(client, keyed.KID, now + timedelta(hours=24))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"keys": 3}', b'{"keys": [{"kty": "oct", "k": "x"}]}', b"[" * 9999]
)
def test_a_page_that_is_no_set_of_public_keys_gives_none(remote, site_of_keys, body):
    site_of_keys.pieces = [body]
    assert not authenticates(remote)


def published(key, **more):
    return json.dumps({"keys": [key.as_dict(private=False) | {"kid": keyed.KID} | more]})


def nested(depth):
    return "[" * depth + "]" * depth


ODD: dict[str, Any] = {
    "NUL in the name": {"kid": "a\x00"},
    "half a letter": {"kid": "a\ud800"},
    "a number for a name": {"kid": 7},
    "a list for a name": {"kid": ["cle-1"]},
    "a number beyond any": {"x": 10**400},
    "no number": {"x": float("nan")},
    "a coordinate that is none": {"x": "é"},
    "an empty coordinate": {"x": ""},
    "a point elsewhere": {"x": "AAAA", "y": "AAAA"},
    "an object for a kind": {"kty": {"EC": 1}},
    "a kind of nobody": {"kty": "XX"},
    "an RSA key with an even exponent": {"kty": "RSA", "n": "v" * 400, "e": "AA"},
    "an RSA key as long as the page": {"kty": "RSA", "n": "v" * 30_000, "e": "v" * 30_000},
    "a symmetric key": {"kty": "oct", "k": "AAAA"},
    "its private half": {"d": "AAAA"},
    "for another use": {"use": "enc"},
    "for another algorithm": {"alg": "HS256"},
    "for an algorithm that is no text": {"alg": {"ES256": 1}},
}


@pytest.mark.spec("RFC 7523", "3")
def test_a_key_that_is_none_is_read_and_proves_nothing(remote, site_of_keys):
    """What comes from outside is never a failure of ours, and is kept in no column that cannot hold it."""
    for name, odd in ODD.items():
        site_of_keys.pieces = [published(remote.key, **odd).encode()]
        Client.objects.update(jwks_fetched=None, jwks_fetched_at=None, jwks_tried_at=None)
        answer = flow.post_form("/introspect", {"token": "x"} | remote.credentials())
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), name


BESIDE = (
    *map(nested, (100, 850, 930, 990, 30_000)),
    '{"a":' * 900 + "1" + "}" * 900,
    '"\\u0000"',
    '"\\ud800"',
    "1" + "0" * 5000,
    "1e999",
    '"' + "x" * 60_000 + '"',
)


def test_what_stands_beside_a_key_is_never_kept(remote, site_of_keys):
    """A tree that the reader takes may be too deep for the writer: only the key's own members reach the table."""
    for text in BESIDE:
        site_of_keys.pieces = [published(remote.key)[:-3].encode(), f', "x-more": {text}}}]}}'.encode()]
        Client.objects.update(jwks_fetched=None, jwks_fetched_at=None, jwks_tried_at=None)
        answer = flow.post_form("/introspect", {"token": "x"} | remote.credentials())
        assert answer.status_code in (200, 401), text[:9]
        kept = Client.objects.get(pk=remote.client.pk)
        assert kept.jwks_fetched is None or set(kept.jwks_fetched["keys"][0]) == {"kty", "crv", "x", "y", "kid"}
        assert kept.keys_unread is (answer.status_code == 401), text[:9]


def test_of_members_and_names_that_stand_twice_the_last_counts_and_any_key_of_a_name_may_sign(remote, site_of_keys):
    """RFC 7517 §4 and §4.5; a set of a thousand keys is read to its fiftieth."""
    mine, other = remote.key.as_dict(private=False), ECKey.generate_key("P-256").as_dict(private=False)
    twice = json.dumps(mine)[:-1] + f', "kid": "other", "kid": "{keyed.KID}"}}'
    site_of_keys.pieces = [f'{{"keys": [3, null, [], {json.dumps(other | {"kid": keyed.KID})}, {twice}]}}'.encode()]
    assert authenticates(remote)
    Client.objects.update(jwks_fetched=None, jwks_fetched_at=None, jwks_tried_at=None)
    site_of_keys.pieces = [json.dumps({"keys": [{"kty": "EC"}] * 1000 + [mine | {"kid": keyed.KID}]}).encode()]
    assert not authenticates(remote)


@pytest.mark.django_db
def test_jwks_over_http_on_this_machine_is_for_the_demonstration(site_of_keys):
    remote = keyed.keyed_site(jwks=None, jwks_uri=address_of(site_of_keys))
    with override_settings(DEMO=False):
        assert not authenticates(remote)
    assert len(site_of_keys.received) == 0


@pytest.mark.spec("Attacks", "a JWKS address that leads inside, from the record to the connection")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "called"),
    [
        ("127.0.0.1", False),
        ("10.0.0.8", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.8", False),
        ("93.184.216.34", True),
    ],
)
def test_jwks_url_to_a_private_address_is_never_called(monkeypatch, address, called):
    """The name is a decent one, the scheme too: where it leads is what decides."""
    reached: list[tuple[str, int]] = []

    def connect(where, timeout):
        reached.append(where)
        raise ConnectionRefusedError

    remote = keyed.keyed_site(jwks=None, jwks_uri="https://cles.site.example/jwks")
    with override_settings(DEMO=False), monkeypatch.context() as network:
        network.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (address, 443))])
        network.setattr(fetching.socket, "create_connection", connect)
        assert not authenticates(remote)
    assert reached == ([(address, 443)] if called else [])
