"""Rows of the second factors that we keep ourselves; passkeys are django-otp-webauthn's.

No secret stands in clear: seeds are sealed by the vault, recovery codes are keyed digests.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django_otp.models import Device

from aidants.comptes.models import Compte
from aidants.domain.facteurs import REGLAGES, Famille
from aidants.domain.vault import seal, unseal


class Carte(models.Model):
    """A hardware card as its maker delivered it: serial number, and the seed that it hides."""

    serial = models.CharField("numéro de série", max_length=32, unique=True)
    sealed_seed = models.BinaryField()
    digits = models.PositiveSmallIntegerField(default=6)
    imported_at = models.DateTimeField()

    class Meta:
        db_table = "carte"

    def __str__(self) -> str:
        return self.serial


class Generateur(Device):
    """What makes a person's one-time codes: an application on their telephone, or a card paired with them.

    ``confirmed`` is false from the pairing to the first valid code.  An application's seed stands here, sealed; a
    card's stays with the card.
    """

    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in REGLAGES])
    carte = models.OneToOneField(Carte, on_delete=models.PROTECT, null=True, blank=True, related_name="generateur")
    sealed_seed = models.BinaryField(null=True)
    drift = models.SmallIntegerField(default=0)
    last_step = models.BigIntegerField(default=-1)
    validated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Generateur"]] = models.Manager()

    class Meta:
        db_table = "generateur"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind=Famille.CARTE, carte__isnull=False, sealed_seed__isnull=True)
                | models.Q(kind=Famille.APPLICATION, carte__isnull=True, sealed_seed__isnull=False),
                name="generateur_one_seed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def seed(self) -> bytes:
        """The shared secret, unsealed for the moment of one computation."""
        sealed = self.carte.sealed_seed if self.carte else self.sealed_seed
        return unseal(bytes(sealed or b""), settings.VAULT_KEYS)

    @property
    def digits(self) -> int:
        """How many digits a code has."""
        return self.carte.digits if self.carte else 6


def new_application(compte: Compte, seed: bytes, *, name: str, **fields: object) -> Generateur:
    """Return an unsaved generator of kind application, its seed sealed."""
    sealed = seal(seed, settings.VAULT_KEYS)
    return Generateur(user=compte, name=name, kind=Famille.APPLICATION, sealed_seed=sealed, **fields)


class JeuDeSecours(Device):
    """A person's sheet of ten recovery codes; printing a new one replaces the codes."""

    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["JeuDeSecours"]] = models.Manager()

    class Meta:
        db_table = "jeu_de_secours"
        constraints = (models.UniqueConstraint(fields=("user",), name="jeu_de_secours_once"),)

    def __str__(self) -> str:
        return f"secours {self.pk}"


class CodeDeSecours(models.Model):
    """One recovery code, as a keyed digest; it serves once."""

    jeu = models.ForeignKey(JeuDeSecours, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "code_de_secours"
        constraints = (models.UniqueConstraint(fields=("jeu", "digest"), name="code_de_secours_once"),)

    def __str__(self) -> str:
        return f"{self.jeu_id} {'used' if self.used_at else 'unused'}"
