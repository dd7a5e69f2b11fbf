"""Bytes that never change, those that wait for their time-stamp, and the codes of the volet."""

import uuid

from django.db import models
from django.db.models import Q

from aidants.comptes.models import Compte
from mandats.registre.models.brouillons import Brouillon
from mandats.registre.models.mandats import Mandat


class Document(models.Model):
    """Bytes that are shown as they were until the end of keeping: the PDF, the signed scan, the drawn signature.

    ``stamped_at`` is the moment that the time-stamping authority gave to a sealed paper.  One that waits
    for it is shown as it is; the stamped bytes come as its next version.
    ``erased_at``: the bytes are gone, their SHA-256 stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mandat = models.ForeignKey(Mandat, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    brouillon = models.ForeignKey(Brouillon, null=True, blank=True, on_delete=models.SET_NULL, related_name="documents")
    kind = models.CharField(max_length=16)
    version = models.PositiveSmallIntegerField(default=1)
    content = models.BinaryField()
    content_type = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    stamped_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "document"
        constraints = (
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) & ~Q(content=b"") | Q(erased_at__isnull=False, content=b""),
                name="document_erased_whole",
            ),
            models.UniqueConstraint(fields=("mandat", "kind", "version"), name="document_version_once"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=(
                        "mandat",
                        "exemplaire",
                        "scan",
                        "signature",
                        "attestation_fin",
                        "revocation",
                        "temoin",
                        "echange",
                    )
                ),
                name="document_kind_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"


class Horodatage(models.Model):
    """A sealed paper that waits for its time-stamp: how often the authority was asked, and when it is asked again."""

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.CASCADE, related_name="horodatage")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "horodatage"

    def __str__(self) -> str:
        return f"{self.document_id} {self.tries}"


class CodeUsager(models.Model):
    """A code of the volet, kept only as a keyed digest; one of each kind stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mandat = models.ForeignKey(Mandat, on_delete=models.PROTECT, related_name="codes")
    kind = models.CharField(max_length=16)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "code_usager"
        constraints = (
            models.UniqueConstraint(
                fields=("mandat", "kind"), condition=Q(ended_at__isnull=True), name="code_one_standing"
            ),
        )

    def __str__(self) -> str:
        return f"{self.mandat_id} {self.kind}"
