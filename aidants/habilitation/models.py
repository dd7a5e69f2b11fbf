"""A structure's and an aidant's right to use the service."""

import uuid

from django.db import models

from aidants.structures.models import Affectation, Structure


class HabilitationStructure(models.Model):
    """The right of a structure; at most one stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="habilitations")
    validee_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    motif = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "habilitation_structure"
        constraints = (
            models.UniqueConstraint(
                fields=("structure",),
                condition=models.Q(ended_at__isnull=True),
                name="habilitation_structure_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.structure_id} {self.validee_at:%Y-%m-%d}"


class HabilitationAidant(models.Model):
    """The right of an aidant within one structure; at most one stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    affectation = models.ForeignKey(Affectation, on_delete=models.PROTECT, related_name="habilitations")
    validee_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    motif = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "habilitation_aidant"
        constraints = (
            models.UniqueConstraint(
                fields=("affectation",),
                condition=models.Q(ended_at__isnull=True),
                name="habilitation_aidant_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.affectation_id} {self.validee_at:%Y-%m-%d}"
