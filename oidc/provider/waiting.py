"""Which site waits behind a page that asks who somebody is: the way back to it stands on every step of the bridge."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse

from oidc.provider.interactions import find_interaction

_CHOICE = re.compile(r"/authorize/choix/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[?#].*)?")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A site that sent this browser here, and where its user goes back to it without choosing anybody."""

    name: str
    back: str


def waiting_at(way: str, session: SessionBase) -> Waiting | None:
    """Return the site that waits at ``way``, a path of ours; ``None`` when this browser owes nobody an answer there."""
    found = _CHOICE.fullmatch(way)
    interaction = find_interaction(UUID(found[1]), session) if found else None
    if interaction is None or interaction.answered_at is not None:
        return None
    return Waiting(interaction.client.name, reverse("oidc:go_back", args=[interaction.id]))
