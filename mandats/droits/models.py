"""Requests about a person's data, and persons known under two FranceConnect identifiers."""

import uuid

from django.db import models
from django.db.models import F, Q

from aidants.comptes.models import Compte
from mandats.registre.models import Usager


class Rapprochement(models.Model):
    """The same civil identity came from FranceConnect under another ``sub``: to be decided by two persons, or never.

    ``sub_digest``    the new ``sub``'s keyed digest; ``sealed`` the identity told with it, until this is over
    ``former_sub_digest``, ``second``, ``moved``  what undoing needs: the ``sub`` of before, the row that stood under
    the new one, and its mandats
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    usager = models.ForeignKey(Usager, on_delete=models.PROTECT, related_name="rapprochements")
    sub_digest = models.CharField(max_length=64)
    sealed = models.BinaryField(null=True)
    way = models.CharField(max_length=16)
    proposed_at = models.DateTimeField()
    merged_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    second = models.ForeignKey(Usager, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    former_sub_digest = models.CharField(max_length=64, blank=True)
    moved = models.JSONField(default=list)

    class Meta:
        db_table = "rapprochement"
        constraints = (
            models.UniqueConstraint(fields=("usager", "sub_digest"), name="rapprochement_once"),
            models.CheckConstraint(
                condition=Q(merged_at__isnull=True) | Q(dismissed_at__isnull=True), name="rapprochement_one_end"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(merged_at__isnull=False), name="rapprochement_undone_was_merged"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True, undone_at__isnull=True) | Q(sealed__isnull=True),
                name="rapprochement_over_forgets",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_open(self) -> bool:
        """True while nobody has decided."""
        return self.merged_at is None and self.dismissed_at is None


class Demande(models.Model):
    """One request about a person's data: asked by an administrateur, answered by somebody else, or out of time.

    ``origin``, ``proof``  how the person asked, and how whoever asks was recognised
    ``sealed``             the values of a rectification, until it is over
    ``answer``             ``approuvee``, ``refusee`` (by the second person), ``retiree``, ``expiree``
    ``reason``             why not: a code of the errors' catalogue
    ``outcome``            what an approved erasure did: ``efface`` or ``limite``
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16)
    usager = models.ForeignKey(Usager, on_delete=models.PROTECT, related_name="demandes")
    rapprochement = models.ForeignKey(
        Rapprochement, null=True, blank=True, on_delete=models.PROTECT, related_name="demandes"
    )
    origin = models.CharField(max_length=16)
    proof = models.CharField(max_length=16)
    received_on = models.DateField()
    sealed = models.BinaryField(null=True)
    asked_by = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_by = models.ForeignKey(Compte, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=16, blank=True)

    class Meta:
        db_table = "demande_droit"
        indexes = (models.Index(fields=("-asked_at",), name="demande_droit_date"),)
        constraints = (
            models.UniqueConstraint(fields=("usager", "kind"), condition=Q(answer=""), name="demande_droit_one_open"),
            models.CheckConstraint(
                condition=Q(kind__in=("export", "rectification", "effacement"), rapprochement__isnull=True)
                | Q(kind="rapprochement", rapprochement__isnull=False),
                name="demande_droit_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | Q(answer__in=("approuvee", "refusee"), answered_at__isnull=False, answered_by__isnull=False)
                | Q(answer__in=("retiree", "expiree"), answered_at__isnull=False, answered_by__isnull=True),
                name="demande_droit_answer",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("asked_by")), name="demande_droit_two_persons"
            ),
            models.CheckConstraint(condition=Q(answer="") | Q(sealed__isnull=True), name="demande_droit_over_forgets"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
