"""From which browsers a person has signed in: a sign-in from another one is told to them.

A browser is known by a random cookie of ours, kept here as a keyed digest only.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from aidants.batches import delete_by_batches
from aidants.comptes.avis import Avis, tell
from aidants.comptes.models import Appareil, Compte
from aidants.domain.vault import keyed_digest

# Thirteen months, renewed at each sign-in; the CNIL's limit for such a cookie.
KEPT = timedelta(days=395)
_NEW_TOKEN = "new_browser_token"  # noqa: S105 -- an attribute's name

# The first that is found in the User-Agent wins: Edge also says Chrome, Chrome also says Safari.
_BROWSERS = (("Firefox/", "Firefox"), ("Edg", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_label(user_agent: str) -> str:
    """Return what the person would call it (« Firefox sur Windows »).  A browser says what it likes."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Navigateur")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "appareil inconnu")
    return f"{browser} sur {system}"


def note_browser(request: HttpRequest, compte: Compte, now: datetime) -> None:
    """Remember this browser for the person; tell them when it is new, unless it is their first ever."""
    token = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    if len(token) != 43:
        token = secrets.token_urlsafe(32)
    setattr(request, _NEW_TOKEN, token)
    digest = keyed_digest(settings.DIGEST_KEY, "appareil", token)
    known = list(Appareil.objects.filter(compte=compte).values_list("digest", flat=True).order_by("id"))
    seen = Appareil(compte=compte, digest=digest, last_seen_at=now)
    Appareil.objects.bulk_create(
        [seen], update_conflicts=True, unique_fields=("compte", "digest"), update_fields=("last_seen_at",)
    )
    if known and digest not in known:
        tell(compte, Avis.NOUVEL_APPAREIL, now, device=device_label(request.headers.get("User-Agent", "")))


def leave_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Leave the browser's cookie when somebody has just signed in."""
    token = getattr(request, _NEW_TOKEN, "")
    if token:
        response.set_cookie(
            settings.BROWSER_COOKIE_NAME,
            token,
            max_age=int(KEPT.total_seconds()),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def purge_browsers(now: datetime) -> None:
    """Forget the browsers that nobody has signed in from for thirteen months."""
    delete_by_batches(Appareil.objects.filter(last_seen_at__lt=now - KEPT))
