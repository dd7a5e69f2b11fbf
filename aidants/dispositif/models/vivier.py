"""The pool: people who apply to become conseillers, and where they stand with each structure."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from aidants.comptes.models import Compte
from aidants.dispositif.models.postes import Poste
from aidants.structures.models import Structure


class Candidat(models.Model):
    """A person of the pool.  Seen by retained structures once ``published_at`` is set and until ``withdrawn_at``.

    ``latitude`` and ``longitude`` are their commune's, in degrees; ``distance_km`` is what they accept to travel.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique", unique=True)
    given_name = models.CharField("prénom", max_length=100, blank=True)
    family_name = models.CharField("nom", max_length=100, blank=True)
    telephone = models.CharField("téléphone", max_length=16, blank=True)
    situation = models.CharField("situation", max_length=32, blank=True)
    skills = models.JSONField("compétences", default=list)
    presentation = models.TextField("présentation", max_length=2000, blank=True)
    city = models.CharField("commune", max_length=256, blank=True)
    insee_code = models.CharField("code commune", max_length=5, blank=True)
    departement = models.CharField("département", max_length=3, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    distance_km = models.PositiveSmallIntegerField("distance acceptée", default=30)
    free_on = models.DateField("disponible à partir du", null=True, blank=True)
    cv = models.BinaryField(default=b"")
    cv_sha256 = models.CharField(max_length=64, blank=True)
    cv_name = models.CharField(max_length=128, blank=True)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="candidats")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "candidat"
        constraints = (
            models.CheckConstraint(condition=Q(email=Lower("email")), name="candidat_email_lower"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False, free_on__isnull=False) & ~Q(insee_code=""),
                name="candidat_published_whole",
            ),
        )
        indexes = (
            models.Index(
                fields=("latitude", "longitude"),
                condition=Q(published_at__isnull=False, withdrawn_at__isnull=True),
                name="candidat_place",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class MiseEnRelation(models.Model):
    """Where one structure and one person of the pool stand; recruited by one structure at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="mises_en_relation")
    candidat = models.ForeignKey(Candidat, on_delete=models.PROTECT, related_name="mises_en_relation")
    poste = models.ForeignKey(Poste, on_delete=models.PROTECT, null=True, related_name="mises_en_relation")
    state = models.CharField("état", max_length=16, default="nouvelle")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "mise_en_relation"
        constraints = (
            models.UniqueConstraint(fields=("structure", "candidat"), name="mise_en_relation_once"),
            models.UniqueConstraint(
                fields=("candidat",),
                condition=Q(state__in=("recrutee", "finalisee")),
                name="candidat_recruited_once",
            ),
            models.UniqueConstraint(
                fields=("poste",), condition=Q(state__in=("recrutee", "finalisee")), name="poste_recruited_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("nouvelle", "interessee", "non_interessee", "rupture"))
                | Q(state__in=("recrutee", "finalisee"), poste__isnull=False),
                name="mise_en_relation_state",
            ),
        )

    def __str__(self) -> str:
        return f"{self.structure_id} / {self.candidat_id} {self.state}"
