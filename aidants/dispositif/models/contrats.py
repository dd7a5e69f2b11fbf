"""The contract of a conseiller, what the State grants for it, and the instalments by which it is paid."""

import uuid

from django.db import models
from django.db.models import F, Q

from aidants.comptes.models import Compte
from aidants.dispositif.models.postes import ParametresAppel, Poste
from aidants.dispositif.models.vivier import MiseEnRelation
from aidants.structures.models import Structure


class Contrat(models.Model):
    """One person's contract on one post.  Standing until ``ended_on``; a term that passed is no rupture.

    Amounts are in cents: ``gross_monthly`` and ``cost_monthly`` as the structure declares them, ``granted`` by rule.
    Each comes from a recruitment, which is what the national figure counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="contrats")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="contrats")
    poste = models.ForeignKey(Poste, on_delete=models.PROTECT, related_name="contrats")
    mise_en_relation = models.ForeignKey(MiseEnRelation, on_delete=models.PROTECT, related_name="contrats")
    kind = models.CharField("type de contrat", max_length=32)
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin prévue", null=True, blank=True)
    gross_monthly = models.PositiveIntegerField("salaire brut mensuel")
    cost_monthly = models.PositiveIntegerField("coût mensuel pour l’employeur")
    granted = models.PositiveIntegerField("montant accordé")
    # The figures of the call that stood when it was signed; none: the defaults.  A rupture computes with them.
    parametres = models.ForeignKey(ParametresAppel, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    convention_signed_at = models.DateTimeField(null=True, blank=True)
    convention_signed_by = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField("rompu le", null=True, blank=True)
    motif = models.CharField(max_length=32, blank=True)
    earned = models.PositiveIntegerField("dû au prorata", null=True, blank=True)

    class Meta:
        db_table = "contrat"
        constraints = (
            models.UniqueConstraint(
                fields=("poste",), condition=Q(ended_on__isnull=True), name="contrat_one_standing_a_poste"
            ),
            models.UniqueConstraint(
                fields=("compte",), condition=Q(ended_on__isnull=True), name="contrat_one_standing_a_person"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="contrat_dates"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, motif="", earned__isnull=True)
                | Q(ended_on__isnull=False, earned__isnull=False) & ~Q(motif=""),
                name="contrat_rupture_whole",
            ),
            models.CheckConstraint(condition=Q(cost_monthly__gte=F("gross_monthly")), name="contrat_cost"),
        )

    def __str__(self) -> str:
        return f"{self.compte_id} / {self.poste_id}"


class Versement(models.Model):
    """One instalment, in cents: due, then paid by the operateur, or cancelled by a rupture."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contrat = models.ForeignKey(Contrat, on_delete=models.PROTECT, related_name="versements")
    rank = models.PositiveSmallIntegerField("rang")
    due_on = models.DateField("à payer à partir du")
    amount = models.PositiveIntegerField("montant")
    paid_at = models.DateTimeField(null=True, blank=True)
    paid_by = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "versement"
        constraints = (
            models.UniqueConstraint(fields=("contrat", "rank"), name="versement_once"),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True) | Q(cancelled_at__isnull=True), name="versement_one_end"
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True, paid_by__isnull=True)
                | Q(paid_at__isnull=False, paid_by__isnull=False),
                name="versement_paid_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.contrat_id} {self.rank}"
