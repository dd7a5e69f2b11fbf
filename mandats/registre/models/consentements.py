"""The request for consent that a telephone answers, and changes of contacts that may still be undone."""

import uuid

from django.db import models
from django.db.models import F, Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure
from mandats.registre.models.brouillons import Brouillon
from mandats.registre.models.usagers import Usager


class DemandeSms(models.Model):
    """One request for consent by text message; at most one waits for each brouillon.

    ``exchange_sealed`` holds what was said both ways, the number and the code, until it becomes a proof or goes;
    ``telephone_digest`` finds the request when the telephone answers.  ``verified`` says how the number was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    brouillon = models.ForeignKey(Brouillon, on_delete=models.CASCADE, related_name="demandes_sms")
    aidant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    telephone_digest = models.CharField(max_length=64)
    exchange_sealed = models.BinaryField(null=True)
    verified = models.CharField(max_length=16)
    text_sha256 = models.CharField(max_length=64)
    recap_envoi_id = models.UUIDField()
    request_envoi_id = models.UUIDField()
    unknown_answers = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True)

    class Meta:
        db_table = "demande_sms"
        indexes = (
            models.Index(fields=("telephone_digest",), condition=Q(closed_at__isnull=True), name="demande_sms_waiting"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("brouillon",), condition=Q(closed_at__isnull=True), name="demande_sms_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="", exchange_sealed__isnull=False)
                | Q(
                    closed_at__isnull=False,
                    exchange_sealed__isnull=True,
                    outcome__in=("accord", "refus", "incompris", "expire", "annule"),
                ),
                name="demande_sms_closed_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.brouillon_id} {self.outcome}"


class ChangementContact(models.Model):
    """A contact that was replaced: told to the old one, which may undo it until ``undo_until``.

    Both contacts are sealed and wiped when that time is over.  ``undo_digest`` recognises the code of the e-mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    usager = models.ForeignKey(Usager, on_delete=models.PROTECT, related_name="changements_contact")
    kind = models.CharField(max_length=16)
    contacts_sealed = models.BinaryField(null=True)
    old_digest = models.CharField(max_length=64)
    undo_digest = models.CharField(max_length=64, unique=True)
    way = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "changement_contact"
        indexes = (
            models.Index(fields=("old_digest",), name="changement_contact_old"),
            models.Index(
                fields=("undo_until",), condition=Q(contacts_sealed__isnull=False), name="changement_contact_sealed"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=("email", "telephone")), name="changement_contact_kind"),
            models.CheckConstraint(condition=Q(undo_until__gt=F("made_at")), name="changement_contact_time"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.made_at:%Y-%m-%d}"


class AccordContact(models.Model):
    """Both confirmed that they share a contact: the usager who gives it, and who holds it.

    ``subject_id`` is the brouillon's or the usager's; ``code_digest`` waits for the holder's answer, then is emptied.
    ``way`` is how the holder confirmed; ``asks`` counts the codes sent of late; ``asked_by`` is nobody's on the
    usager's own page.  ``code_until``: how long the code serves.  ``letter_at``: when the holder of a landline was
    asked in writing; ``holder`` is who is posted a letter, ``structure`` the desk that asks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    contact_digest = models.CharField(max_length=64)
    code_digest = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asks = models.PositiveSmallIntegerField(default=0, db_default=0)
    asked_by = models.ForeignKey(Compte, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    way = models.CharField(max_length=8, blank=True, db_default="")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    letter_at = models.DateTimeField(null=True, blank=True)
    holder = models.ForeignKey(Usager, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(Structure, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "accord_contact"
        constraints = (
            models.UniqueConstraint(fields=("subject_id", "kind", "contact_digest"), name="accord_contact_once"),
            models.CheckConstraint(condition=Q(kind__in=("email", "telephone")), name="accord_contact_kind"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_at:%Y-%m-%d}"
