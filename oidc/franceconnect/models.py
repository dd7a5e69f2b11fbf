"""One sign-in at FranceConnect under way: what must be remembered until it comes back."""

import uuid

from django.db import models
from django.db.models import Q


class FranceConnectLogin(models.Model):
    """Bound to one browser session, used once.  Holds digests of ``state`` and ``nonce``, never the values.

    ``purpose``  ``brouillon`` (identity for a mandat, for ``compte`` acting for ``structure_id``) or ``usager``
    ``outcome``  empty on success, else the refusal's code
    ``lien_id``  the link by which the usager's own telephone came, when the sign-in is made there
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state_digest = models.CharField(max_length=64, unique=True)
    binding_digest = models.CharField(max_length=64)
    nonce_digest = models.CharField(max_length=64)
    closing_digest = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=16)
    brouillon_id = models.UUIDField(null=True)
    compte_id = models.UUIDField(null=True)
    structure_id = models.UUIDField(null=True)
    lien_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "franceconnect_login"
        indexes = (models.Index(fields=("expires_at",), name="franceconnect_login_expiry"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(purpose="usager", brouillon_id__isnull=True)
                | Q(purpose="brouillon", brouillon_id__isnull=False, compte_id__isnull=False),
                name="franceconnect_login_purpose",
            ),
            models.UniqueConstraint(
                fields=("closing_digest",), condition=~Q(closing_digest=""), name="franceconnect_login_closing"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class LienTelephone(models.Model):
    """A link from the desk's screen to the usager's own telephone: short-lived, for one telephone, used once.

    ``token_sealed`` lets the desk's page show it again while it waits; the telephone is recognised by a digest.
    ``number`` is shown on both screens, among two others on the telephone.  ``outcome`` is empty while it lives,
    ``identifie``, ``annule``, ``nombre``, or the code of a refusal.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brouillon_id = models.UUIDField()
    compte_id = models.UUIDField()
    structure_id = models.UUIDField()
    token_digest = models.CharField(max_length=64, unique=True)
    token_sealed = models.BinaryField(null=True)
    number = models.PositiveSmallIntegerField()
    choices = models.JSONField()
    binding_digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "lien_telephone"
        indexes = (models.Index(fields=("expires_at",), name="lien_telephone_expiry"),)
        constraints = (
            models.UniqueConstraint(
                fields=("brouillon_id",), condition=Q(ended_at__isnull=True), name="lien_telephone_one_open"
            ),
            models.CheckConstraint(condition=Q(number__gte=10, number__lte=99), name="lien_telephone_two_digits"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="lien_telephone_ended_whole",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
