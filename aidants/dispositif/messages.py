"""Messages about an application, both ways; each is told by e-mail, without its words."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from aidants.comptes.avis import write
from aidants.dispositif.courriels import Courriel
from aidants.dispositif.models import Candidature, MessageCandidature
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.dispositif.errors import MESSAGE_EMPTY
from aidants.domain.dispositif.etats import EtatCandidature
from aidants.domain.dispositif.events import CANDIDATURE_MESSAGE
from aidants.journal.record import record


@transaction.atomic
def send_message(
    candidature: Candidature, text: str, acteur: Acteur, now: datetime, *, from_applicant: bool
) -> MessageCandidature | Denied:
    """Write a message; the applicant is told by e-mail that one waits, the instruction sees it on its list."""
    text = text.strip()
    if not text or candidature.state == EtatCandidature.BROUILLON:
        return Denied(MESSAGE_EMPTY)
    made = MessageCandidature.objects.create(
        candidature=candidature,
        from_applicant=from_applicant,
        author_id=acteur.id if acteur.kind is Kind.COMPTE else None,
        text=text,
        created_at=now,
    )
    facts = {"from_applicant": from_applicant}
    record(CANDIDATURE_MESSAGE, acteur=acteur, at=now, subject=candidature.id, facts=facts)
    if not from_applicant:
        write(candidature.email, Courriel.CANDIDATURE_MESSAGE, now, about=candidature.id, dossier=candidature.name)
    return made


def messages_of(candidature_id: UUID) -> list[MessageCandidature]:
    """Return the messages of an application, oldest first."""
    found = MessageCandidature.objects.filter(candidature=candidature_id).select_related("author")
    return list(found.order_by("created_at", "id"))


def mark_read(candidature_id: UUID, now: datetime, *, from_applicant: bool) -> None:
    """Note that one side's messages were seen by the other."""
    unread = MessageCandidature.objects.filter(candidature=candidature_id, read_at__isnull=True)
    unread.filter(from_applicant=from_applicant).update(read_at=now)
