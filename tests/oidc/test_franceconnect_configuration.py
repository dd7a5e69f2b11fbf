"""Discovery and keys of FranceConnect: cached, never pinned, looked for again when a key is unknown."""

from typing import Any

import pytest
from django.conf import settings
from joserfc.jwk import ECKey

from oidc.franceconnect import configuration as room
from oidc.franceconnect.wire import Deadline, Unreachable

BASE = settings.FRANCECONNECT_BASE
DISCOVERY = {
    "issuer": BASE,
    "authorization_endpoint": f"{BASE}/authorize",
    "token_endpoint": f"{BASE}/token",
    "userinfo_endpoint": f"{BASE}/userinfo",
    "jwks_uri": f"{BASE}/jwks",
    "end_session_endpoint": f"{BASE}/fin",
}


class Site:
    """What FranceConnect publishes, and what it was asked."""

    def __init__(self) -> None:
        self.published: dict[str, Any] = {f"{BASE}/.well-known/openid-configuration": dict(DISCOVERY)}
        self.asked: list[str] = []
        self.publish("k1")

    def publish(self, *kids: str, **more: Any) -> None:
        keys = [ECKey.generate_key("P-256").as_dict(private=False) | {"kid": kid, **more} for kid in kids]
        self.published[f"{BASE}/jwks"] = {"keys": keys}

    def get(self, url: str, within: Deadline) -> Any:
        self.asked.append(url)
        return self.published[url]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    room.forget()
    made = Site()
    monkeypatch.setattr(room, "get_json", made.get)
    return made


def key(kid: str) -> Any:
    return room.signing_key(kid, f"{BASE}/jwks", Deadline(1))


def test_asked_once_an_hour(site: Site) -> None:
    assert room.configuration(Deadline(1)) == room.configuration(Deadline(1))
    assert len(site.asked) == 1
    assert room.end_session_endpoint() == f"{BASE}/fin"


def test_the_logout_address_needs_no_call(site: Site) -> None:
    assert room.end_session_endpoint() == f"{BASE}/session/end"
    assert not site.asked


def test_a_rotated_key_is_found_at_once(site: Site) -> None:
    assert key("k1")
    assert key("k1")
    assert len(site.asked) == 1
    site.publish("k2")
    assert key("k2")
    assert len(site.asked) == 2
    with pytest.raises(room.UnknownKey):
        key("k1")


@pytest.mark.parametrize("more", [{"use": "enc"}, {"kty": "EC", "x": "?"}])
def test_a_key_that_cannot_sign_is_unknown(site: Site, more: dict[str, Any]) -> None:
    site.publish("k1", **more)
    with pytest.raises(room.UnknownKey):
        key("k1")


@pytest.mark.spec("OpenID Connect Discovery 1.0", "4.3")
@pytest.mark.parametrize("change", [{"issuer": f"{BASE}/"}, {"issuer": None}])
def test_discovery_of_another_issuer_is_refused(site: Site, change: dict[str, Any]) -> None:
    site.published[f"{BASE}/.well-known/openid-configuration"].update(change)
    with pytest.raises(Unreachable):
        room.configuration(Deadline(1))


def test_an_incomplete_discovery_is_refused(site: Site) -> None:
    del site.published[f"{BASE}/.well-known/openid-configuration"]["token_endpoint"]
    with pytest.raises(Unreachable):
        room.configuration(Deadline(1))
