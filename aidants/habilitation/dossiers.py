"""A structure's habilitation dossier, from its first line to the decision (DOMAIN §5).

Whoever writes it has no account: a link sent to their address brings them back, serves once and lives seven days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from aidants.batches import delete_by_batches
from aidants.comptes.avis import Avis, write
from aidants.comptes.liens import DAY, code_digest, may_send, new_code
from aidants.domain.acteur import ANONYME, SYSTEME, Acteur
from aidants.domain.activite import errors, events
from aidants.domain.activite.dossier import (
    REASONED,
    TO_FILL,
    DossierFacts,
    Etat,
    may_move,
    may_submit,
)
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif.delais import BROUILLON_LIFE, DECIDED_LIFE, UNANSWERED_LIFE, VALIDATED_LIFE
from aidants.domain.errors import ErrorCode
from aidants.habilitation.models import Dossier, DossierAidant, DossierMessage, LienHabilitation
from aidants.journal.limits import one_at_a_time
from aidants.journal.record import record

LIFE = timedelta(days=7)
_PURPOSE = "dossier"
_PERSONAL = (
    "email", "telephone", "referent_given_name", "referent_family_name", "referent_email", "referent_profession",
    "link_digest",
)  # fmt: skip
REQUIRED = (
    "name", "siret", "kind", "street", "postcode", "city", "insee_code",
    "referent_given_name", "referent_family_name", "referent_email", "referent_profession",
)  # fmt: skip


@transaction.atomic
def send_link(email: str, now: datetime) -> None:
    """Open a dossier for an address that has none under way, and send the link that leads to it; say nothing else.

    Links sent before stand: anybody may ask for one.  Requests about one address pass one after the other.
    """
    email = email.strip().lower()
    one_at_a_time(f"dossier {email}")
    found = Dossier.objects.filter(email=email).exclude(etat=Etat.CLOTUREE)
    dossier = found.order_by("-created_at", "id").first()
    if dossier is None:
        dossier = Dossier.objects.create(email=email, created_at=now)
        record(events.DOSSIER_OPEN, acteur=ANONYME, at=now, subject=dossier.id)
    sent = LienHabilitation.objects.filter(dossier__email=email, created_at__gt=now - DAY).order_by("-created_at")
    if not may_send(list(sent.values_list("created_at", flat=True)), now):
        return
    code, until = new_code(), now + LIFE
    dossier.liens.create(digest=code_digest(_PURPOSE, code), created_at=now, expires_at=until)
    link = f"{settings.ISSUER}/habilitation/reprise#{code}"
    write(email, Avis.HABILITATION_LIEN, now, about=dossier.id, link=link, code=code, until=until)


@transaction.atomic
def spend_link(code: str, now: datetime) -> Dossier | Denied:
    """Return the dossier that a link leads to; of two who bring it at once, one enters."""
    digest = code_digest(_PURPOSE, code)
    standing = LienHabilitation.objects.filter(digest=digest, used_at__isnull=True, expires_at__gt=now)
    lien = standing.select_related("dossier").first()
    if lien is not None and LienHabilitation.objects.filter(pk=lien.pk, used_at__isnull=True).update(used_at=now):
        return lien.dossier
    before = Dossier.objects.filter(link_digest=digest, link_expires_at__gt=now)
    dossier = before.first()
    if dossier is None or not before.update(link_digest="", link_expires_at=None):
        return Denied(errors.DOSSIER_LINK_GONE)
    return dossier


@transaction.atomic
def save_dossier(dossier_id: UUID, fields: Mapping[str, Any], aidants: Sequence[Mapping[str, str]]) -> Decision:
    """Keep what was typed, whole or not; refused once the dossier is in others' hands."""
    dossier = Dossier.objects.select_for_update().get(pk=dossier_id)
    if Etat(dossier.etat) not in TO_FILL:
        return Denied(errors.DOSSIER_MOVED)
    for name, value in fields.items():
        setattr(dossier, name, value)
    dossier.save()
    dossier.aidants.all().delete()
    DossierAidant.objects.bulk_create(DossierAidant(dossier=dossier, **row) for row in aidants)
    return GRANTED


@transaction.atomic
def submit_dossier(dossier_id: UUID, now: datetime) -> Decision:
    """Hand the dossier in."""
    dossier = Dossier.objects.select_for_update().get(pk=dossier_id)
    people = dict(dossier.aidants.order_by("id").values_list("email", "statut"))
    missing = [name for name in REQUIRED if not getattr(dossier, name)]
    if dossier.referent_is_aidant:
        people.setdefault(dossier.referent_email.lower(), dossier.referent_statut)
    facts = DossierFacts(Etat(dossier.etat), dossier.siret, missing, dossier.declarations, len(people), people.values())
    verdict = may_submit(facts)
    if isinstance(verdict, Denied):
        reason = verdict.reason.code
        record(events.DOSSIER_SUBMIT_REFUSED, acteur=ANONYME, at=now, subject=dossier_id, reason=reason)
        return verdict
    dossier.etat, dossier.submitted_at = Etat.EN_INSTRUCTION, now
    dossier.save(update_fields=("etat", "submitted_at"))
    record(events.DOSSIER_SUBMIT, acteur=ANONYME, at=now, subject=dossier_id, facts={"aidants": len(people)})
    return GRANTED


