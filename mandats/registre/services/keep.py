"""The ends of keeping (DOMAIN §3.7): out of the structure's sight, into the restricted archive, then nothing.

Locks the usager's row first, then the mandats: whoever concludes a mandat for the same person comes wholly before or
wholly after.  What is emptied stays as rows, so that the register, the journal and the status lists still agree.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Least

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.envois.models import Envoi
from aidants.journal.models import Entree
from aidants.journal.record import record
from aidants.journal.salts import destroy_salts
from mandats.domain import events
from mandats.domain.conservation import ACTIVE_YEARS, KEPT_YEARS, VISIBLE, Phase, end_of, phase_at, years_after
from mandats.domain.motifs import MotifDeFin
from mandats.registre.models import (
    AccordContact,
    Autorisation,
    Avis,
    ChangementContact,
    CodeUsager,
    Contestation,
    Correction,
    Document,
    Horodatage,
    Mandat,
    Usager,
    Utilisation,
    Verification,
)

_BATCH = 100
_GONE = "(effacé)"
"""Where the database wants a word."""
_CONTACTS = {"email": "", "franceconnect_email": "", "telephone": "", "postal_address": ""}


def _ended_before(moment: datetime) -> QuerySet[Mandat]:
    """Return mandats not erased whose end lies before ``moment``."""
    rows = Mandat.objects.filter(erased_at__isnull=True)
    return rows.annotate(end=Least("ended_at", "expires_at")).filter(end__lte=moment)


def archive_due(now: datetime) -> int:
    """Take out of the structures' sight what ended 365 days ago (DOMAIN §3.4); return how many."""
    due = _ended_before(now - VISIBLE).filter(archived_at__isnull=True).order_by("id")
    return sum(archive_mandat(pk, SYSTEME, now) for pk in list(due.values_list("pk", flat=True)[:_BATCH]))


@transaction.atomic
def archive_mandat(mandat_id: UUID, acteur: Acteur, now: datetime) -> bool:
    """Archive one ended mandat; False when it stands, or is archived already."""
    mandat = Mandat.objects.select_for_update().filter(pk=mandat_id, archived_at__isnull=True).first()
    if mandat is None or now < end_of(mandat.ended_at, mandat.expires_at):
        return False
    _close(mandat)
    mandat.archived_at = now
    mandat.save(update_fields=("ended_at", "motif", "archived_at"))
    place = mandat.structure_id
    record(events.MANDAT_ARCHIVE, acteur=acteur, at=now, subject=mandat.id, structure=place)
    return True


def _close(mandat: Mandat) -> None:
    """Write the end that the calendar brought, so that no row stands for ever."""
    if mandat.ended_at is None:
        mandat.ended_at, mandat.motif = mandat.expires_at, MotifDeFin.TERME
    standing = Autorisation.objects.filter(mandat=mandat, ended_at__isnull=True)
    standing.update(ended_at=mandat.ended_at, motif=mandat.motif)


def restrict_due(now: datetime) -> int:
    """Let go, three years after the end, of what only the active base needs: codes, and contacts; return how many.

    Contacts go once no mandat of the person ended less than three years ago.
    """
    edge = years_after(now, -ACTIVE_YEARS)
    CodeUsager.objects.filter(mandat__in=_ended_before(edge).values("pk")).delete()
    recent = Mandat.objects.filter(usager=OuterRef("pk")).annotate(end=Least("ended_at", "expires_at"))
    reachable = ~Q(email="") | ~Q(franceconnect_email="") | ~Q(telephone="") | ~Q(postal_address="")
    found = Usager.objects.filter(reachable, ~Exists(recent.filter(end__gt=edge)), mandats__isnull=False)
    ids = list(found.order_by("id").values_list("pk", flat=True).distinct()[:_BATCH])
    return sum(_forget_contacts(pk, edge, now) for pk in ids)


@transaction.atomic
def _forget_contacts(usager_id: UUID, edge: datetime, now: datetime) -> bool:
    usager = Usager.objects.select_for_update().get(pk=usager_id)
    ends = Mandat.objects.filter(usager=usager).annotate(end=Least("ended_at", "expires_at"))
    if ends.filter(end__gt=edge).exists():
        return False
    forget_contacts(usager)
    record(events.CONTACTS_ERASE, acteur=SYSTEME, at=now, subject=usager.id)
    return True


def forget_contacts(usager: Usager) -> None:
    """Empty the contacts of an usager whose row the caller holds, those of before included."""
    changes = ChangementContact.objects.filter(usager=usager)
    accords = AccordContact.objects.filter(Q(subject_id=usager.pk) | Q(holder=usager))
    told_of = [pk for rows in (changes, accords) for pk in rows.values_list("pk", flat=True)]
    Envoi.objects.filter(subject_id__in=told_of).delete()
    changes.delete()
    accords.delete()
    Usager.objects.filter(pk=usager.pk).update(**_CONTACTS)


