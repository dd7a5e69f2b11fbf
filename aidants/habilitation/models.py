"""A structure's and an aidant's right to use the service."""

import uuid

from django.db import models

from aidants.comptes.models import Compte
from aidants.structures.models import Affectation, Structure


class HabilitationStructure(models.Model):
    """The right of a structure; at most one stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="habilitations")
    validee_at = models.DateTimeField()
    # Deactivated for a while: nothing is concluded nor used, no mandat ends, and it comes back by one gesture.
    suspended_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    motif = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "habilitation_structure"
        constraints = (
            models.UniqueConstraint(
                fields=("structure",),
                condition=models.Q(ended_at__isnull=True),
                name="habilitation_structure_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.structure_id} {self.validee_at:%Y-%m-%d}"


class HabilitationAidant(models.Model):
    """What was decided about one aidant in one structure; one that ended, with none after it, withdraws the right.

    The place is where it was decided: the decision outlives it (``selectors.decisions``).
    The right itself follows by rule from training, certification, terms and the structure (``rules.py``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    affectation = models.ForeignKey(Affectation, on_delete=models.PROTECT, related_name="habilitations")
    validee_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    motif = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "habilitation_aidant"
        constraints = (
            models.UniqueConstraint(
                fields=("affectation",),
                condition=models.Q(ended_at__isnull=True),
                name="habilitation_aidant_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.affectation_id} {self.validee_at:%Y-%m-%d}"


class AcceptationConditions(models.Model):
    """Somebody's acceptance of one version of the terms of use.

    ``text_sha256`` of the file that was shown; empty for who accepted before it was kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="conditions")
    version = models.CharField(max_length=16)
    text_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    accepted_at = models.DateTimeField()

    class Meta:
        db_table = "acceptation_conditions"
        constraints = (models.UniqueConstraint(fields=("compte", "version"), name="acceptation_conditions_once"),)

    def __str__(self) -> str:
        return f"{self.compte_id} {self.version}"


class Dossier(models.Model):
    """A structure outside the scheme asks to be habilitated; whoever wrote it comes back by a link (DOMAIN §5).

    ``etat`` a value of ``Etat``; ``declarations`` keys of ``DECLARATIONS``; ``structure`` what its validation made
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique")
    etat = models.CharField(max_length=32, default="brouillon")
    name = models.CharField("nom", max_length=256, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    kind = models.CharField(max_length=32, blank=True)
    street = models.CharField("adresse", max_length=256, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("commune", max_length=256, blank=True)
    insee_code = models.CharField("code commune", max_length=5, blank=True)
    telephone = models.CharField("téléphone", max_length=16, blank=True)
    time_zone = models.CharField(max_length=64, default="Europe/Paris")
    referent_given_name = models.CharField(max_length=100, blank=True)
    referent_family_name = models.CharField(max_length=100, blank=True)
    referent_email = models.EmailField(blank=True)
    referent_profession = models.CharField(max_length=100, blank=True)
    referent_is_aidant = models.BooleanField(default=False)
    referent_statut = models.CharField(max_length=32, blank=True, default="", db_default="")
    declarations = models.JSONField(default=list)
    # One link at a time, as the releases before « LienHabilitation » sent it: still taken while it lives.
    link_digest = models.CharField(max_length=64, blank=True)
    link_expires_at = models.DateTimeField(null=True, blank=True)
    link_sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    structure = models.ForeignKey(Structure, null=True, on_delete=models.PROTECT, related_name="dossiers")

    class Meta:
        db_table = "dossier_habilitation"
        indexes = (
            models.Index(fields=("etat", "submitted_at"), name="dossier_habilitation_queue"),
            models.Index(fields=("siret",), name="dossier_habilitation_siret"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(etat="validee") | models.Q(structure__isnull=False),
                name="dossier_habilitation_made_a_structure",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class LienHabilitation(models.Model):
    """A link sent by e-mail that opens one dossier; kept as a keyed digest, spent by POST alone.

    Anybody may ask for one in the address's name: those sent before stand until they expire.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="liens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "lien_habilitation"

    def __str__(self) -> str:
        return str(self.id)


class DossierAidant(models.Model):
    """Somebody whom the dossier asks to habilitate."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="aidants")
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    email = models.EmailField()
    profession = models.CharField(max_length=100)
    statut = models.CharField(max_length=32)

    class Meta:
        db_table = "dossier_aidant"
        constraints = (models.UniqueConstraint(fields=("dossier", "email"), name="dossier_aidant_once"),)

    def __str__(self) -> str:
        return str(self.id)


class DossierMessage(models.Model):
    """A word in a dossier, either way; ``auteur`` is empty when the structure wrote it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="messages")
    auteur = models.ForeignKey(Compte, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "dossier_message"
        indexes = (models.Index(fields=("dossier", "written_at"), name="dossier_message_date"),)

    def __str__(self) -> str:
        return str(self.id)
