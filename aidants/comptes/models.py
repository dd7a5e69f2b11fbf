"""Accounts of the persons who act."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


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


class Compte(AbstractBaseUser):
    """A person who signs in: an aidant, a referent, an agent of the State."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique", unique=True)
    given_name = models.CharField("prénom", max_length=256)
    family_name = models.CharField("nom", max_length=256)
    profession = models.CharField("fonction", max_length=256, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects: ClassVar[ComptesQuery] = ComptesQuery()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "compte"
        constraints = (models.CheckConstraint(condition=models.Q(email=Lower("email")), name="compte_email_lower"),)

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Given and family name, as shown to usagers and written in actes."""
        return f"{self.given_name} {self.family_name}"


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
