"""The table of sessions: what Django keeps, what their owner is shown of them; and what a closed one still owes."""

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


class FermetureDue(models.Model):
    """What a browser whose session was closed from elsewhere still owes (`aidants/comptes/closings.py`): it alone can
    close a federation's session there.  The key of its dead session is kept as a digest, the addresses sealed.
    """

    session_digest = models.CharField(max_length=64, primary_key=True)
    owed = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "fermeture_due"

    def __str__(self) -> str:
        return self.session_digest