@transaction.atomic
def write_message(dossier_id: UUID, text: str, acteur: Acteur, now: datetime) -> DossierMessage:
    """Add a word, from the instructeur or (``ANONYME``) from the structure; the other side is told of it."""
    dossier = Dossier.objects.get(pk=dossier_id)
    made = DossierMessage.objects.create(dossier=dossier, auteur_id=acteur.id, text=text, written_at=now)
    record(events.DOSSIER_MESSAGE, acteur=acteur, at=now, subject=dossier_id)
    if acteur.id is not None:
        _tell(dossier, now)
    return made


def _tell(dossier: Dossier, now: datetime) -> None:
    write(dossier.email, Avis.DOSSIER_NOUVELLE, now, about=dossier.id, where=f"{settings.ISSUER}/habilitation")


@dataclass(frozen=True, slots=True)
class Decided:
    """What the instructeur decides: the state, and the words that the structure reads."""

    etat: Etat
    why: str = ""


@transaction.atomic
def decide_dossier(dossier_id: UUID, decided: Decided, acteur: Acteur, now: datetime) -> Decision:
    """Refuse, ask for changes, or close a dossier; validating is ``validation.validate_dossier``."""
    dossier = Dossier.objects.select_for_update().get(pk=dossier_id)
    reason = refusal_of(dossier, decided)
    if reason is not None:
        return refuse_decision(dossier, decided.etat, reason, acteur, now)
    move(dossier, decided.etat, now)
    if decided.why.strip():
        DossierMessage.objects.create(
            dossier=dossier, auteur_id=acteur.known_id, text=decided.why.strip(), written_at=now
        )
    record(events.DOSSIER_DECIDE, acteur=acteur, at=now, subject=dossier_id, facts={"etat": decided.etat.value})
    _tell(dossier, now)
    return GRANTED


def refusal_of(dossier: Dossier, decided: Decided) -> ErrorCode | None:
    """Return why a decision may not be taken, if it may not."""
    verdict = may_move(Etat(dossier.etat), decided.etat)
    if isinstance(verdict, Denied):
        return verdict.reason
    return errors.REASON_MISSING if decided.etat in REASONED and not decided.why.strip() else None


def refuse_decision(dossier: Dossier, etat: Etat, reason: ErrorCode, acteur: Acteur, now: datetime) -> Denied:
    """Journal a decision that may not be taken."""
    facts = {"etat": etat.value}
    event = events.DOSSIER_DECIDE_REFUSED
    record(event, acteur=acteur, at=now, subject=dossier.id, reason=reason.code, facts=facts)
    return Denied(reason)


def move(dossier: Dossier, etat: Etat, now: datetime) -> None:
    """Write the state that was decided."""
    dossier.etat, dossier.decided_at = etat, now
    dossier.save(update_fields=("etat", "decided_at", "structure"))


def queue(etat: str) -> QuerySet[Dossier]:
    """Return the dossiers in one state, or all that were handed in; the oldest first."""
    rows = Dossier.objects.exclude(etat=Etat.BROUILLON)
    return (rows.filter(etat=etat) if etat else rows).order_by("submitted_at", "id")


def twins_of(dossier: Dossier) -> QuerySet[Dossier]:
    """Return the other dossiers that were handed in with the same SIRET."""
    same = Dossier.objects.filter(siret=dossier.siret).exclude(pk=dossier.pk).exclude(siret="")
    return same.exclude(etat=Etat.BROUILLON).order_by("submitted_at", "id")


@transaction.atomic
def purge_dossiers(now: datetime) -> int:
    """Forget what is due: drafts left for three months, dossiers refused or closed, changes that nobody made, links.

    A dossier that made a structure keeps that, and forgets its persons a year later.  Durations: ``delais``.
    """
    delete_by_batches(LienHabilitation.objects.filter(expires_at__lt=now - DAY))
    draft = Q(etat=Etat.BROUILLON, submitted_at__isnull=True, created_at__lt=now - BROUILLON_LIFE)
    over = Q(etat__in=(Etat.REFUSEE, Etat.CLOTUREE), decided_at__lt=now - DECIDED_LIFE)
    unanswered = Q(etat=Etat.MODIFICATIONS_DEMANDEES, decided_at__lt=now - UNANSWERED_LIFE)
    due = Dossier.objects.filter(draft | over | unanswered, structure__isnull=True)
    old = Dossier.objects.filter(structure__isnull=False, decided_at__lt=now - VALIDATED_LIFE).exclude(email="")
    emptied = list(old.values_list("id", flat=True))
    count = due.count() + len(emptied)
    if count:
        due.delete()
        DossierAidant.objects.filter(dossier__in=emptied).delete()
        DossierMessage.objects.filter(dossier__in=emptied).delete()
        Dossier.objects.filter(pk__in=emptied).update(**dict.fromkeys(_PERSONAL, ""))
        record(events.DOSSIER_PURGE, acteur=SYSTEME, at=now, facts={"count": count})
    return count
