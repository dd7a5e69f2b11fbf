"""A structure's application: the dossier, its places of reception, the links that open it, its messages."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from aidants.comptes.models import Compte
from aidants.dispositif.models.postes import Campagne
from aidants.domain.dispositif.porteurs import RESEAUX
from aidants.structures.models import Structure


class Candidature(models.Model):
    """One application.  A brouillon holds what was typed so far; from its submission on, it no longer changes.

    ``structure`` is known once the structure has a place in the service; ``submitted_at`` starts the préfet's 15 days.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique")
    given_name = models.CharField("prénom", max_length=100, blank=True)
    family_name = models.CharField("nom", max_length=100, blank=True)
    profession = models.CharField("fonction", max_length=256, blank=True)
    telephone = models.CharField("téléphone", max_length=16, blank=True)
    kind = models.CharField("type de porteur", max_length=32, blank=True)
    reseau = models.CharField("réseau", max_length=32, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    name = models.CharField("nom de la structure", max_length=256, blank=True)
    street = models.CharField("adresse", max_length=256, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("commune", max_length=256, blank=True)
    insee_code = models.CharField("code commune", max_length=5, blank=True)
    departement = models.CharField("département", max_length=3, blank=True)
    posts_asked = models.PositiveSmallIntegerField("postes demandés", null=True, blank=True)
    project = models.TextField("projet", max_length=4000, blank=True)
    consulted = models.TextField("qui a été consulté", max_length=2000, blank=True)
    state = models.CharField("état", max_length=16, default="brouillon")
    campagne = models.ForeignKey(Campagne, on_delete=models.PROTECT, null=True, related_name="candidatures")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, null=True, related_name="candidatures")
    posts_retained = models.PositiveSmallIntegerField("postes retenus", null=True, blank=True)
    reason = models.TextField("motif", max_length=2000, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "candidature"
        constraints = (
            models.CheckConstraint(condition=Q(email=Lower("email")), name="candidature_email_lower"),
            models.CheckConstraint(
                condition=Q(state__in=("brouillon", "deposee", "examen", "retenue", "refusee", "abandonnee")),
                name="candidature_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("brouillon", "abandonnee"))
                | Q(submitted_at__isnull=False, campagne__isnull=False, posts_asked__gt=0)
                & ~Q(siret="")
                & ~Q(departement=""),
                name="candidature_submitted_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="retenue") | Q(posts_retained__gt=0, structure__isnull=False),
                name="candidature_retained_posts",
            ),
            models.CheckConstraint(condition=~Q(state="refusee") | ~Q(reason=""), name="candidature_refusal_reasoned"),
        )
        indexes = (
            models.Index(fields=("siret",), name="candidature_siret"),
            models.Index(fields=("departement", "state"), name="candidature_departement"),
        )

    def __str__(self) -> str:
        return self.name or str(self.id)

    @property
    def network(self) -> str:
        """Return the name of the large network that applies, whose posts are its own; empty for who is none."""
        return RESEAUX.get(self.reseau, self.reseau)


class LieuAccueil(models.Model):
    """A place where the conseiller will receive people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidature = models.ForeignKey(Candidature, on_delete=models.CASCADE, related_name="lieux")
    name = models.CharField("nom du lieu", max_length=256)
    insee_code = models.CharField("code commune", max_length=5)
    city = models.CharField("commune", max_length=256)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "lieu_accueil"

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"


class LienDossier(models.Model):
    """A link sent by e-mail that opens one dossier or one pool's page; kept as a keyed digest, spent by POST alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidature = models.ForeignKey(Candidature, on_delete=models.CASCADE, null=True, related_name="liens")
    candidat = models.ForeignKey("aidants.Candidat", on_delete=models.CASCADE, null=True, related_name="liens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "lien_dossier"
        constraints = (
            models.CheckConstraint(
                condition=Q(candidature__isnull=False, candidat__isnull=True)
                | Q(candidature__isnull=True, candidat__isnull=False),
                name="lien_dossier_of_one",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class MessageCandidature(models.Model):
    """A message about an application: from the applicant, or from the instruction."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidature = models.ForeignKey(Candidature, on_delete=models.CASCADE, related_name="messages")
    from_applicant = models.BooleanField()
    author = models.ForeignKey(Compte, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField("message", max_length=4000)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "message_candidature"
        indexes = (models.Index(fields=("candidature", "created_at"), name="message_candidature_at"),)

    def __str__(self) -> str:
        return str(self.id)
