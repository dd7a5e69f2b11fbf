"""The clients of the demonstration: the simulated FranceConnect and administration, and a system that keeps teams."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from oidc.provider.clients import NewClient, create_client
from oidc.provider.models import Client

_KEPT_TRUE = (
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "agent_sirets",
    "agent_domains",
)


def _records(administration: str) -> dict[str, NewClient]:
    """Return both records; addresses follow the ports of this run."""
    franceconnect = settings.FRANCECONNECT_BASE
    return {
        "franceconnect": NewClient(
            name="FranceConnect (simulé)",
            profile="franceconnect",
            redirect_uris=[f"{franceconnect}/oidc-callback"],
            post_logout_redirect_uris=[f"{franceconnect}/client/logout-callback"],
            sector="franceconnect.demo",
        ),
        "administration": NewClient(
            name="Allocations de démonstration",
            profile="administration",
            redirect_uris=[f"{administration}/retour/aidant"],
            post_logout_redirect_uris=[f"{administration}/deconnexion/retour"],
            sector="allocations.demo",
            backchannel_logout_uri=f"{administration}/deconnexion/directe",
            agent_sirets=["13002526500013"],
            agent_domains=["allocations.example"],
        ),
        "partenaire": NewClient(name="Plateforme du dispositif (simulée)", profile="partenaire", redirect_uris=[]),
    }


def load_clients(state: Path, administration: str, now: datetime) -> dict[str, Any]:
    """Register the clients once, then keep their addresses up to date; return ids and secrets."""
    records = _records(administration)
    known = json.loads(state.read_text())["clients"] if state.exists() else {}
    found = {}
    for key, record in records.items():
        client = Client.objects.filter(client_id=known.get(key, {}).get("client_id", "")).first()
        if client is None:
            client, secret = create_client(record, now)
            found[key] = {"client_id": client.client_id, "client_secret": secret}
        else:
            found[key] = known[key]
            client.redirect_uris = record.redirect_uris
            client.post_logout_redirect_uris = record.post_logout_redirect_uris
            client.backchannel_logout_uri = record.backchannel_logout_uri
            client.agent_sirets, client.agent_domains = record.agent_sirets, record.agent_domains
            client.save(update_fields=_KEPT_TRUE)
    return found
