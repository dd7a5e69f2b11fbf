"""What a trusted system keeps: structures and aidants under its own names, and another system's that it never sees."""

import base64
from collections.abc import Mapping
from datetime import datetime

from django.test import Client as Browser

from aidants.comptes.models import Compte
from aidants.structures.models import ReferencePartenaire, Structure
from oidc.provider.clients import NewClient, create_client

NAMES = {"own": ("mine", "a"), "colleague": ("mine", "b"), "foreign": ("theirs", "c")}


def calling_partner(places: Mapping[str, Structure], aidants: Mapping[str, Compte], now: datetime) -> Browser:
    """Return the calls of a system that keeps the first structure; another one keeps the foreign one."""
    mine, secret = create_client(NewClient("La Coop", "partenaire", []), now)
    theirs, _ = create_client(NewClient("Plateforme", "partenaire", []), now)
    for scope, (structure, aidant) in NAMES.items():
        told = {"source": theirs.id if scope == "foreign" else mine.id, "structure": places[scope], "created_at": now}
        ReferencePartenaire.objects.get_or_create(
            kind="structure", external_id=structure, structure=places[scope], defaults=told
        )
        ReferencePartenaire.objects.create(kind="aidant", external_id=aidant, compte=aidants[scope], **told)
    pair = base64.b64encode(f"{mine.client_id}:{secret}".encode()).decode()
    return Browser(headers={"Authorization": f"Basic {pair}"})


def names(scope: str) -> dict[str, object]:
    """Return what stands in an address of the provisioning API."""
    structure, aidant = NAMES[scope]
    return {"structure": structure, "aidant": aidant}
