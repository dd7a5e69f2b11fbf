"""« Je n’ai pas demandé cela »: the usager objects to a use, the structure's referent answers, nothing is edited."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.roles import Role
from aidants.envois.outbox import post_email
from aidants.journal.record import record
from aidants.structures.team import referents_of
from mandats.domain import avis_suites, errors, errors_droits, events
from mandats.domain.durees import french_date
from mandats.registre.models import Contestation, Mandat, Utilisation
from mandats.registre.services.avis import announce
from mandats.registre.services.told import usager_page

_TOLD = (
    "Une personne dit ne pas avoir demandé une utilisation de son mandat {reference}.\n\n"
    "{place}\n\nVoir et répondre : {address}\n"
)


@transaction.atomic
def object_to_use(
    utilisation_id: UUID, acteur: Acteur, words: str, now: datetime, mandat_id: UUID | None = None
) -> Contestation | Denied:
    """Write that the usager did not ask for a use of theirs, once; tell the referents and the instructeurs.

    ``mandat_id`` limits it to the mandat whose code was given.
    """
    rows = Utilisation.objects.select_for_update(of=("self",)).filter(pk=utilisation_id, mandat__usager=acteur.id)
    rows = rows.filter(mandat=mandat_id) if mandat_id else rows
    use = rows.select_related("mandat__structure").first()
    if use is None:
        return _refuse(errors.AUTORISATION_UNKNOWN, None, acteur, now)
    if Contestation.objects.filter(utilisation=use).exists():
        return _refuse(errors.ALREADY_OBJECTED, use, acteur, now)
    made = Contestation.objects.create(utilisation=use, mandat=use.mandat, words=words.strip(), created_at=now)
    facts, place = {"utilisation": str(use.id)}, use.mandat.structure_id
    record(events.OBJECTION, acteur=acteur, at=now, subject=use.mandat_id, structure=place, facts=facts)
    _tell_those_who_answer(use.mandat, now)
    return made


def _refuse(reason: ErrorCode, use: Utilisation | None, acteur: Acteur, now: datetime) -> Denied:
    subject, place = (use.mandat_id, use.mandat.structure_id) if use else (None, None)
    refused = events.OBJECTION_REFUSED
    record(refused, acteur=acteur, at=now, subject=subject, structure=place, reason=reason.code)
    return Denied(reason)


def _tell_those_who_answer(mandat: Mandat, now: datetime) -> None:
    """Write to each referent of the structure and to each instructeur; the message says nothing of whom or what."""
    referents = referents_of(mandat.structure_id)
    held = Fonction.objects.filter(role=Role.INSTRUCTEUR, ended_at__isnull=True, compte__is_active=True)
    people = Compte.objects.filter(
        pk__in=[*referents.values_list("pk", flat=True), *held.values_list("compte", flat=True)]
    )
    text = _TOLD.format(
        reference=mandat.reference, place=mandat.structure.name, address=f"{settings.ISSUER}/desaccords"
    )
    for email in people.order_by("email").values_list("email", flat=True):
        post_email(email, "Un désaccord attend une réponse", text, purpose="contestation", now=now, about=mandat.id)


@transaction.atomic
def answer_objection(contestation_id: UUID, acteur: Acteur, answer: str, now: datetime) -> Contestation | Denied:
    """Answer once, as a referent of the structure; the usager is told, and reads it on their page.

    Who acted does not answer for themselves where somebody else can.
    """
    found = objections_within(acteur).select_for_update(of=("self",)).filter(pk=contestation_id).first()
    if found is None or acteur.role != Role.REFERENT:
        return _refuse(errors.AUTORISATION_UNKNOWN, None, acteur, now)
    others = referents_of(found.mandat.structure_id).exclude(pk=acteur.known_id)
    if found.utilisation.aidant_id == acteur.id and others.exists():
        return _refuse(errors_droits.OBJECTION_ONE_S_OWN, found.utilisation, acteur, now)
    if found.answered_at is not None or not answer.strip():
        return _refuse(errors.ALREADY_ANSWERED, found.utilisation, acteur, now)
    found.answer, found.answered_by_id, found.answered_at = answer.strip(), acteur.known_id, now
    found.save(update_fields=("answer", "answered_by", "answered_at"))
    facts = {"utilisation": str(found.utilisation_id)}
    record(events.OBJECTION_ANSWER, acteur=acteur, at=now, subject=found.mandat_id, facts=facts)
    announce(
        avis_suites.REPONSE,
        found.mandat,
        now,
        key=f"reponse:{found.id}",
        jour=french_date(found.utilisation.used_on),
        reponse=found.answer,
        page=usager_page(),
    )
    return found


def objections_within(acteur: Acteur) -> QuerySet[Contestation]:
    """Return the objections that this acteur may read: of their structure, or all of them for an instructeur."""
    rows = Contestation.objects.select_related(
        "utilisation__aidant", "utilisation__autorisation", "mandat__structure", "answered_by"
    ).order_by("answered_at", "created_at", "id")
    return rows.filter(mandat__structure=acteur.structure_id) if acteur.structure_id else rows
