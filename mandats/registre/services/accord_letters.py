"""Asks in writing who holds a landline for their accord, when they are not at the desk (DOMAIN §3.5).

No code reaches a landline.  The service writes to who holds it: by e-mail when it knows their address, else by a
letter of the accueil, whose code is made at its printing and kept as a digest.  Who asks never learns which.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision
from aidants.domain.telephone import in_french
from aidants.envois.outbox import post_email
from aidants.journal.record import record
from mandats.document.given import Letter
from mandats.document.render import render_letter
from mandats.domain import contact_errors, events
from mandats.domain.durees import french_date, local_date
from mandats.registre.models import AccordContact, Mandat, Usager
from mandats.registre.plis import recipient_of
from mandats.registre.services.accords import CODE_TRIES, accord_of, asker_known, give_code, locked_accord
from mandats.registre.services.avis import signed
from mandats.registre.services.brouillons import refuse
from mandats.registre.services.contacts import TELEPHONE, contact_digest
from mandats.registre.texts import service_contact

LETTER_LIVES = timedelta(days=30)
_OBJECT = "Partager votre numéro de téléphone ?"
_ASKS = (
    "{asker} veut être jointe, elle aussi, au {number}, que vous avez donné pour vos mandats.",
    "Si vous êtes d’accord, donnez-lui ce code : {code}. Il sert jusqu’au {until}.",
    "Sinon, ne faites rien : rien ne change pour vous. Vos mandats restent les vôtres, partagés avec personne.",
)


@transaction.atomic
def ask_in_writing(subject_id: UUID, value: str, asker: str, acteur: Acteur, now: datetime) -> Decision:
    """Ask who holds the landline ``value`` to share it with an usager; one request at a time, for thirty days.

    ``asker`` says who asks, as the message names them.
    """
    if asker_known(TELEPHONE, value, acteur):
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_YOURS, acteur, now, subject_id)
    email, holder = _holder(value, subject_id)
    if not email and holder is None:
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_FREE, acteur, now, subject_id)
    row = locked_accord(subject_id, TELEPHONE, value, acteur, now)
    if asked_in_writing(row, now):
        return refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_WRITTEN_ALREADY, acteur, now, subject_id)
    row.letter_at = row.asked_at = now
    row.holder, row.structure_id, row.code_digest, row.code_until = holder, acteur.structure_id, "", None
    row.save()
    if email:
        text = "\n\n".join(_words(asker, value, give_code(row, now, LETTER_LIVES), now + LETTER_LIVES))
        post_email(email, _OBJECT, f"Bonjour,\n\n{text}{signed()}", purpose="contact_accord", now=now, about=row.id)
    record(events.CONTACT_ASK, acteur=acteur, at=now, subject=subject_id, facts={"kind": TELEPHONE, "way": "ecrit"})
    return GRANTED


def _words(asker: str, value: str, code: str, until: datetime) -> tuple[str, ...]:
    facts = {"asker": asker[:80], "number": in_french(value), "code": f"{code[:3]} {code[3:]}"}
    facts["until"] = french_date(local_date(until, "Europe/Paris"))
    return tuple(line.format(**facts).replace(" ", " ") for line in _ASKS)


def _holder(value: str, subject_id: UUID) -> tuple[str, Usager | None]:
    """Return the address of who holds the number, or the usager to post a letter to: an aidant has an address."""
    usagers = Usager.objects.filter(telephone=value, erased_at__isnull=True).exclude(pk=subject_id)
    held = list(usagers.order_by("created_at", "id"))
    written = next((one.email for one in held if one.email), "")
    if not written:
        aidants = Compte.objects.filter(telephone=value, is_active=True).order_by("created_at", "id")
        written = aidants.values_list("email", flat=True).first() or ""
    return written, None if written or not held else held[0]


def asked_in_writing(row: AccordContact | None, now: datetime) -> bool:
    """Tell whether a request in writing stands: its letter waits to be printed, or its code may still be given."""
    if row is None or row.letter_at is None or row.confirmed_at is not None:
        return False
    waits = not row.code_digest and row.tries == 0
    return (waits and now - row.letter_at < LETTER_LIVES) or (
        row.code_until is not None and now < row.code_until and row.tries < CODE_TRIES
    )


def request_in_writing(subject_id: UUID, value: str, now: datetime) -> datetime | None:
    """Return when the holder of a landline was asked in writing, while they may still answer."""
    row = AccordContact.objects.filter(**accord_of(subject_id, TELEPHONE, value)).first()
    return row.letter_at if row and asked_in_writing(row, now) else None


def _waiting(now: datetime) -> Q:
    return Q(holder__isnull=False, code_digest="", confirmed_at__isnull=True, letter_at__gt=now - LETTER_LIVES)


def letters_of_accord(now: datetime) -> list[AccordContact]:
    """Return the requests whose letter is to be printed, the oldest first."""
    rows = AccordContact.objects.filter(_waiting(now)).select_related("holder")
    return list(rows.order_by("letter_at", "id"))


@transaction.atomic
def print_accord_letter(accord_id: UUID, acteur: Acteur, now: datetime) -> bytes | None:
    """Make the code of a letter and return its PDF, this once; ``None`` when it was printed, or asks nothing any more.

    May raise PaperNotMade: nothing is printed then, and it waits on.
    """
    row = AccordContact.objects.select_for_update(of=("self",)).filter(_waiting(now), pk=accord_id).first()
    holder = row.holder if row else None
    if row is None or holder is None:
        return None
    given = Mandat.objects.filter(usager=holder).select_related("structure").order_by("-accepted_at").first()
    if given is None or contact_digest(TELEPHONE, holder.telephone) != row.contact_digest:
        refuse(events.CONTACT_REFUSED, contact_errors.CONTACT_FREE, acteur, now, row.subject_id)
        row.delete()
        return None
    asker = f"Une personne aidée par {row.structure.name}" if row.structure else "Une personne qui confie des mandats"
    words = _words(asker, holder.telephone, give_code(row, now, LETTER_LIVES), now + LETTER_LIVES)
    record(events.CONTACT_PRINT, acteur=acteur, at=now, subject=holder.id, facts={"kind": TELEPHONE})
    contact = service_contact()
    return render_letter(
        Letter(
            recipient=recipient_of(holder, given.structure),
            place="Paris",
            written_at=now,
            time_zone="Europe/Paris",
            object=_OBJECT,
            paragraphs=words,
            service=contact,
            signatory=contact.name,
            closing=(f"Une question ? Téléphonez au {contact.telephone}.",),
        )
    )
