"""Mandats being prepared."""

import uuid

from django.db import models
from django.db.models import Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure
from mandats.registre.models.mandats import Mandat
from mandats.registre.models.usagers import Usager


class Brouillon(models.Model):
    """A mandat being prepared; survives an outage; no legal value.

    Identity and frozen texts are sealed in the vault while it lives, and wiped
    once the mandat is signed.  ``signed_as`` tells a second tab what it became.

    ``card_read_at``  when the usager answered the silent card; nobody identifies themselves before
    ``elsewhere``     ``remplacer`` when the usager chose to end their mandats in other structures too
    ``cites``         the mandat of another structure that this one takes over, by the usager's act
    ``renews``        the mandat of this structure that this one renews
    ``couple``        shared by the two brouillons of one appointment, and by nothing else
    ``same_answer`` is what the aidant answered to « même personne ? » (``meme``: ``same_as``; ``autre``).
    ``read_aloud_at``: the text that stands was read aloud.  ``declared_at``: « exemplaire signé conservé ».
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="brouillons")
    aidant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="brouillons")
    reference = models.CharField(max_length=16, unique=True)
    demarches = models.JSONField(default=list)
    duree = models.CharField(max_length=16)
    single_use = models.BooleanField(default=False)
    reserved_acts = models.JSONField(default=list)
    card_read_at = models.DateTimeField(null=True)
    elsewhere = models.CharField(max_length=16, blank=True)
    cites = models.ForeignKey(Mandat, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cite_tries = models.PositiveSmallIntegerField(default=0)
    renews = models.ForeignKey(Mandat, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    couple = models.UUIDField(null=True, blank=True)
    consentement = models.CharField(max_length=8, blank=True)
    identity_sealed = models.BinaryField(null=True)
    identity = models.CharField(max_length=16, blank=True)
    identity_level = models.CharField(max_length=16, blank=True)
    identified_at = models.DateTimeField(null=True)
    identity_proof = models.JSONField(default=dict)
    frozen_sealed = models.BinaryField(null=True)
    frozen_at = models.DateTimeField(null=True)
    text_version = models.CharField(max_length=32, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    summary_sha256 = models.CharField(max_length=64, blank=True)
    consent_method = models.CharField(max_length=16, blank=True)
    consent_proof = models.JSONField(default=dict)
    consented_at = models.DateTimeField(null=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    code_sends = models.PositiveSmallIntegerField(default=0)
    identity_piece = models.CharField(max_length=16, blank=True, db_default="")
    same_as = models.ForeignKey(Usager, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    same_answer = models.CharField(max_length=8, blank=True, db_default="")
    read_aloud_at = models.DateTimeField(null=True, blank=True)
    declared_at = models.DateTimeField(null=True, blank=True)
    signed_as = models.OneToOneField(Mandat, null=True, blank=True, on_delete=models.PROTECT, related_name="brouillon")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "brouillon"
        indexes = (
            models.Index(fields=("structure", "-updated_at"), name="brouillon_structure_date"),
            models.Index(fields=("couple",), condition=Q(couple__isnull=False), name="brouillon_couple"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(elsewhere__in=("", "remplacer")), name="brouillon_elsewhere_known"),
        )

    def __str__(self) -> str:
        return str(self.id)
