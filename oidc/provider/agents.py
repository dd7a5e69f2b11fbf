"""Agents of a client: whom a record vouches for, by the SIRET and the domains that it names.

The agent's organisation decides at ProConnect who its agents are; here a record only says which organisation is its
own.  No account, no name is kept.
"""

import re
from uuid import UUID

from aidants.domain.siret import is_siret
from oidc.protocol.client import Profile
from oidc.provider.models import Client

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


def fault_of(sirets: list[str], domains: list[str]) -> str:
    """Return what is wrong with the agents that a record names, as people read it, or an empty text."""
    if not all(map(is_siret, sirets)):
        return "Un SIRET d’agents est faux : vérifiez ses 14 chiffres."
    if not all(_DOMAIN.fullmatch(domain) for domain in domains):
        return "Un domaine s’écrit comme dans une adresse, en minuscules : caf.example."
    if domains and not sirets:
        return "Des domaines précisent les agents d’un SIRET : écrivez aussi ce SIRET."
    return ""


def clients_of_agent(siret: str, email: str) -> list[Client]:
    """Return the clients with access whose agent this is, by name: its SIRET, and a domain of each that names any.

    One organisation may have several services connected, each with its record: the agent says for which they verify.
    """
    if not is_siret(siret):
        return []
    standing = Client.objects.filter(suspended_at__isnull=True, profile=Profile.ADMINISTRATION)
    domain = email.rpartition("@")[2].lower()
    named = standing.filter(agent_sirets__contains=[siret]).order_by("name", "client_id")
    return [client for client in named if not client.agent_domains or domain in client.agent_domains]


def clients_with_access(pks: list[UUID]) -> list[Client]:
    """Return those that are not suspended and still name agents, by name."""
    rows = Client.objects.filter(pk__in=pks, suspended_at__isnull=True).exclude(agent_sirets=[])
    return list(rows.order_by("name", "client_id"))


def client_with_access(pk: UUID) -> Client | None:
    """Return a client that is not suspended, and still names agents: asked at each page of an agent."""
    return Client.objects.filter(pk=pk, suspended_at__isnull=True).exclude(agent_sirets=[]).first()
