"""The outbox's table, and what came in.

:mod:`aidants.envois.outbox` writes the first, :mod:`aidants.envois.sending` empties it,
:mod:`aidants.envois.inbox` writes the second.
"""

import uuid

from django.db import models


class Envoi(models.Model):
    """One e-mail or text message: sealed until it has left, then wiped.

    ``purpose`` and ``subject_id`` are references (a kind, and what the message is about), never an identity.
    ``report`` is what the provider says became of it: ``en_route``, then ``delivre`` or ``non_delivre`` for good.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=8)
    purpose = models.CharField(max_length=64)
    subject_id = models.UUIDField(null=True, blank=True)
    sealed = models.BinaryField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    delivery = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    report = models.CharField(max_length=16, blank=True, db_default="")
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "envoi"
        indexes = (
            models.Index(fields=("next_try_at",), condition=models.Q(next_try_at__isnull=False), name="envoi_waiting"),
            models.Index(fields=("subject_id",), name="envoi_subject"),
            models.Index(fields=("delivery",), condition=~models.Q(delivery=""), name="envoi_delivery"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(channel__in=("email", "sms")), name="envoi_channel_known"),
            models.CheckConstraint(
                condition=models.Q(report__in=("", "en_route", "delivre", "non_delivre")), name="envoi_report_known"
            ),
            models.CheckConstraint(
                condition=models.Q(sealed__isnull=True) | models.Q(next_try_at__isnull=False),
                name="envoi_wiped_once_over",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose}"


class MessageRecu(models.Model):
    """One text message that came in, by the provider's own identifier: told twice, it is taken once.

    Neither what it said nor from where is kept here: who takes it keeps its proof.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message_id = models.CharField(max_length=128, unique=True)
    taken_as = models.CharField(max_length=32, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "message_recu"

    def __str__(self) -> str:
        return self.message_id