def erase_due(now: datetime) -> int:
    """Erase every mandat whose keeping is over, and each person whose last one it was; return how many mandats.

    Six years after the end, to the second.  One transaction a person.
    """
    # A day more for the end of February; the rule decides each mandat, the oldest first.
    edge = years_after(now, -KEPT_YEARS) + timedelta(days=1)
    due = _ended_before(edge).order_by(Least("ended_at", "expires_at"), "id")
    persons = dict.fromkeys(due.values_list("usager", flat=True)[:_BATCH])
    return sum(erase_usager(pk, SYSTEME, now) for pk in persons)


@transaction.atomic
def erase_usager(usager_id: UUID, acteur: Acteur, now: datetime) -> int:
    """Erase what is due of one person; return how many mandats that was.

    The identity goes with the last mandat.  Whatever the caller knew is read again under the lock.
    """
    usager = Usager.objects.select_for_update().filter(pk=usager_id, erased_at__isnull=True).first()
    if usager is None:
        return 0
    kept = list(Mandat.objects.select_for_update().filter(usager=usager, erased_at__isnull=True).order_by("id"))
    due = [row for row in kept if phase_at(end_of(row.ended_at, row.expires_at), now) is Phase.A_EFFACER]
    for mandat in due:
        _erase_mandat(mandat, acteur, now)
    if len(due) == len(kept):
        erase_identity(usager, acteur, now)
    return len(due)


def _erase_mandat(mandat: Mandat, acteur: Acteur, now: datetime) -> None:
    """Empty one mandat and all that hangs on it; the digests of what was signed and shown stay."""
    _close(mandat)
    mandat.archived_at = mandat.archived_at or now
    mandat.acte = mandat.frozen_text = mandat.summary = ""
    mandat.erased_at, mandat.autonomy = now, {}
    emptied = ("acte", "frozen_text", "summary", "autonomy", "erased_at")
    mandat.save(update_fields=("ended_at", "motif", "archived_at", *emptied))
    _forget_messages(mandat)
    papers = _empty_what_hangs_on(mandat, now)
    destroy_salts([mandat.id, *_brouillons_of(mandat.id)], acteur=acteur, now=now)
    facts, place = {"documents": papers}, mandat.structure_id
    record(events.MANDAT_ERASE, acteur=acteur, at=now, subject=mandat.id, structure=place, facts=facts)


def _forget_messages(mandat: Mandat) -> None:
    """Delete what the outbox knows of it, and empty what the usager was told."""
    told = Avis.objects.filter(mandat=mandat)
    Envoi.objects.filter(Q(subject_id=mandat.id) | Q(subject_id__in=list(told.values_list("pk", flat=True)))).delete()
    told.update(objet="", texte="", envoi_id=None)


def _empty_what_hangs_on(mandat: Mandat, now: datetime) -> int:
    """Empty every free text and every byte; return how many papers went."""
    Autorisation.objects.filter(mandat=mandat).update(formalites=[])
    Utilisation.objects.filter(mandat=mandat).update(description="")
    Utilisation.objects.filter(mandat=mandat).exclude(channel="bridge").update(body="")
    Correction.objects.filter(utilisation__mandat=mandat).update(reason=_GONE)
    Contestation.objects.filter(mandat=mandat).update(words="")
    Contestation.objects.filter(mandat=mandat, answered_at__isnull=False).update(answer=_GONE)
    Verification.objects.filter(mandat=mandat).update(receipt="", idempotency_key="")
    Verification.objects.filter(mandat=mandat, authenticated=False).update(organisation="")
    CodeUsager.objects.filter(mandat=mandat).delete()
    Horodatage.objects.filter(document__mandat=mandat).delete()
    papers = Document.objects.filter(mandat=mandat, erased_at__isnull=True)
    return papers.update(content=b"", erased_at=now)


def _brouillons_of(mandat_id: UUID) -> list[UUID]:
    """Return the brouillon that the mandat came from: its entries have salts too."""
    signed = Entree.objects.filter(subject_id=mandat_id, event=events.MANDAT_SIGN.code)
    return [UUID(found) for entry in signed.order_by("id") for found in _named(bytes(entry.body))]


def _named(body: bytes) -> Iterable[str]:
    named = body.partition(b'"brouillon":"')[2].partition(b'"')[0].decode()
    return [named] if named else []


def erase_identity(usager: Usager, acteur: Acteur, now: datetime) -> None:
    """Empty every text column of the person, whatever columns there are; the caller holds the row."""
    emptied: dict[str, object] = {
        field.name: None if field.null else ""
        for field in Usager._meta.concrete_fields  # noqa: SLF001 -- Django's documented API
        if isinstance(field, models.CharField | models.TextField)
    }
    told = Avis.objects.filter(usager=usager, mandat__isnull=True)
    Envoi.objects.filter(Q(subject_id=usager.pk) | Q(subject_id__in=list(told.values_list("pk", flat=True)))).delete()
    told.update(objet="", texte="", envoi_id=None)
    forget_contacts(usager)
    Usager.objects.filter(pk=usager.pk).update(**emptied, erased_at=now)
    destroy_salts([usager.id], acteur=acteur, now=now)
    record(events.USAGER_ERASE, acteur=acteur, at=now, subject=usager.id)
