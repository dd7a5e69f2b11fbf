"""Structures, and who belongs to them."""

import uuid

from django.db import models
from django.db.models.functions import Lower

from aidants.comptes.models import Compte, Fonction


class Structure(models.Model):
    """The legal person that receives mandats; any habilitated aidant of it may act."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("nom", max_length=256)
    siret = models.CharField("SIRET", max_length=14)
    kind = models.CharField("type", max_length=64, blank=True)
    street = models.CharField("adresse", max_length=256)
    postcode = models.CharField("code postal", max_length=5)
    city = models.CharField("commune", max_length=256)
    insee_code = models.CharField("code commune", max_length=5)
    telephone = models.CharField("téléphone", max_length=16, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    time_zone = models.CharField(max_length=64, default="Europe/Paris")
    demarches = models.JSONField(default=list, blank=True)
    houses_or_bills = models.BooleanField(default=False)
    # Whether it stands in the open data of structures, and where, for those who draw maps.
    is_listed = models.BooleanField(default=True, db_default=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name="fusionnée avec"
    )

    class Meta:
        db_table = "structure"
        indexes = (models.Index(fields=("siret",), name="structure_siret"),)

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The postal address on one line, as actes carry it."""
        return f"{self.street}, {self.postcode} {self.city}"


class Affectation(models.Model):
    """A person's place in a structure: aidant, referent, or both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="affectations")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="affectations")
    is_aidant = models.BooleanField(default=False)
    is_referent = models.BooleanField(default=False)
    is_conseiller = models.BooleanField(default=False)
    # What who brought them in declared (aidants/domain/statuts.py); empty before it was asked.
    statut = models.CharField(max_length=32, blank=True, default="", db_default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "affectation"
        constraints = (
            models.UniqueConstraint(
                fields=("compte", "structure"),
                condition=models.Q(ended_at__isnull=True),
                name="affectation_once",
            ),
            models.CheckConstraint(
                condition=models.Q(is_aidant=True) | models.Q(is_referent=True), name="affectation_role"
            ),
        )

    def __str__(self) -> str:
        return f"{self.compte_id} / {self.structure_id}"


class Invitation(models.Model):
    """An invitation to use the service: for a place in a structure, or for a national role; it serves once.

    The account is made when it is accepted: an invitation left unanswered leaves nobody behind.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique")
    given_name = models.CharField("prénom", max_length=256)
    family_name = models.CharField("nom", max_length=256)
    profession = models.CharField("fonction", max_length=256, blank=True)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, null=True, related_name="invitations")
    is_aidant = models.BooleanField(default=False)
    is_referent = models.BooleanField(default=False)
    statut = models.CharField(max_length=32, blank=True, default="", db_default="")
    role = models.CharField(max_length=16, blank=True)
    departement = models.CharField(max_length=3, blank=True)
    invited_by = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="invitations_sent")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # The code that proves that who accepts reads the invited address (aidants/structures/address_code.py).
    code_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    code_sent_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    code_sends = models.PositiveSmallIntegerField(default=0, db_default=0)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="invitations")

    class Meta:
        db_table = "invitation"
        constraints = (
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_lower"),
            models.CheckConstraint(
                condition=models.Q(structure__isnull=False, role="")
                & (models.Q(is_aidant=True) | models.Q(is_referent=True))
                | models.Q(structure__isnull=True, is_aidant=False, is_referent=False) & ~models.Q(role=""),
                name="invitation_place_or_role",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(cancelled_at__isnull=True),
                name="invitation_one_end",
            ),
            models.UniqueConstraint(
                fields=("structure", "email"),
                condition=models.Q(accepted_at__isnull=True, cancelled_at__isnull=True),
                name="invitation_once",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Adhesion(models.Model):
    """An aidant of another structure asks to join this one; a referent of it answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="adhesions")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="adhesions")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=16, blank=True)

    class Meta:
        db_table = "adhesion"
        constraints = (
            models.UniqueConstraint(
                fields=("compte", "structure"), condition=models.Q(answer=""), name="adhesion_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | models.Q(answer__in=("acceptee", "refusee"), answered_at__isnull=False, answered_by__isnull=False)
                | models.Q(answer__in=("retiree", "expiree"), answered_at__isnull=False, answered_by__isnull=True),
                name="adhesion_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_by__isnull=True) | ~models.Q(answered_by=models.F("compte")),
                name="adhesion_two_persons",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Nomination(models.Model):
    """An administrateur asks that somebody become administrateur, or cease to be; another one answers (DOMAIN §4).

    ``fonction``  the role to withdraw; empty when the role is to be given to whoever has this address
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique")
    given_name = models.CharField("prénom", max_length=256)
    family_name = models.CharField("nom", max_length=256)
    profession = models.CharField("fonction", max_length=256, blank=True)
    fonction = models.ForeignKey(Fonction, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_by = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=16, blank=True)

    class Meta:
        db_table = "nomination"
        constraints = (
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="nomination_email_lower"),
            models.UniqueConstraint(fields=("email",), condition=models.Q(answer=""), name="nomination_one_open"),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | models.Q(answer__in=("approuvee", "refusee"), answered_at__isnull=False, answered_by__isnull=False)
                | models.Q(answer="retiree", answered_at__isnull=False, answered_by__isnull=True),
                name="nomination_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_by__isnull=True) | ~models.Q(answered_by=models.F("asked_by")),
                name="nomination_two_persons",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class ReferencePartenaire(models.Model):
    """What a trusted system calls a structure, or an aidant of it, by a name of its own (never a person's).

    ``source`` is the system's client; a structure is kept by one system at most.  ``compte`` is known once the
    invitation was accepted; the invitation itself is forgotten a month after its end.
    """

    STRUCTURE, AIDANT = "structure", "aidant"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.UUIDField()
    kind = models.CharField(max_length=16)
    external_id = models.CharField(max_length=64)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="references_partenaires")
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="references_partenaires")
    invitation = models.ForeignKey(
        Invitation, on_delete=models.SET_NULL, null=True, related_name="references_partenaires"
    )
    is_conseiller = models.BooleanField(default=False)
    # What the system last said of the names, as keyed digests: what it changes since is a correction.
    identity_told = models.CharField(max_length=200, blank=True, default="", db_default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "reference_partenaire"
        constraints = (
            models.UniqueConstraint(
                fields=("source", "external_id"), condition=models.Q(kind="structure"), name="reference_structure_once"
            ),
            models.UniqueConstraint(
                fields=("structure",), condition=models.Q(kind="structure"), name="reference_structure_one_source"
            ),
            models.UniqueConstraint(
                fields=("source", "structure", "external_id"),
                condition=models.Q(kind="aidant"),
                name="reference_aidant_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="aidant") | models.Q(kind="structure", compte__isnull=True),
                name="reference_kind_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
