"""What the usager is told, and who asked whether their mandat stands."""

import uuid

from django.db import models
from django.db.models import Q

from aidants.comptes.models import Compte
from mandats.registre.models.mandats import Mandat
from mandats.registre.models.usagers import Usager


class Verification(models.Model):
    """One look-up of a mandat by an administration, shown to the usager."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mandat = models.ForeignKey(Mandat, null=True, blank=True, on_delete=models.PROTECT, related_name="verifications")
    organisation = models.CharField(max_length=256)
    authenticated = models.BooleanField(default=False)
    client_id = models.UUIDField(null=True, blank=True)
    way = models.CharField(max_length=16)
    demarche = models.CharField(max_length=16)
    answer = models.CharField(max_length=16)
    idempotency_key = models.CharField(max_length=128, blank=True)
    receipt = models.TextField(blank=True)
    suite = models.CharField(max_length=8, blank=True)
    suite_motif = models.CharField(max_length=16, blank=True)
    suite_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "verification"
        indexes = (models.Index(fields=("mandat", "-created_at"), name="verification_mandat_date"),)
        constraints = (
            models.UniqueConstraint(
                fields=("client_id", "idempotency_key"),
                condition=~Q(idempotency_key=""),
                name="verification_idempotent",
            ),
            models.CheckConstraint(
                condition=Q(suite="", suite_motif="", suite_at__isnull=True)
                | Q(suite="acceptee", suite_motif="", suite_at__isnull=False)
                | (Q(suite="refusee", suite_at__isnull=False) & ~Q(suite_motif="")),
                name="verification_suite_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.way} {self.answer}"


class Avis(models.Model):
    """One thing told to the usager: sent, or waiting as a line « à remettre » until it is handed over or posted.

    ``key`` makes the telling unique.  ``envoi_id`` is the outbox's row; a letter has none.
    ``office`` is who prints the letter: the structure, or the service's own accueil.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    usager = models.ForeignKey(Usager, on_delete=models.PROTECT, related_name="avis")
    mandat = models.ForeignKey(Mandat, null=True, blank=True, on_delete=models.PROTECT, related_name="avis")
    key = models.CharField(max_length=128, unique=True)
    kind = models.CharField(max_length=32)
    channel = models.CharField(max_length=8)
    office = models.CharField(max_length=16, default="structure", db_default="structure")
    objet = models.CharField(max_length=256)
    texte = models.TextField()
    envoi_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True, blank=True)
    handed_how = models.CharField(max_length=16, blank=True)
    handed_by = models.ForeignKey(Compte, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "avis"
        indexes = (
            models.Index(fields=("mandat", "-created_at"), name="avis_mandat_date"),
            models.Index(
                fields=("mandat",), condition=Q(channel="courrier", handed_at__isnull=True), name="avis_to_hand"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(channel__in=("email", "sms", "courrier")), name="avis_channel_known"),
            models.CheckConstraint(condition=Q(office__in=("structure", "accueil")), name="avis_office_known"),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True, handed_how="") | (Q(handed_at__isnull=False) & ~Q(handed_how="")),
                name="avis_handed_how",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.channel}"
