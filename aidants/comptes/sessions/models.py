"""The one table of sessions: what Django keeps, and what their owner is shown of them."""

import uuid

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from aidants.comptes.models import Compte


class SessionOuverte(AbstractBaseSession):
    """One browser's session.  The columns beside Django's own are filled by the store from the session's content."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.CASCADE, null=True, related_name="sessions")
    opened_at = models.DateTimeField(null=True)
    last_act_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=128, blank=True)
    factor = models.CharField(max_length=16, blank=True)

    class Meta(AbstractBaseSession.Meta):
        db_table = "session_ouverte"
        verbose_name = "session"
        verbose_name_plural = "sessions"

    def __str__(self) -> str:
        return str(self.public_id)
