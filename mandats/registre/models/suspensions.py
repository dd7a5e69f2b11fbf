"""When mandats were suspended: the past of a column that only knows the present."""

import uuid

from django.db import models
from django.db.models import F, Q

from mandats.registre.models.mandats import Mandat


class Suspension(models.Model):
    """One time during which a mandat could not be used; ``ended_at`` is exclusive, empty while it lasts.

    Written from the journal, by :mod:`mandats.verification.suspensions`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mandat = models.ForeignKey(Mandat, on_delete=models.PROTECT, related_name="suspensions")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "suspension"
        constraints = (
            models.UniqueConstraint(
                fields=("mandat",), condition=Q(ended_at__isnull=True), name="suspension_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="suspension_ends_later"
            ),
        )

    def __str__(self) -> str:
        return f"{self.mandat_id} {self.started_at:%Y-%m-%d}"
