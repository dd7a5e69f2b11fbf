"""Empties the outbox: each message is claimed, sent outside any transaction, then wiped.

A process killed between sending and writing that it sent sends once more; an e-mail then bears the same
Message-ID, by which mail systems recognise it.  A provider that is down is asked again, more and more rarely,
for two days.  A message that cannot be written as its channel wants (an address that has no form on the wire) is given
up at once: what holds up one message holds up no other.
"""

from datetime import datetime, timedelta
from smtplib import SMTPException
from uuid import UUID

import requests
import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from aidants.domain.vault import Unsealable
from aidants.elapsed import Pass
from aidants.envois.models import Envoi
from aidants.envois.outbox import Message, message_of
from aidants.envois.sms import SmsRefused, sender

log = structlog.get_logger()

WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21600, 43200, 86400))
"""How long after each try the next one comes; after the last the message is given up."""

_BATCH = 50
_LONGEST_TRY = timedelta(minutes=5)
"""Longer than any provider is waited for: until then nobody else takes a message whose try has not ended."""
_NOT_NOW = (OSError, SMTPException, requests.RequestException, SmsRefused, Unsealable)
"""What may pass: a provider that is down or refuses, a key of the vault that is not at hand."""


def send_due(now: datetime) -> int:
    """Send what is due; return how many messages left."""
    due = Envoi.objects.filter(next_try_at__lte=now).order_by("next_try_at", "created_at", "id")
    this = Pass(now)
    return sum(_send(pk, this.now) for pk in list(due.values_list("pk", flat=True)[:_BATCH]))


def _claim(pk: UUID, now: datetime) -> Envoi | None:
    """Take one message for this try: nobody else takes it while the try may last."""
    with transaction.atomic():
        row = Envoi.objects.select_for_update(skip_locked=True).filter(pk=pk, next_try_at__lte=now).first()
        if row is None:
            return None
        row.tries += 1
        row.next_try_at = now + _LONGEST_TRY
        row.save(update_fields=("tries", "next_try_at"))
        return row


def _send(pk: UUID, now: datetime) -> bool:
    row = _claim(pk, now)
    if row is None:
        return False
    try:
        message = message_of(row)
        if message is None:
            return False
        row.delivery = _SENDERS[row.channel](row, message)
    except _NOT_NOW as error:
        _try_again(row, error, now)
        return False
    except ValueError as error:
        log.warning("envoi: cannot be written", envoi=str(row.id), error=type(error).__name__)
        _close(row, failed_at=now)
        return False
    _close(row, sent_at=now)
    return True


def _try_again(row: Envoi, error: Exception, now: datetime) -> None:
    """Let it wait for its next try, or give it up after the last."""
    log.warning("envoi: not sent", envoi=str(row.id), tries=row.tries, error=type(error).__name__)
    if row.tries >= len(WAITS):
        _close(row, failed_at=now)
        return
    row.next_try_at = now + WAITS[row.tries - 1]
    row.save(update_fields=("next_try_at",))


def _close(row: Envoi, *, sent_at: datetime | None = None, failed_at: datetime | None = None) -> None:
    """Forget what it said and to whom."""
    row.sent_at, row.failed_at = sent_at, failed_at
    row.sealed, row.next_try_at = None, None
    row.save(update_fields=("sent_at", "failed_at", "sealed", "next_try_at", "delivery"))


def _email(row: Envoi, message: Message) -> str:
    identifier = f"<{row.id}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"
    mail = EmailMessage(message.subject, message.text, to=[message.to], headers={"Message-ID": identifier})
    for piece in message.pieces:
        mail.attach(piece.name, piece.content, piece.content_type)
    mail.send()
    return str(row.id)


def _sms(row: Envoi, message: Message) -> str:
    return sender().send(message.to, message.text)


_SENDERS = {"email": _email, "sms": _sms}
