"""Clients as the endpoints find them, and those that a process has just found.

A record that is kept may recognise a client, and never refuses one: what would refuse is asked of the database first,
so that a secret just renewed serves at once, and an unknown client costs the statement that a wrong secret does.  A
record that this process changes is forgotten when the change is committed; another process follows within
``KEPT_SECONDS``, so that a client suspended in one gesture is closed everywhere well within five.  What a token or a
code gives is decided by rows read at that moment, the client's suspension among them (:mod:`oidc.provider.standing`).
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
    """Return the client of that identifier as it is now, suspended ones included; keep it for :func:`kept_client`.

    What is read inside a transaction is not kept: it may never be committed.
    """
    if not client_id or not is_text(client_id, 64):
        return None
    client = _NAMED.first(client_id)
    if client is not None and not connection.in_atomic_block:
        _known[_key(client_id)] = monotonic() + KEPT_SECONDS, client
    return client


def kept_client(client_id: str) -> Client | None:
    """Return the client of that identifier if this process read it less than ``KEPT_SECONDS`` ago."""
    until, client = _known.get(_key(client_id), (0.0, None))
    return client if monotonic() < until else None


def forget_client(client_id: str) -> None:
    """Read the record again once the caller's transaction has ended."""
    key = _key(client_id)
    transaction.on_commit(lambda: _known.pop(key, None))


def _key(client_id: str) -> tuple[str, str]:
    return str(connection.settings_dict["NAME"]), client_id
