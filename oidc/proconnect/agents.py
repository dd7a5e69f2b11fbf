"""An administration's agent at the counter: known by ProConnect, for four hours, in this browser.

No account: the session holds which client the agent verifies for, and nothing about the agent but what closes
ProConnect's own session.  It opens the agents' form and nothing else.  Where several records name the agent's
organisation, the agent first says which service they verify for.
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
from oidc.provider.agents import client_with_access, clients_of_agent, clients_with_access
from oidc.provider.models import Client

SECONDS, SECONDS_TO_CHOOSE = 4 * 3600, 10 * 60
_HERE, _LEFT, _CHOOSING = "agent", "agent_left", "agent_choosing"


def enter(request: HttpRequest, agent: exchange.Agent, now: datetime) -> str:
    """Return where the agent goes: the agents' form, the choice of a service, or where ProConnect's session closes."""
    clients = clients_of_agent(agent.siret, agent.email)
    if not clients:
        refuse(request, errors.NO_CLIENT, now)
        messages.error(request, errors.NO_CLIENT.message)
        request.session[_LEFT] = True
        return exchange.closing_address(agent.id_token, secrets.token_hex(32))
    # What was planted in this browser before knows no key of the session that follows.
    request.session.cycle_key()
    if len(clients) == 1:
        _open(request, clients[0], agent.id_token, now)
        return "oidc:agent_verify"
    request.session[_CHOOSING] = {
        "clients": [str(client.pk) for client in clients],
        "id_token": agent.id_token,
        "until": int(now.timestamp()) + SECONDS_TO_CHOOSE,
    }
    return "oidc:agent_service"


def services_for(request: HttpRequest, now: datetime) -> list[Client]:
    """Return the services among which the agent before this browser has still to choose; none when nobody has."""
    choosing = request.session.get(_CHOOSING)
    if choosing is None or now.timestamp() >= choosing["until"]:
        return []
    return clients_with_access([UUID(pk) for pk in choosing["clients"]])


def choose_service(request: HttpRequest, client_id: str, now: datetime) -> bool:
    """Open the agents' form for one of the agent's own services; ``False`` for any other."""
    chosen = [client for client in services_for(request, now) if client.client_id == client_id]
    if chosen:
        _open(request, chosen[0], request.session.pop(_CHOOSING)["id_token"], now)
    return bool(chosen)


def _open(request: HttpRequest, client: Client, id_token: str, now: datetime) -> None:
    with transaction.atomic():
        request.session[_HERE] = {
            "client": str(client.pk),
            "id_token": id_token,
            "until": int(now.timestamp()) + SECONDS,
        }
        record(AGENT_ENTER, acteur=Acteur(Kind.CLIENT, client.id), at=now, subject=client.id)


def client_here(request: HttpRequest, now: datetime) -> Client | None:
    """Return the client whose agent is in front of this browser, as long as it has access and still names agents."""
    here = request.session.get(_HERE)
    if here is None or now.timestamp() >= here["until"]:
        return None
    return client_with_access(UUID(here["client"]))


def leave(request: HttpRequest, now: datetime) -> str:
    """Forget the agent; return where ProConnect's session is closed, or an empty text when nobody was here."""
    here, choosing = request.session.pop(_HERE, None), request.session.pop(_CHOOSING, None)
    if here is None and choosing is None:
        return ""
    request.session[_LEFT] = True
    if here is not None:
        with transaction.atomic():
            client = UUID(here["client"])
            record(AGENT_LEAVE, acteur=Acteur(Kind.CLIENT, client), at=now, subject=client)
    return exchange.closing_address((here or choosing)["id_token"], secrets.token_hex(32))


def has_left(request: HttpRequest) -> bool:
    """Tell, once, whether the one who comes back from ProConnect was an administration's agent."""
    return bool(request.session.pop(_LEFT, False))
