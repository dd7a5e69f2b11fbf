"""Mandats being prepared."""

import uuid

from django.db import models

from aidants.comptes.models import Compte
from aidants.structures.models import Structure
from mandats.registre.models.mandats import Mandat


class Brouillon(models.Model):
    """A mandat being prepared; survives an outage; no legal value.

    Identity and frozen texts are sealed in the vault while it lives, and wiped
    once the mandat is signed.  ``signed_as`` tells a second tab what it became.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="brouillons")
    aidant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="brouillons")
    reference = models.CharField(max_length=16, unique=True)
    demarches = models.JSONField(default=list)
    duree = models.CharField(max_length=16)
    consentement = models.CharField(max_length=8, blank=True)
    identity_sealed = models.BinaryField(null=True)
    identity = models.CharField(max_length=16, blank=True)
    identity_level = models.CharField(max_length=16, blank=True)
    identified_at = models.DateTimeField(null=True)
    identity_proof = models.JSONField(default=dict)
    frozen_sealed = models.BinaryField(null=True)
    frozen_at = models.DateTimeField(null=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    summary_sha256 = models.CharField(max_length=64, blank=True)
    consent_method = models.CharField(max_length=16, blank=True)
    consent_proof = models.JSONField(default=dict)
    consented_at = models.DateTimeField(null=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    code_sends = models.PositiveSmallIntegerField(default=0)
    signed_as = models.OneToOneField(Mandat, null=True, blank=True, on_delete=models.PROTECT, related_name="brouillon")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "brouillon"
        indexes = (models.Index(fields=("structure", "-updated_at"), name="brouillon_structure_date"),)

    def __str__(self) -> str:
        return str(self.id)
