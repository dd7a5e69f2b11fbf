"""One sign-in at FranceConnect under way: what must be remembered until it comes back."""

import uuid

from django.db import models
from django.db.models import Q


class FranceConnectLogin(models.Model):
    """Bound to one browser session, used once.  Holds digests of ``state`` and ``nonce``, never the values.

    ``purpose``  ``brouillon`` (identity for a mandat, for ``compte`` acting for ``structure_id``) or ``usager``
    ``outcome``  empty on success, else the refusal's code
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state_digest = models.CharField(max_length=64, unique=True)
    binding_digest = models.CharField(max_length=64)
    nonce_digest = models.CharField(max_length=64)
    closing_digest = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=16)
    brouillon_id = models.UUIDField(null=True)
    compte_id = models.UUIDField(null=True)
    structure_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "franceconnect_login"
        indexes = (models.Index(fields=("expires_at",), name="franceconnect_login_expiry"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(purpose="usager", brouillon_id__isnull=True)
                | Q(purpose="brouillon", brouillon_id__isnull=False, compte_id__isnull=False),
                name="franceconnect_login_purpose",
            ),
            models.UniqueConstraint(
                fields=("closing_digest",), condition=~Q(closing_digest=""), name="franceconnect_login_closing"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
