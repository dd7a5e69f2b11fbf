"""The act, its demarches, and each use of them."""

import uuid

from django.db import models
from django.db.models import F, Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure
from mandats.registre.models.usagers import Usager


class Mandat(models.Model):
    """The act: usager, structure, dates, signature.  What was signed never changes.

    ``expires_at`` is exclusive.  The state is derived: see ``state_of``.
    ``archived_at``: the structure no longer sees it, the restricted archive does.  ``erased_at``: the end of keeping;
    what was signed is gone, the digests of it stay, here and in the journal.

    ``elsewhere``  ``remplacer``: the usager's mandats in other structures end too, at ``elsewhere_done_at``
    ``cites``      the mandat of another structure that this one takes over; it ends in the same way
    ``renews``     the mandat that this one renews
    ``autonomy``   figures of the usager's autonomy at renewal: demarche → ``seule``, ``aide`` or ``pas_encore``
    ``scan_due_at``: the signed sheet must be brought by then, or the mandat is suspended for want of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=16, unique=True)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="mandats")
    usager = models.ForeignKey(Usager, on_delete=models.PROTECT, related_name="mandats")
    # Its index is the one that also has the date, below.
    aidant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="mandats", db_index=False)
    duree = models.CharField(max_length=16)
    single_use = models.BooleanField(default=False)
    reserved_acts = models.JSONField(default=list)
    elsewhere = models.CharField(max_length=16, blank=True)
    elsewhere_done_at = models.DateTimeField(null=True, blank=True)
    cites = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    renews = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    autonomy = models.JSONField(default=dict)
    autonomy_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64)
    place = models.CharField(max_length=256)
    identity = models.CharField(max_length=16)
    identity_level = models.CharField(max_length=16, blank=True)
    identity_piece = models.CharField(max_length=16, blank=True, db_default="")
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
    suspension_way = models.CharField(max_length=16, blank=True, db_default="")
    scan_due_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    motif = models.CharField(max_length=32, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mandat"
        indexes = (
            models.Index(fields=("expires_at",), condition=Q(erased_at__isnull=True), name="mandat_kept_until"),
            models.Index(fields=("expires_at",), condition=Q(ended_at__isnull=True), name="mandat_term_to_write"),
            models.Index(fields=("structure", "-accepted_at"), name="mandat_structure_date"),
            models.Index(fields=("usager", "-accepted_at"), name="mandat_usager_date"),
            models.Index(fields=("aidant", "accepted_at"), name="mandat_aidant_date"),
            models.Index(
                fields=("accepted_at",),
                condition=Q(elsewhere_done_at__isnull=True) & (Q(elsewhere="remplacer") | Q(cites__isnull=False)),
                name="mandat_elsewhere_to_end",
            ),
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
            models.CheckConstraint(
                condition=Q(archived_at__isnull=True) | Q(ended_at__isnull=False), name="mandat_archived_has_ended"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) & ~Q(acte="") & ~Q(frozen_text="")
                | Q(erased_at__isnull=False, archived_at__isnull=False, acte="", frozen_text="", summary=""),
                name="mandat_erased_whole",
            ),
            models.CheckConstraint(condition=Q(elsewhere__in=("", "remplacer")), name="mandat_elsewhere_known"),
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
    """One use of an autorisation: through the bridge, or declared by the aidant.

    ``manner`` says whether it was done with the usager or in their place; empty while nobody said it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    autorisation = models.ForeignKey(Autorisation, on_delete=models.PROTECT, related_name="utilisations")
    mandat = models.ForeignKey(Mandat, on_delete=models.PROTECT, related_name="utilisations")
    aidant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="utilisations")
    channel = models.CharField(max_length=16)
    body = models.CharField("organisme", max_length=256)
    description = models.CharField("ce qui a été fait", max_length=1000, blank=True)
    manner = models.CharField(max_length=8, blank=True, db_default="")
    reserved_act = models.CharField(max_length=32, blank=True)
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
            models.CheckConstraint(
                condition=models.Q(manner__in=("", "avec", "place")), name="utilisation_manner_known"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
