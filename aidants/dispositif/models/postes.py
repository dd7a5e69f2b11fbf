"""Calls, the number of posts of each department, and the posts themselves.

Two counters hold the figures under concurrency: ``Quota.retained`` counts standing posts, ``Enveloppe.recruited``
the recruitments of :class:`MiseEnRelation`.  Triggers move them with the rows that they count, and a constraint stops
them: no writer can forget or exceed them.
"""

import uuid

from django.db import models
from django.db.models import F, Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure


class Campagne(models.Model):
    """One call: for which kinds of applicants, from and until which day, and by which funding rule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField("intitulé", max_length=128)
    kinds = models.JSONField("types de porteurs", default=list)
    bareme = models.CharField("barème", max_length=16)
    opens_on = models.DateField("ouverture")
    closes_on = models.DateField("dernier jour", null=True, blank=True)

    class Meta:
        db_table = "campagne"
        constraints = (
            models.CheckConstraint(
                condition=Q(bareme__in=("forfait_public", "smic_2_ans", "smic_3_ans", "forfait_prive")),
                name="campagne_bareme",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")), name="campagne_dates"
            ),
        )

    def __str__(self) -> str:
        return self.label


class Enveloppe(models.Model):
    """The national figure, one row: how many may be recruited, and how many are; the milestone beside it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    total = models.PositiveIntegerField(default=4000)
    recruited = models.PositiveIntegerField(default=0, db_default=0)
    milestone = models.PositiveIntegerField(default=1000)
    milestone_on = models.DateField()

    class Meta:
        db_table = "enveloppe"
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="enveloppe_one_row"),
            models.CheckConstraint(condition=Q(recruited__lte=F("total")), name="enveloppe_not_exceeded"),
        )

    def __str__(self) -> str:
        return f"{self.recruited} / {self.total}"


class ParametresAppel(models.Model):
    """Figures of the call from one day on; written once, never changed.  ``figures``: codes of ``parametres``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    effective_on = models.DateField("valables à partir du")
    figures = models.JSONField("chiffres")
    why = models.CharField("motif", max_length=500)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "parametres_appel"
        indexes = (models.Index(fields=("-effective_on", "-written_at"), name="parametres_appel_day"),)

    def __str__(self) -> str:
        return f"{self.effective_on:%Y-%m-%d}"


class Quota(models.Model):
    """The posts that a department may be given, or a large network; ``retained`` counts those that were."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    departement = models.CharField("département", max_length=3, blank=True)
    reseau = models.CharField("réseau", max_length=32, blank=True)
    posts = models.PositiveIntegerField("postes")
    retained = models.PositiveIntegerField("postes retenus", default=0, db_default=0)

    class Meta:
        db_table = "quota"
        constraints = (
            models.UniqueConstraint(fields=("departement", "reseau"), name="quota_once"),
            models.CheckConstraint(
                condition=Q(departement="") & ~Q(reseau="") | ~Q(departement="") & Q(reseau=""),
                name="quota_departement_or_reseau",
            ),
            models.CheckConstraint(condition=Q(retained__lte=F("posts")), name="quota_not_exceeded"),
        )

    def __str__(self) -> str:
        return f"{self.departement or self.reseau} {self.retained}/{self.posts}"


class Poste(models.Model):
    """One funded post of a structure, since the committee's decision and until it is given back.

    ``departement`` is where its work is; ``quota`` is what it is counted in, a network's for a network's post.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="postes")
    candidature = models.ForeignKey("aidants.Candidature", on_delete=models.PROTECT, null=True, related_name="postes")
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="postes")
    departement = models.CharField("département", max_length=3)
    number = models.PositiveSmallIntegerField("numéro", default=1)
    bareme = models.CharField("barème", max_length=16)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "poste"
        constraints = (
            models.UniqueConstraint(fields=("candidature", "number"), name="poste_number_once"),
            models.CheckConstraint(
                condition=Q(bareme__in=("forfait_public", "smic_2_ans", "smic_3_ans", "forfait_prive")),
                name="poste_bareme",
            ),
        )
        indexes = (models.Index(fields=("departement",), name="poste_departement"),)

    def __str__(self) -> str:
        return f"{self.structure_id} n° {self.number}"
