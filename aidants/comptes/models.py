"""Accounts of the persons who act."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from aidants.domain.absence import ABSENCE


class ComptesQuery(BaseUserManager["Compte"]):
    """Finds accounts by folded address; creates them with a usable or unusable password."""

    def get_by_natural_key(self, username: str | None) -> "Compte":
        """Return the account of an address, whatever its case."""
        return self.get(email=(username or "").strip().lower())

    def create_compte(self, email: str, password: str | None = None, **fields: Any) -> "Compte":
        """Create an account; without ``password`` it cannot sign in by password."""
        compte = self.model(email=email.strip().lower(), **fields)
        compte.set_password(password)
        compte.save(using=self._db)
        return compte


class Compte(AbstractBaseUser):  # type: ignore[django-manager-missing]  # django-otp is untyped
    """A person who signs in: an aidant, a referent, an agent of the State."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique", unique=True)
    given_name = models.CharField("prénom", max_length=256)
    family_name = models.CharField("nom", max_length=256)
    profession = models.CharField("fonction", max_length=256, blank=True)
    # Professional, in E.164: known so that it never passes for an usager's own.
    telephone = models.CharField("téléphone professionnel", max_length=16, blank=True, default="", db_default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    # Failures in a row of a typed code, whatever device it was for.
    code_failures = models.PositiveIntegerField(default=0, db_default=0)
    code_failed_at = models.DateTimeField(null=True, blank=True)
    inactivity_warned_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deactivation_motif = models.CharField(max_length=32, blank=True, default="", db_default="")
    reactivated_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ComptesQuery] = ComptesQuery()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "compte"
        constraints = (models.CheckConstraint(condition=models.Q(email=Lower("email")), name="compte_email_lower"),)
        indexes = (models.Index("telephone", condition=~models.Q(telephone=""), name="compte_telephone"),)

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Given and family name, as shown to usagers and written in actes."""
        return f"{self.given_name} {self.family_name}"

    @property
    def is_closed_for_absence(self) -> bool:
        """Whether the account was closed because nobody came, and for no other reason: it may be opened again."""
        return not self.is_active and self.deactivation_motif == ABSENCE


class Fonction(models.Model):
    """A national role held by an account (DOMAIN §4), in one department for the préfectures."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="fonctions")
    role = models.CharField(max_length=16)
    departement = models.CharField(max_length=3, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "fonction"
        constraints = (
            models.UniqueConstraint(
                fields=("compte", "role", "departement"),
                condition=models.Q(ended_at__isnull=True),
                name="fonction_once",
            ),
        )

    def __str__(self) -> str:
        return self.role


class Appareil(models.Model):
    """A browser from which a person signed in: the next sign-in from it needs no notice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.CASCADE, related_name="appareils")
    digest = models.CharField(max_length=64)
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "appareil"
        constraints = (models.UniqueConstraint(fields=("compte", "digest"), name="appareil_once"),)

    def __str__(self) -> str:
        return str(self.id)


class Lien(models.Model):
    """A link sent by e-mail for one purpose; its token is kept as a keyed digest and serves once, by POST."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.CASCADE, related_name="liens")
    purpose = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "lien"

    def __str__(self) -> str:
        return self.purpose


class LienProConnect(models.Model):
    """Which person of ProConnect is which account: its ``sub`` there, as a keyed digest."""

    compte = models.OneToOneField(Compte, on_delete=models.CASCADE, primary_key=True, related_name="proconnect")
    sub_digest = models.CharField(max_length=64, unique=True)
    linked_at = models.DateTimeField()

    class Meta:
        db_table = "lien_proconnect"

    def __str__(self) -> str:
        return str(self.compte_id)


class Recuperation(models.Model):
    """Two persons bring somebody back: a garant who vouches for them, and a code by e-mail or post (DOMAIN §4)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compte = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="recuperations")
    garant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="recuperations_garanties")
    recognised = models.CharField(max_length=16)
    channel = models.CharField(max_length=8)
    code_digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "recuperation"
        constraints = (
            models.UniqueConstraint(
                fields=("compte",), condition=models.Q(ended_at__isnull=True), name="recuperation_once"
            ),
            models.CheckConstraint(condition=~models.Q(compte=models.F("garant")), name="recuperation_two_persons"),
        )

    def __str__(self) -> str:
        return f"{self.compte_id} {self.created_at:%Y-%m-%d}"
