"""A client's public keys: given by value, or fetched from its own address, kept, and fetched again when one is unknown.

At most one fetch a minute and a client, so that a stranger who names unknown keys cannot make us call anybody.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from oidc.protocol.jose import is_private
from oidc.protocol.strict_json import read_json
from oidc.provider.fetching import Unreachable, call
from oidc.provider.models import Client

FRESH = timedelta(minutes=10)
AGAIN = timedelta(minutes=1)
KEPT = timedelta(hours=24)
"""Keys that cannot be fetched again serve this long: the site's page of keys may be down while the site works."""
_MOST_KEYS = 50
_MEMBERS = ("kty", "use", "alg", "kid", "crv", "x", "y", "n", "e")
"""What is kept of a key (RFC 7517 §4, RFC 7518 §6); a tree below another member would be kept for nothing."""
_operations = logging.getLogger(__name__)

Jwk = dict[str, Any]


def keys_of(client: Client, kid: str, now: datetime) -> list[Jwk]:
    """Return the public keys of a client, fetched anew when they are old or when none is named ``kid``."""
    if not client.jwks_uri:
        return _keys_in(client.jwks)
    kept = _keys_in(client.jwks_fetched) if client.jwks_fetched_at and now - client.jwks_fetched_at < KEPT else []
    old = client.jwks_fetched_at is None or now - client.jwks_fetched_at >= FRESH
    unknown = bool(kid) and all(jwk.get("kid") != kid for jwk in kept)
    if (old or unknown) and _may_try(client, now):
        return _fetched(client, now) or kept
    return kept


def _may_try(client: Client, now: datetime) -> bool:
    """Claim the one fetch of this minute: of several processes one gets it."""
    free = Q(jwks_tried_at__isnull=True) | Q(jwks_tried_at__lte=now - AGAIN)
    return bool(Client.objects.filter(free, pk=client.pk).update(jwks_tried_at=now))


def _fetched(client: Client, now: datetime) -> list[Jwk]:
    """Fetch and keep; nothing when the address does not give a set of public keys."""
    try:
        answer = call(client.jwks_uri, headers={"Accept": "application/jwk-set+json, application/json"}, local=_local())
        read = read_json(answer.body) if answer.status == 200 else None
    except (Unreachable, ValueError) as error:
        _operations.warning("keys of client %s: %s", client.client_id, error)
        return []
    keys = _keys_in(read)
    if not keys:
        _operations.warning("keys of client %s: status %s, no set of public keys", client.client_id, answer.status)
        return []
    Client.objects.filter(pk=client.pk).update(jwks_fetched={"keys": keys}, jwks_fetched_at=now)
    return keys


def _local() -> bool:
    return bool(settings.DEMO)


def _keys_in(jwks: object) -> list[Jwk]:
    """Return the keys of a set, their own members alone; a private one among them, or one of no kind, is left out."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list):
        return []
    public = [jwk for jwk in keys[:_MOST_KEYS] if isinstance(jwk, dict) and not is_private(jwk)]
    return [kept for kept in map(_own_members, public) if "kty" in kept]


def _own_members(jwk: Jwk) -> Jwk:
    """Return what is kept of a key, which is nothing when one of its members is no text."""
    own = {name: jwk[name] for name in _MEMBERS if name in jwk}
    return own if all(isinstance(value, str) for value in own.values()) else {}
