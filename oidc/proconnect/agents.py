"""An administration's agent at the counter: known by ProConnect, for four hours, in this browser.

No account: the session holds which client the agent verifies for, and nothing about the agent but what closes
ProConnect's own session.  It opens the agents' form and nothing else.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from aidants.comptes.sign_in import refuse
from aidants.domain.acteur import Acteur, Kind
from aidants.journal.record import record
from oidc.proconnect import errors, exchange
from oidc.proconnect.events import AGENT_ENTER, AGENT_LEAVE
from oidc.provider.agents import client_of_agent, client_with_access
from oidc.provider.models import Client

SECONDS = 4 * 3600
_HERE, _LEFT = "agent", "agent_left"


def enter(request: HttpRequest, agent: exchange.Agent, now: datetime) -> str:
    """Open the agents' form for a client's agent; for anybody else, return where ProConnect's session is closed."""
    client = client_of_agent(agent.siret, agent.email)
    if client is None:
        refuse(request, errors.NO_CLIENT, now)
        messages.error(request, errors.NO_CLIENT.message)
        request.session[_LEFT] = True
        return exchange.closing_address(agent.id_token, secrets.token_hex(32))
    with transaction.atomic():
        # What was planted in this browser before knows no key of the session that follows.
        request.session.cycle_key()
        request.session[_HERE] = {
            "client": str(client.pk),
            "id_token": agent.id_token,
            "until": int(now.timestamp()) + SECONDS,
        }
        record(AGENT_ENTER, acteur=Acteur(Kind.CLIENT, client.id), at=now, subject=client.id)
    return ""


def client_here(request: HttpRequest, now: datetime) -> Client | None:
    """Return the client whose agent is in front of this browser, as long as it has access and still names agents."""
    here = request.session.get(_HERE)
    if here is None or now.timestamp() >= here["until"]:
        return None
    return client_with_access(UUID(here["client"]))


def leave(request: HttpRequest, now: datetime) -> str:
    """Forget the agent; return where ProConnect's session is closed, or an empty text when nobody was here."""
    here = request.session.pop(_HERE, None)
    if here is None:
        return ""
    request.session[_LEFT] = True
    with transaction.atomic():
        client = UUID(here["client"])
        record(AGENT_LEAVE, acteur=Acteur(Kind.CLIENT, client), at=now, subject=client)
    return exchange.closing_address(here["id_token"], secrets.token_hex(32))


def has_left(request: HttpRequest) -> bool:
    """Tell, once, whether the one who comes back from ProConnect was an administration's agent."""
    return bool(request.session.pop(_LEFT, False))
