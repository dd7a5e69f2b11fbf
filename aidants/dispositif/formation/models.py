"""Bodies, sessions, who is inscribed, attendance by half-day, what it adds up to, certifications."""

import uuid

from django.db import models
from django.db.models import Q

from aidants.comptes.models import Compte
from aidants.domain.activite.formation import Cadre


class Organisme(models.Model):
    """An approved training body."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("nom", max_length=256)
    siret = models.CharField("SIRET", max_length=14)
    departement = models.CharField(max_length=3)
    city = models.CharField("commune", max_length=256)
    approved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "organisme"
        constraints = (
            models.UniqueConstraint(fields=("siret",), condition=Q(ended_at__isnull=True), name="organisme_once"),
        )

    def __str__(self) -> str:
        return self.name


class MembreOrganisme(models.Model):
    """Who marks training for which body; the national role opens the pages, this row says whose sessions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisme = models.ForeignKey(Organisme, on_delete=models.PROTECT, related_name="membres")
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="organismes")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "organisme_membre"
        constraints = (
            models.UniqueConstraint(
                fields=("compte",), condition=Q(ended_at__isnull=True), name="organisme_membre_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.compte_id} / {self.organisme_id}"


class SessionFormation(models.Model):
    """One session: for whom, where, when, how many places.  ``cadre`` is a key of ``CADRES``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisme = models.ForeignKey(Organisme, on_delete=models.PROTECT, related_name="sessions")
    cadre = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, default="initiale")
    city = models.CharField("commune", max_length=256)
    insee_code = models.CharField(max_length=5)
    departement = models.CharField(max_length=3)
    starts_on = models.DateField()
    ends_on = models.DateField()
    places = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "session_formation"
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="session_formation_dates"),
            models.CheckConstraint(condition=Q(cadre__in=[one.value for one in Cadre]), name="session_formation_cadre"),
        )
        indexes = (models.Index(fields=("cadre", "departement", "ends_on"), name="session_formation_near"),)

    def __str__(self) -> str:
        return f"{self.city} {self.starts_on}"


class Inscription(models.Model):
    """Somebody's place in a session; at most one stands for a person and cadre."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(SessionFormation, on_delete=models.PROTECT, related_name="inscriptions")
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="formations")
    cadre = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "inscription_formation"
        constraints = (
            models.UniqueConstraint(
                fields=("compte", "cadre"), condition=Q(ended_at__isnull=True), name="inscription_formation_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.compte_id} / {self.session_id}"


class Presence(models.Model):
    """One half-day of one person, as the body marked it; a later mark replaces it."""

    id = models.BigAutoField(primary_key=True)
    inscription = models.ForeignKey(Inscription, on_delete=models.PROTECT, related_name="presences")
    day = models.DateField()
    moment = models.CharField(max_length=16)
    present = models.BooleanField()
    marked_by = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()

    class Meta:
        db_table = "presence_formation"
        constraints = (
            models.UniqueConstraint(fields=("inscription", "day", "moment"), name="presence_formation_once"),
            models.CheckConstraint(condition=Q(moment__in=("matin", "apres_midi")), name="presence_formation_moment"),
        )

    def __str__(self) -> str:
        return f"{self.inscription_id} {self.day} {self.moment}"


class Parcours(models.Model):
    """What somebody's half-days add up to, written with each mark; ``completed_on`` once all that is owed is there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="parcours")
    cadre = models.CharField(max_length=16)
    half_days = models.PositiveSmallIntegerField(default=0)
    started_on = models.DateField(null=True, blank=True)
    completed_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=16, default="presences")

    class Meta:
        db_table = "parcours_formation"
        constraints = (models.UniqueConstraint(fields=("compte", "cadre"), name="parcours_formation_once"),)

    def __str__(self) -> str:
        return f"{self.compte_id} {self.cadre}"


class Certification(models.Model):
    """One result of the PIX certification; at most one that was obtained stands for a person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="certifications")
    organisme = models.ForeignKey(Organisme, null=True, on_delete=models.PROTECT, related_name="certifications")
    obtained = models.BooleanField()
    obtained_on = models.DateField()
    source = models.CharField(max_length=16)
    written_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "certification"
        constraints = (
            models.UniqueConstraint(
                fields=("compte",),
                condition=Q(withdrawn_at__isnull=True, obtained=True),
                name="certification_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.compte_id} {self.obtained_on}"
