"""The code by which an aidant who telephones proves that they are one."""

import uuid

from django.db import models
from django.db.models import F, Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure


class CodeAppel(models.Model):
    """Six digits for ten minutes, kept as a keyed digest; one a person and structure stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.CASCADE, related_name="+")
    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "code_appel"
        indexes = (models.Index(fields=("digest",), name="code_appel_digest"),)
        constraints = (
            models.UniqueConstraint(fields=("compte", "structure"), name="code_appel_once"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="code_appel_expires_later"),
        )

    def __str__(self) -> str:
        return str(self.id)
