"""The préfet's opinion, and the monthly committee: its agenda, its decisions, its minutes."""

import uuid

from django.db import models
from django.db.models import Q

from aidants.comptes.models import Compte
from aidants.dispositif.models.candidatures import Candidature


class AvisPrefet(models.Model):
    """What the department's préfecture says of an application; noted « sans avis » when ``due_at`` has passed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidature = models.OneToOneField(Candidature, on_delete=models.PROTECT, related_name="avis")
    departement = models.CharField("département", max_length=3)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sens = models.CharField("avis", max_length=16, blank=True)
    comment = models.TextField("observations", max_length=2000, blank=True)
    posts_advised = models.PositiveSmallIntegerField("postes conseillés", null=True, blank=True)
    given_by = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "avis_prefet"
        constraints = (
            models.CheckConstraint(
                condition=Q(sens="", given_at__isnull=True)
                | Q(sens="sans_avis", given_at__isnull=False, given_by__isnull=True)
                | Q(
                    sens__in=("favorable", "reserve", "defavorable"),
                    given_at__isnull=False,
                    given_by__isnull=False,
                ),
                name="avis_prefet_given_whole",
            ),
        )
        indexes = (models.Index(fields=("departement", "sens"), name="avis_prefet_departement"),)

    def __str__(self) -> str:
        return f"{self.candidature_id} {self.sens}"


class Comite(models.Model):
    """One meeting of the national selection committee; once closed its minutes are stored bytes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    held_on = models.DateField("date", unique=True)
    created_by = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="+")
    minutes = models.BinaryField(default=b"")
    minutes_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "comite"
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, minutes=b"")
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(minutes=b""),
                name="comite_closed_with_minutes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.held_on:%Y-%m-%d}"


class PassageEnComite(models.Model):
    """One application on the agenda of one committee, and what was decided."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    comite = models.ForeignKey(Comite, on_delete=models.PROTECT, related_name="passages")
    candidature = models.ForeignKey(Candidature, on_delete=models.PROTECT, related_name="passages")
    rank = models.PositiveSmallIntegerField("rang")
    decision = models.CharField("décision", max_length=16, blank=True)
    posts = models.PositiveSmallIntegerField("postes", null=True, blank=True)
    reason = models.TextField("motif", max_length=2000, blank=True)
    decided_by = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "passage_en_comite"
        constraints = (
            models.UniqueConstraint(fields=("comite", "candidature"), name="passage_once"),
            models.UniqueConstraint(
                fields=("candidature",), condition=Q(decision=""), name="passage_on_one_agenda_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | Q(
                    decision__in=("retenue", "examen", "refusee", "abandonnee"),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="passage_decided_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.comite_id} {self.rank}"
