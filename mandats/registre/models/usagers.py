"""The persons who give mandats."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from aidants.domain.telephone import in_french, receives_sms


class Usager(models.Model):
    """The person who gives mandats, as FranceConnect or an identity document told us.

    ``birthplace_label`` is the place of birth as an identity document writes it; FranceConnect gives codes instead.
    Dates of birth are text because they may be presumed (``1962-00-00``).
    ``sub_digest`` is the keyed digest of FranceConnect's ``sub``.  ``erased_at`` is the end of keeping: nothing is left
    of who it was.  ``franceconnect_email`` is the address that FranceConnect gave when it is somebody else's too: it
    goes back to FranceConnect as it came, and is neither a contact nor written to.  ``merged_into`` is the same person
    under the ``sub`` that FranceConnect gives them today.
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
    birthplace_label = models.CharField(max_length=256, blank=True, db_default="")
    email = models.EmailField(blank=True)
    franceconnect_email = models.EmailField(blank=True, db_default="")
    telephone = models.CharField(max_length=16, blank=True)
    postal_address = models.CharField(max_length=256, blank=True, db_default="")
    folded_family_given = models.TextField()
    folded_given_family = models.TextField()
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "usager"
        constraints = (
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) & ~Q(family_name="") & ~Q(birthdate="")
                | Q(
                    erased_at__isnull=False,
                    sub_digest__isnull=True,
                    given_name="",
                    family_name="",
                    preferred_username="",
                    birthdate="",
                    gender="",
                    birthplace="",
                    birthcountry="",
                    birthplace_label="",
                    email="",
                    franceconnect_email="",
                    telephone="",
                    postal_address="",
                    folded_family_given="",
                    folded_given_family="",
                ),
                name="usager_erased_whole",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(sub_digest__isnull=True), name="usager_merged_has_no_sub"
            ),
        )
        indexes = (
            models.Index(Upper("email"), condition=~Q(email=""), name="usager_email_upper"),
            models.Index("telephone", condition=~Q(telephone=""), name="usager_telephone"),
            models.Index(fields=["folded_family_given"], opclasses=["text_pattern_ops"], name="usager_family_prefix"),
            models.Index(fields=["folded_given_family"], opclasses=["text_pattern_ops"], name="usager_given_prefix"),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    def full_name(self) -> str:
        """All first names and the birth name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def telephone_written(self) -> str:
        """The number as people write it."""
        return in_french(self.telephone)

    @property
    def sms_number(self) -> str:
        """The number to write to; empty when there is none, or a landline alone."""
        return self.telephone if receives_sms(self.telephone) else ""
