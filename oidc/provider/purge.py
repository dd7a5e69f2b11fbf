"""Forgets what has expired: requests, codes, tokens.  The utilisations they made stay in the register."""

from datetime import datetime, timedelta

from oidc.provider.models import AccessToken, Connexion, Interaction

CODES_STAY = timedelta(hours=1)
"""A redeemed code is remembered for a while, so that its replay is recognised (RFC 6749 §4.1.2)."""


def purge_expired(now: datetime) -> None:
    """Delete expired requests and tokens, and codes an hour after their end."""
    AccessToken.objects.filter(expires_at__lt=now).delete()
    Connexion.objects.filter(expires_at__lt=now - CODES_STAY, tokens__isnull=True).delete()
    Interaction.objects.filter(expires_at__lt=now).delete()
