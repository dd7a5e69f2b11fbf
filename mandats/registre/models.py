"""The register's tables.  Only :mod:`mandats.registre.services` writes them.

What must always be true of rows stands here as constraints; what may happen
stands in :mod:`mandats.domain.rules`.
"""

import uuid

from django.db import models
from django.db.models import F, Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure


class Usager(models.Model):
    """The person who gives mandats, as FranceConnect or an identity document told us.

    Dates of birth are text because they may be presumed (``1962-00-00``).
    ``sub_digest`` is the keyed digest of FranceConnect's ``sub``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sub_digest = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  unique where known
    given_name = models.CharField(max_length=256)
    family_name = models.CharField(max_length=256)
    preferred_username = models.CharField(max_length=256, blank=True)
    birthdate = models.CharField(max_length=10)
    gender = models.CharField(max_length=16)
    birthplace = models.CharField(max_length=5, blank=True)
    birthcountry = models.CharField(max_length=5)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=16, blank=True)
    folded_family_given = models.TextField()
    folded_given_family = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "usager"
        indexes = (
            models.Index(fields=["folded_family_given"], opclasses=["text_pattern_ops"], name="usager_family_prefix"),
            models.Index(fields=["folded_given_family"], opclasses=["text_pattern_ops"], name="usager_given_prefix"),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    def full_name(self) -> str:
        """All first names and the birth name."""
        return f"{self.given_name} {self.family_name}"


class Mandat(models.Model):
    """The act: usager, structure, dates, signature.  What was signed never changes.

    ``expires_at`` is exclusive.  The state is derived: see :meth:`state`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=16, unique=True)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="mandats")
    usager = models.ForeignKey(Usager, on_delete=models.PROTECT, related_name="mandats")
    aidant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="mandats")
    duree = models.CharField(max_length=16)
    single_use = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=64)
    place = models.CharField(max_length=256)
    identity = models.CharField(max_length=16)
    identity_level = models.CharField(max_length=16, blank=True)
    identified_at = models.DateTimeField()
    consentement = models.CharField(max_length=8)
    consent_method = models.CharField(max_length=16)
    consented_at = models.DateTimeField()
    accepted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    text_version = models.CharField(max_length=32)
    text_sha256 = models.CharField(max_length=64)
    frozen_text = models.TextField()
    summary = models.TextField()
    acte = models.TextField()
    suspended_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    motif = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "mandat"
        indexes = (
            models.Index(fields=("structure", "-accepted_at"), name="mandat_structure_date"),
            models.Index(fields=("usager", "-accepted_at"), name="mandat_usager_date"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("accepted_at")), name="mandat_expires_later"),
            models.CheckConstraint(
                condition=Q(consented_at__lte=F("accepted_at")), name="mandat_consented_before_accepted"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, motif="") | (Q(ended_at__isnull=False) & ~Q(motif="")),
                name="mandat_end_has_motif",
            ),
            models.CheckConstraint(
                condition=Q(identity__in=("franceconnect", "piece_vue")), name="mandat_identity_known"
            ),
            models.CheckConstraint(
                condition=Q(consentement__in=("ecran", "papier", "sms")), name="mandat_consentement_known"
            ),
        )

    def __str__(self) -> str:
        return self.reference


class Autorisation(models.Model):
    """One demarche of one mandat; may end alone.

    ``structure`` and ``usager`` repeat the mandat's so that the database holds
    the rule: never two standing for one (structure, usager, demarche).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mandat = models.ForeignKey(Mandat, on_delete=models.PROTECT, related_name="autorisations")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="+")
    usager = models.ForeignKey(Usager, on_delete=models.PROTECT, related_name="+")
    demarche = models.CharField(max_length=16)
    formalites = models.JSONField(default=list)
    status_list = models.PositiveIntegerField(default=0)
    status_index = models.PositiveIntegerField()
    ended_at = models.DateTimeField(null=True, blank=True)
    motif = models.CharField(max_length=32, blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "autorisation"
        constraints = (
            models.UniqueConstraint(
                fields=("structure", "usager", "demarche"),
                condition=Q(ended_at__isnull=True),
                name="autorisation_one_standing",
            ),
            models.UniqueConstraint(fields=("mandat", "demarche"), name="autorisation_once_a_mandat"),
            models.UniqueConstraint(fields=("status_list", "status_index"), name="autorisation_status_index"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, motif="") | (Q(ended_at__isnull=False) & ~Q(motif="")),
                name="autorisation_end_has_motif",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mandat_id} {self.demarche}"


class Utilisation(models.Model):
    """One use of an autorisation: through the bridge, or declared by the aidant."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    autorisation = models.ForeignKey(Autorisation, on_delete=models.PROTECT, related_name="utilisations")
    mandat = models.ForeignKey(Mandat, on_delete=models.PROTECT, related_name="utilisations")
    aidant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="utilisations")
    channel = models.CharField(max_length=16)
    body = models.CharField("organisme", max_length=256)
    description = models.CharField("ce qui a été fait", max_length=1000, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    used_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "utilisation"
        indexes = (models.Index(fields=("mandat", "-created_at"), name="utilisation_mandat_date"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(channel__in=("bridge", "telephone", "courrier", "guichet")),
                name="utilisation_channel_known",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


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


class Document(models.Model):
    """Bytes that are shown for ever as they were: the PDF, the signed scan, the drawn signature."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mandat = models.ForeignKey(Mandat, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    brouillon = models.ForeignKey(Brouillon, null=True, blank=True, on_delete=models.SET_NULL, related_name="documents")
    kind = models.CharField(max_length=16)
    version = models.PositiveSmallIntegerField(default=1)
    content = models.BinaryField()
    content_type = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "document"
        constraints = (
            models.UniqueConstraint(fields=("mandat", "kind", "version"), name="document_version_once"),
            models.CheckConstraint(
                condition=Q(kind__in=("mandat", "exemplaire", "scan", "signature")),
                name="document_kind_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"


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
        )

    def __str__(self) -> str:
        return f"{self.way} {self.answer}"
