"""Orders of inclusion kits, and the queue of the national line « solidarité numérique »."""

import uuid

from django.db import models
from django.db.models import Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure


class CommandeKit(models.Model):
    """One order of a structure.  ``articles``: codes of the catalogue and how many of each."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="commandes")
    ordered_by = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    articles = models.JSONField()
    etat = models.CharField(max_length=16, default="commandee")
    ordered_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    tracking = models.CharField("numéro de suivi", max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "commande_kit"
        constraints = (
            models.CheckConstraint(
                condition=Q(etat__in=("commandee", "expediee", "recue", "perdue")), name="commande_kit_etat"
            ),
            models.CheckConstraint(condition=Q(etat="commandee") | Q(sent_at__isnull=False), name="commande_kit_sent"),
        )
        indexes = (models.Index(fields=("etat", "ordered_at"), name="commande_kit_queue"),)

    def __str__(self) -> str:
        return str(self.id)


class AppelSolidarite(models.Model):
    """One call of the national line.  The number is sealed and forgotten when the call ends; no name is kept.

    States follow from dates: waiting, taken, called back, ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.CharField(max_length=3)
    theme = models.CharField(max_length=16)
    telephone_sealed = models.BinaryField(default=b"")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(Compte, null=True, on_delete=models.PROTECT, related_name="appels_solidarite")
    taken_at = models.DateTimeField(null=True, blank=True)
    called_back_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True)

    class Meta:
        db_table = "appel_solidarite"
        constraints = (
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="appel_solidarite_taken_whole",
            ),
            models.CheckConstraint(
                condition=Q(called_back_at__isnull=True) | Q(taken_at__isnull=False),
                name="appel_solidarite_taken_first",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(telephone_sealed=b""), name="appel_solidarite_forgotten"
            ),
        )
        indexes = (
            models.Index(
                fields=("departement", "received_at"), condition=Q(ended_at__isnull=True), name="appel_solidarite_queue"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
