"""Activity reports and what they add up to, by structure and month, and by aidant in it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure


class CompteRendu(models.Model):
    """One activity report.  Words are keys of ``aidants/domain/activite/comptes_rendus.py``; nobody is named.

    ``utilisation_id`` is the use of a mandat that proposed it, which proposes one only; its table is another app's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="comptes_rendus")
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="comptes_rendus")
    day = models.DateField()
    channel = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    people = models.PositiveSmallIntegerField()
    # How long it took; reports of before it was asked have none.
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    ages = ArrayField(models.PositiveSmallIntegerField(), size=7)
    themes = ArrayField(models.CharField(max_length=16))
    manner = models.CharField(max_length=8)
    outcome = models.CharField(max_length=16)
    redirected_to = models.CharField(max_length=16, blank=True)
    utilisation_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "compte_rendu"
        constraints = (
            models.CheckConstraint(condition=Q(people__gte=1, people__lte=100), name="compte_rendu_people"),
            models.UniqueConstraint(
                fields=("utilisation_id",),
                condition=Q(utilisation_id__isnull=False, cancelled_at__isnull=True),
                name="compte_rendu_once_a_use",
            ),
        )
        indexes = (
            models.Index(fields=("compte", "-created_at"), name="compte_rendu_mine"),
            models.Index(fields=("structure", "-day"), name="compte_rendu_structure"),
        )

    def __str__(self) -> str:
        return str(self.id)


class ActiviteMois(models.Model):
    """What the reports of one month add up to: of a structure (``compte`` empty), and of each aidant in it.

    ``counts`` follows ``SLOTS``; written in the transaction of each report, so that figures are exact at once.
    """

    id = models.BigAutoField(primary_key=True)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="+")
    compte = models.ForeignKey(Compte, null=True, on_delete=models.PROTECT, related_name="+")
    departement = models.CharField(max_length=3)
    month = models.DateField()
    counts = ArrayField(models.IntegerField())

    class Meta:
        db_table = "activite_mois"
        constraints = (
            models.UniqueConstraint(
                fields=("structure", "month", "compte"), nulls_distinct=False, name="activite_mois_once"
            ),
        )
        indexes = (
            models.Index(
                fields=("month", "departement"), condition=Q(compte__isnull=True), name="activite_mois_structures"
            ),
            models.Index(fields=("compte", "month"), name="activite_mois_compte"),
        )

    def __str__(self) -> str:
        return f"{self.structure_id} {self.month:%Y-%m}"


class ActiviteDepartement(models.Model):
    """What a department's structures add up to in one month: what dashboards of the nation and departments read.

    Written by a trigger alone (``aidants/migrations/0022_activite_departement.py``), in the transaction of each report.
    """

    id = models.BigAutoField(primary_key=True)
    departement = models.CharField(max_length=3)
    month = models.DateField()
    counts = ArrayField(models.IntegerField())

    class Meta:
        db_table = "activite_departement"
        constraints = (models.UniqueConstraint(fields=("month", "departement"), name="activite_departement_once"),)

    def __str__(self) -> str:
        return f"{self.departement} {self.month:%Y-%m}"
