"""What a rule said, and the word with which somebody answered."""

import uuid

from django.db import models
from django.db.models import Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure


class Alerte(models.Model):
    """One signal of one rule about one aidant and one local day.  ``dossiers`` are references, never names.

    ``told_at``  when it left in a digest; ``seen_by``, ``seen_at``, ``word``  who looked, and what they found
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule = models.CharField(max_length=16)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="alertes")
    aidant = models.ForeignKey(Compte, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    count = models.PositiveIntegerField()
    dossiers = models.JSONField(default=list)
    raised_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(Compte, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)
    word = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "alerte"
        indexes = (models.Index(fields=("structure", "-raised_at"), name="alerte_structure_date"),)
        constraints = (
            models.UniqueConstraint(fields=("rule", "structure", "aidant", "day"), name="alerte_once"),
            models.CheckConstraint(
                condition=Q(seen_by__isnull=True, seen_at__isnull=True, word="")
                | (Q(seen_by__isnull=False, seen_at__isnull=False) & ~Q(word="")),
                name="alerte_seen_with_a_word",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.day}"
