"""Calls to addresses that clients registered: public machines by TLS, bounded, kept; nothing else."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta

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
    begun = time.monotonic()
    call_or_nothing(address_of(site_of_keys))
    assert time.monotonic() - begun < 3, "a byte now and then does not hold us"


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
