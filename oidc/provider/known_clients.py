"""Clients as the endpoints find them: each process reads a record at most every two seconds.

A record that this process changes is forgotten when the change is committed; another process follows within
``KEPT_SECONDS``, so that a client suspended in one gesture is closed everywhere well within five.  A client whose keys
are fetched from its own address is read each time: keys change at any moment.  What a token or a code gives is decided
by rows read at that moment, the client's suspension among them (:mod:`oidc.provider.standing`).
"""

from time import monotonic
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet

from aidants.compiled import CompiledRead
from oidc.protocol.parameters import is_text
from oidc.provider.models import Client

KEPT_SECONDS: Final = 2.0


def _named(client_id: str) -> QuerySet[Client]:
    return Client.objects.filter(client_id=client_id)


_NAMED = CompiledRead(_named, "client_id")
_known: dict[tuple[str, str], tuple[float, Client]] = {}


def find_client(client_id: str) -> Client | None:
    """Return the client of that identifier, suspended ones included.

    What is read inside a transaction is not kept: it may never be committed.
    """
    if not client_id or not is_text(client_id, 64):
        return None
    key = str(connection.settings_dict["NAME"]), client_id
    kept = _known.get(key)
    if kept is not None and monotonic() < kept[0]:
        return kept[1]
    client = _NAMED.first(client_id)
    if client is not None and not client.jwks_uri and not connection.in_atomic_block:
        _known[key] = monotonic() + KEPT_SECONDS, client
    return client


def forget_client(client_id: str) -> None:
    """Read the record again once the caller's transaction has ended."""
    key = str(connection.settings_dict["NAME"]), client_id
    transaction.on_commit(lambda: _known.pop(key, None))
