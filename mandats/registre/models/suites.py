"""What comes after a use: the counter-entry of a mistaken declaration, and the usager's objection."""

import uuid

from django.db import models
from django.db.models import Q

from aidants.comptes.models import Compte
from mandats.registre.models.mandats import Mandat, Utilisation


class Correction(models.Model):
    """The counter-entry of a use declared by mistake: the use stays as it was written, and is marked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    utilisation = models.OneToOneField(Utilisation, on_delete=models.PROTECT, related_name="correction")
    aidant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "correction"
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="correction_says_why"),)

    def __str__(self) -> str:
        return str(self.id)


class Contestation(models.Model):
    """« Je n’ai pas demandé cela »: the usager objects to one use; the structure's referent answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    utilisation = models.OneToOneField(Utilisation, on_delete=models.PROTECT, related_name="contestation")
    mandat = models.ForeignKey(Mandat, on_delete=models.PROTECT, related_name="contestations")
    words = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField()
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(Compte, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "contestation"
        indexes = (
            models.Index(fields=("mandat",), condition=Q(answered_at__isnull=True), name="contestation_unanswered"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="", answered_by__isnull=True)
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="contestation_answered_whole",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
