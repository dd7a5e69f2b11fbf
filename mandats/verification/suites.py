"""Takes what an agent did after a verification: accepted, or refused and why.

Whoever holds the receipt may tell it, for a day; the last word counts, and each is journaled.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.journal.record import record
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
        return Denied(errors.RECEIPT_UNKNOWN)
    refused = suite == Suite.REFUSEE
    if suite not in set(Suite) or (motif in MOTIFS_DE_REFUS) is not refused or (motif and not refused):
        return Denied(errors.SUITE_UNREADABLE)
    row.suite, row.suite_motif, row.suite_at = suite, motif, now
    row.save(update_fields=("suite", "suite_motif", "suite_at"))
    facts = {"verification": str(row.id), "suite": suite, "motif": motif}
    acteur = Acteur(Kind.CLIENT, client_id) if client_id else ANONYME
    record(events.VERIFICATION_SUITE, acteur=acteur, at=now, subject=row.mandat_id, facts=facts)
    return GRANTED


def _row(receipt_id: UUID, client_id: UUID | None, now: datetime) -> Verification | None:
    rows = Verification.objects.select_for_update().filter(
        pk=receipt_id, client_id=client_id, mandat__isnull=False, created_at__gt=now - _OPEN
    )
    return rows.first()
