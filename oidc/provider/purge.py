"""Forgets what has expired: requests, codes, tokens.  The utilisations they made stay in the register."""

from datetime import datetime, timedelta

from aidants.batches import delete_by_batches
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
    delete_by_batches(AccessToken.objects.filter(expires_at__lt=now))
    codes = Connexion.objects.filter(expires_at__lt=now - CODES_STAY, tokens__isnull=True)
    delete_by_batches(codes.filter(client__backchannel_logout_uri=""))
    delete_by_batches(codes.filter(expires_at__lt=now - SESSIONS_STAY))
    delete_by_batches(Interaction.objects.filter(expires_at__lt=now))
    # A request pushed outlives its name: until then each of its loadings may still ask whether it was answered.
    delete_by_batches(PushedRequest.objects.filter(expires_at__lt=now - LIFETIME))
    delete_by_batches(SeenOnce.objects.filter(expires_at__lt=now))
    delete_by_batches(SecurityEvent.objects.filter(created_at__lt=now - EVENTS_STAY))
    delete_by_batches(LogoutNotice.objects.filter(created_at__lt=now - SESSIONS_STAY))


def forget_erased() -> int:
    """Delete the names that sectors knew erased persons by (end of keeping); return how many."""
    erased = Usager.objects.filter(erased_at__isnull=False).values("pk")
    return delete_by_batches(PairwiseSubject.objects.filter(kind=USAGER, subject_id__in=erased))
