"""Forgets what has expired: requests, codes, tokens.  The utilisations they made stay in the register."""

from datetime import datetime, timedelta

from mandats.registre.models import Usager
from oidc.provider.interactions import LIFETIME
from oidc.provider.models import (
    AccessToken,
    Connexion,
    Interaction,
    LogoutNotice,
    PairwiseSubject,
    PushedRequest,
    SecurityEvent,
    SeenOnce,
)
from oidc.provider.subjects import USAGER

CODES_STAY = timedelta(hours=1)
"""A redeemed code is remembered for a while, so that its replay is recognised (RFC 6749 §4.1.2)."""
SESSIONS_STAY = timedelta(hours=24)
"""A connexion is remembered for a day when its site wants to be told of its end (Back-Channel Logout §2.1)."""

EVENTS_STAY = timedelta(days=30)
"""An event is remembered longer than it is brought: an operator may be asked whether it left."""


def purge_expired(now: datetime) -> None:
    """Delete expired requests and tokens, and codes an hour after their end."""
    AccessToken.objects.filter(expires_at__lt=now).delete()
    codes = Connexion.objects.filter(expires_at__lt=now - CODES_STAY, tokens__isnull=True)
    codes.filter(client__backchannel_logout_uri="").delete()
    codes.filter(expires_at__lt=now - SESSIONS_STAY).delete()
    Interaction.objects.filter(expires_at__lt=now).delete()
    # A request pushed outlives its name: until then each of its loadings may still ask whether it was answered.
    PushedRequest.objects.filter(expires_at__lt=now - LIFETIME).delete()
    SeenOnce.objects.filter(expires_at__lt=now).delete()
    SecurityEvent.objects.filter(created_at__lt=now - EVENTS_STAY).delete()
    LogoutNotice.objects.filter(created_at__lt=now - SESSIONS_STAY).delete()


def forget_erased() -> int:
    """Delete the names that sectors knew erased persons by (end of keeping); return how many."""
    erased = Usager.objects.filter(erased_at__isnull=False).values("pk")
    gone, _ = PairwiseSubject.objects.filter(kind=USAGER, subject_id__in=erased).delete()
    return gone
