"""Requests that wait for the aidant: opened by authorize, found again by the page of choice, answered once."""

import logging
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet

from aidants.compiled import CompiledInsert, CompiledRead
from aidants.comptes.sessions.store import BROWSER
from oidc.protocol.authorize import Asked
from oidc.protocol.choice import unknown_values
from oidc.protocol.still_asked import StillAsked
from oidc.provider.models import Client, Interaction, PushedRequest

LIFETIME = timedelta(minutes=30)
_operations = logging.getLogger(__name__)


def browser_of(session: SessionBase) -> str:
    """Return the session's own random value, drawn at its first request; sign-in keeps it, sign-out drops it."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_urlsafe(32)
    return str(session[BROWSER])


def open_interaction(
    asked: Asked,
    client: Client,
    session: SessionBase,
    now: datetime,
    pushed: PushedRequest | None = None,
    *,
    renews: bool = False,
) -> Interaction:
    """Keep a request that both tables granted, for 30 minutes; demarches that nobody knows are ignored and logged.

    ``renews``: no page is shown, the choice just made answers again.
    """
    if unknown := unknown_values(asked.rep_scope):
        _operations.warning("rep_scope of client %s: unknown values %a", client.client_id, unknown)
    made = Interaction(
        client=client,
        browser=browser_of(session),
        redirect_uri=asked.redirect_uri,
        state=asked.state,
        nonce=asked.nonce,
        scope=" ".join(asked.scope),
        code_challenge=asked.code_challenge,
        asked=StillAsked.of(asked, renews=renews).to_json(),
        response_mode=asked.response_mode,
        dpop_jkt=asked.dpop_jkt,
        pushed=pushed,
        signed_in_since=asked.signed_in_since,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return _KEPT.write(made)


def _of_browser(interaction_id: UUID, browser: str) -> QuerySet[Interaction]:
    return Interaction.objects.select_related("client").filter(pk=interaction_id, browser=browser)


def _of_browser_locked(interaction_id: UUID, browser: str) -> QuerySet[Interaction]:
    return _of_browser(interaction_id, browser).select_for_update(of=("self",))


_KEPT = CompiledInsert(Interaction)
_FOUND = CompiledRead(_of_browser, UUID(int=1), "browser")
_LOCKED = CompiledRead(_of_browser_locked, UUID(int=1), "browser")


def find_interaction(interaction_id: UUID, session: SessionBase, *, lock: bool = False) -> Interaction | None:
    """Return a request of this browser session; another session's is as unknown as none.

    ``lock`` holds the row until the end of the caller's transaction.
    """
    return (_LOCKED if lock else _FOUND).first(interaction_id, session.get(BROWSER, ""))
