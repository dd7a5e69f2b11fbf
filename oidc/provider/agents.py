"""Agents of a client: whom a record vouches for, by the SIRET and the domains that it names.

The agent's organisation decides at ProConnect who its agents are; here a record only says which organisation is its
own.  No account, no name is kept.
"""

import re
from uuid import UUID

from django.db.models import Q

from aidants.domain.siret import is_siret
from oidc.protocol.client import Profile
from oidc.provider.models import Client

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


def fault_of(sirets: list[str], domains: list[str], own: UUID | None) -> str:
    """Return what is wrong with the agents that a record names, or an empty text.

    A SIRET leads to one record at most: an agent is never asked for which of two they speak.
    """
    if not all(map(is_siret, sirets)):
        return "a SIRET has fourteen digits and a right key"
    if not all(_DOMAIN.fullmatch(domain) for domain in domains):
        return "a domain is written as in an address, in lower case: caf.example"
    if domains and not sirets:
        return "domains narrow the agents of a SIRET, which is missing"
    taken = Q()
    for siret in sirets:
        taken |= Q(agent_sirets__contains=[siret])
    others = Client.objects.exclude(pk=own) if own else Client.objects.all()
    if sirets and others.filter(taken).exists():
        return "the agents of this SIRET are another record's"
    return ""


def client_of_agent(siret: str, email: str) -> Client | None:
    """Return the client with access whose agent this is: its SIRET, and one of its domains where it names any."""
    if not is_siret(siret):
        return None
    standing = Client.objects.filter(suspended_at__isnull=True, profile=Profile.ADMINISTRATION)
    found = standing.filter(agent_sirets__contains=[siret]).first()
    if found is None:
        return None
    domain = email.rpartition("@")[2].lower()
    return found if not found.agent_domains or domain in found.agent_domains else None


def client_with_access(pk: UUID) -> Client | None:
    """Return a client that is not suspended, and still names agents: asked at each page of an agent."""
    return Client.objects.filter(pk=pk, suspended_at__isnull=True).exclude(agent_sirets=[]).first()
