"""Clients: registered by an operator, recognised by their secret."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from aidants.domain.acteur import SYSTEME
from aidants.domain.vault import keyed_digest, seal, unseal
from aidants.journal.record import record
from oidc.protocol.client import Profile
from oidc.protocol.events import CLIENT_CREATE
from oidc.protocol.parameters import is_text
from oidc.provider.models import Client

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class UnfitClient(ValueError):
    """The record asked would break the profile; the message says where."""


@dataclass(frozen=True, slots=True)
class NewClient:
    """What an operator gives.  Empty ``auth_method`` and ``id_token_alg`` take the profile's own."""

    name: str
    profile: str
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str] = field(default_factory=list)
    auth_method: str = ""
    id_token_alg: str = ""
    userinfo_alg: str = ""
    sector: str = ""
    demarches: list[str] = field(default_factory=list)
    jwks: dict[str, Any] | None = None


def create_client(new: NewClient, now: datetime) -> tuple[Client, str]:
    """Register a client; return it with its secret, which is not kept in the clear.  Raises :class:`UnfitClient`."""
    _check_uris([*new.redirect_uris, *new.post_logout_redirect_uris])
    is_franceconnect = new.profile == Profile.FRANCECONNECT
    secret = secrets.token_urlsafe(32)
    client = Client(
        client_id=secrets.token_urlsafe(16),
        name=new.name,
        profile=new.profile,
        redirect_uris=new.redirect_uris,
        post_logout_redirect_uris=new.post_logout_redirect_uris,
        auth_method=new.auth_method or ("client_secret_post" if is_franceconnect else "client_secret_basic"),
        id_token_alg=new.id_token_alg or "ES256",
        userinfo_alg=new.userinfo_alg,
        jwks=new.jwks,
        sector=new.sector or _sector_of(new.redirect_uris),
        demarches=new.demarches,
        needs_pkce=not is_franceconnect,
        created_at=now,
    )
    _keep_secret(client, secret)
    with transaction.atomic():
        client.save(force_insert=True)
        facts = {
            "profile": client.profile,
            "auth_method": client.auth_method,
            "id_token_alg": client.id_token_alg,
            "userinfo_alg": client.userinfo_alg,
        }
        record(CLIENT_CREATE, acteur=SYSTEME, at=now, subject=client.id, facts=facts)
    return client, secret


def _check_uris(uris: list[str]) -> None:
    """Only https, or http on the machine itself; no fragment (RFC 6749 §3.1.2), no wildcard."""
    for uri in uris:
        parts = urlsplit(uri)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not (secure and parts.hostname and is_text(uri, 2048)) or "#" in uri or "*" in uri:
            raise UnfitClient(f"not an address that a client may register: {uri}")


def _sector_of(redirect_uris: list[str]) -> str:
    """Return the one host of all the addresses (OIDC Core §8.1)."""
    hosts = {urlsplit(uri).hostname or "" for uri in redirect_uris}
    if len(hosts) != 1:
        raise UnfitClient("redirect addresses on several hosts need a sector of their own")
    return hosts.pop()


def _keep_secret(client: Client, secret: str) -> None:
    """Seal the secret when HS256 must use it again, digest it otherwise."""
    if "HS256" in (client.id_token_alg, client.userinfo_alg):
        if not client.is_franceconnect:
            raise UnfitClient("HS256 is for FranceConnect's record alone")
        client.secret_sealed = seal(secret.encode(), settings.VAULT_KEYS)
    else:
        client.secret_digest = _digest(secret)


_BY_CLIENT_ID = "SELECT * FROM oidc_client WHERE client_id = %s"


def find_client(client_id: str) -> Client | None:
    """Return the client of that identifier, suspended ones included.  Every request asks: composed by hand."""
    if not client_id or not is_text(client_id, 64):
        return None
    return next(iter(Client.objects.raw(_BY_CLIENT_ID, [client_id])), None)


def open_secret(sealed: bytes | memoryview | None) -> bytes:
    """Return the secret that keys HS256.  Raises ``LookupError`` when the record keeps only a digest."""
    if sealed is None:
        raise LookupError("this client's secret is not kept")
    return unseal(bytes(sealed), settings.VAULT_KEYS)


def is_secret_of(client: Client, secret: str) -> bool:
    """True when ``secret`` is the client's, in constant time."""
    if client.secret_sealed is not None:
        return hmac.compare_digest(open_secret(client.secret_sealed), secret.encode("utf-8", "replace"))
    return hmac.compare_digest(client.secret_digest, _digest(secret))


def _digest(secret: str) -> str:
    return keyed_digest(settings.DIGEST_KEY, "client_secret", secret.encode("utf-8", "replace").decode())
