"""What the habilitation and the training add to the world: one of each, for each scope."""

from datetime import datetime
from uuid import UUID, uuid4

from aidants.comptes.models import Compte
from aidants.dispositif.activite.models import CompteRendu
from aidants.dispositif.formation.models import Certification, MembreOrganisme, Organisme
from aidants.dispositif.soutien.models import AppelSolidarite, CommandeKit
from aidants.habilitation.models import Dossier
from aidants.structures.models import Affectation, Structure
from mandats.registre.models import AccordContact, Usager
from mandats.registre.services.contacts import TELEPHONE, contact_digest
from tests.aidants.training_desk import TrainingDesk


def of_training(body: Organisme, agent: Compte, place: Structure, who: Compte) -> dict[str, object]:
    """Return a session of ``body``, the place that ``who`` took in it, and their certificate."""
    desk = TrainingDesk(place, who, body, agent)
    session = desk.session()
    found = {"session_id": session.id, "inscription_id": desk.inscribed(session).id, "organisme_id": body.id}
    return {**found, "certification_id": Certification.objects.get(compte=who).id}


def join_body(body: Organisme, who: Compte, now: datetime) -> None:
    """Let somebody mark for a body."""
    MembreOrganisme.objects.create(organisme=body, compte=who, started_at=now)


def of_habilitation(who: Compte, now: datetime) -> dict[str, object]:
    """Return a dossier handed in, and the place of somebody."""
    whole = {"etat": "en_instruction", "name": "Asso", "siret": "99999910500011", "submitted_at": now}
    dossier = Dossier.objects.create(email=f"{uuid4().hex}@example.org", created_at=now, **whole)
    return {"dossier_id": dossier.id, "affectation_id": Affectation.objects.get(compte=who).id}


def of_activity(place: Structure, who: Compte, now: datetime) -> dict[str, object]:
    """Return a report, an order of a kit, and a call of the national line."""
    plain = {"day": now.date(), "channel": "bureau", "kind": "individuel", "people": 1, "manner": "avec"}
    report = CompteRendu.objects.create(
        structure=place, compte=who, ages=[0] * 7, themes=["courriel"], outcome="fait", created_at=now, **plain
    )
    order = CommandeKit.objects.create(structure=place, ordered_by=who, articles={"guide": 1}, ordered_at=now)
    call = AppelSolidarite.objects.create(departement="75", theme="internet", received_at=now, received_by=who)
    return {"report_id": report.id, "commande_id": order.id, "call_id": call.id}


def of_letter(holder: Usager, now: datetime) -> dict[str, UUID]:
    """Return a letter that asks an usager to share their number, to be printed."""
    asked = {"kind": TELEPHONE, "contact_digest": contact_digest(TELEPHONE, holder.telephone), "asked_at": now}
    return {"accord_id": AccordContact.objects.create(subject_id=uuid4(), holder=holder, letter_at=now, **asked).id}
