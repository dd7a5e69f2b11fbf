"""Takes what an agent did after a verification: accepted, or refused and why.

Whoever holds the receipt may tell it, for a day; the last word counts, and each is journaled.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record, record_counted
from mandats.domain import errors, events
from mandats.domain.suites import MOTIFS_DE_REFUS, Suite
from mandats.registre.models import Verification
from mandats.verification.receipt import read_receipt

_OPEN = timedelta(days=1)


@transaction.atomic
def tell_suite(receipt: str, suite: str, motif: str, now: datetime, *, client_id: UUID | None = None) -> Decision:
    """Keep what was done with a mandat verified; ``motif`` is one of the refusals, empty for an acceptance.

    ``client_id`` the client that tells, for a verification made with its credentials; ``None`` for an agent's.
    """
    told = read_receipt(receipt, now)
    row = _row(UUID(told["jti"]), client_id, now) if told else None
    if row is None:
        return _refused(errors.RECEIPT_UNKNOWN, None, client_id, now)
    refused = suite == Suite.REFUSEE
    if suite not in set(Suite) or (motif in MOTIFS_DE_REFUS) is not refused or (motif and not refused):
        return _refused(errors.SUITE_UNREADABLE, row.mandat_id, client_id, now)
    row.suite, row.suite_motif, row.suite_at = suite, motif, now
    row.save(update_fields=("suite", "suite_motif", "suite_at"))
    facts = {"verification": str(row.id), "suite": suite, "motif": motif}
    record(events.VERIFICATION_SUITE, acteur=_acteur(client_id), at=now, subject=row.mandat_id, facts=facts)
    return GRANTED


def _acteur(client_id: UUID | None) -> Acteur:
    return Acteur(Kind.CLIENT, client_id) if client_id else ANONYME


def _refused(reason: ErrorCode, mandat_id: UUID | None, client_id: UUID | None, now: datetime) -> Denied:
    """Count what could not be kept, by client or for all strangers together; the first of a minute is journaled."""
    bucket = keyed_digest(settings.DIGEST_KEY, "limit-client", str(client_id or ""))
    event, facts = events.VERIFICATION_SUITE_REFUSED, {"client": str(client_id) if client_id else None}
    told: dict[str, Any] = {"acteur": _acteur(client_id), "subject": mandat_id, "facts": facts}
    record_counted(event, bucket=bucket, at=now, reason=reason.code, **told)
    return Denied(reason)


def _row(receipt_id: UUID, client_id: UUID | None, now: datetime) -> Verification | None:
    rows = Verification.objects.select_for_update().filter(
        pk=receipt_id, client_id=client_id, mandat__isnull=False, created_at__gt=now - _OPEN
    )
    return rows.first()
