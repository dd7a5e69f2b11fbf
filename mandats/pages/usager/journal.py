"""What the usager takes from the journal: every entry about their mandat, and the proof that it is there."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aidants.domain.events import JOURNAL_CONSULT, Event
from aidants.journal.proofs import proof_of
from aidants.journal.record import record
from mandats.domain.events import DOCUMENT_CONSULT, MANDAT_SIGN
from mandats.pages.usager.enter import usager_only
from mandats.pages.usager.reach import mine
from mandats.pages.usager.session import UsagerSession
from mandats.registre.services.many import acteur_usager
from mandats.verification.usager_journal import journal_of

_LONGEST = 18


@transaction.atomic
def _tell(event: Event, who: UsagerSession, now: datetime, **facts: object) -> None:
    """Journal what the usager read; the entry is about them, so that no structure sees it."""
    record(event, acteur=acteur_usager(who.usager_id), at=now, subject=who.usager_id, facts=facts)


@require_safe
@usager_only
def journal(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Show all that the journal holds about one mandat, newest first."""
    mandat, asked = mine(who, mandat_id), request.GET.get("avant", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _LONGEST else None
    reading = journal_of(mandat, before)
    _tell(JOURNAL_CONSULT, who, now, criteria=["subjects"])
    context = {"mandat": mandat, "reading": reading, "later": before is not None}
    return render(request, "usager/journal.html", context)


@require_safe
@usager_only
def proof(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Hand the proof that the mandat is in the journal: entry, salt, path, signed checkpoint.  Good without us."""
    mandat = mine(who, mandat_id)
    found = proof_of(mandat.id, MANDAT_SIGN)
    if found is None:
        raise Http404
    _tell(DOCUMENT_CONSULT, who, now, kind="preuve")
    headers = {"Content-Disposition": f'attachment; filename="mandat-{mandat.reference}.tlog-proof"'}
    return HttpResponse(str(found), content_type="text/plain; charset=utf-8", headers=headers)
