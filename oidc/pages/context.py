"""What the pages of sign-in show of the bridge."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from aidants.pages.back import way_back
from oidc.provider.waiting import waiting_at


def bridge(request: HttpRequest) -> dict[str, Any]:
    """Return the site that waits for who signs in, read when a page shows it; nothing when none does."""
    return {"bridge": SimpleLazyObject(lambda: waiting_at(way_back(request), request.session))}
