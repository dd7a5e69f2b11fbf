"""The copy of a person's data (RGPD 15 and 20): one archive with ``donnees.json``, ``releve.html`` and the papers.

The shape of ``donnees.json`` is a contract, described in ``deploy/export-des-donnees.md``; members are only added.
It is made when it is handed over and kept nowhere.
"""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from aidants.domain.errors import ErrorCode
from aidants.journal.record import record
from mandats.domain import errors_droits, events
from mandats.domain.droits import APPROVAL_LIVES, Droit
from mandats.domain.journal_usager import said_to_usager
from mandats.droits.demandes import APPROVED
from mandats.droits.models import Demande
from mandats.registre.models import Avis, Document, Mandat, Usager
from mandats.registre.selectors import STATES, state_of, timeline_of

VERSION = 1
_EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_FIELDS = (
    "given_name",
    "family_name",
    "preferred_username",
    "birthdate",
    "gender",
    "birthplace",
    "birthcountry",
    "email",
    "franceconnect_email",
    "telephone",
    "postal_address",
)


@transaction.atomic
def hand_export(demande: Demande, acteur: Acteur, now: datetime) -> bytes | Denied:
    """Return the archive of an approved request, during the seven days after the approval; journaled each time."""
    if demande.kind != Droit.EXPORT or demande.answer != APPROVED or not is_ready(demande, now):
        return _refused(errors_droits.DEMANDE_OVER, demande, acteur, now)
    usager = Usager.objects.filter(pk=demande.usager_id, erased_at__isnull=True).first()
    if usager is None:
        return _refused(errors_droits.DEMANDE_UNKNOWN, demande, acteur, now)
    record(events.EXPORT_HAND, acteur=acteur, at=now, subject=usager.id, facts={"demande": str(demande.id)})
    return archive_of(usager, now)


def _refused(reason: ErrorCode, demande: Demande, acteur: Acteur, now: datetime) -> Denied:
    event, facts = events.EXPORT_HAND_REFUSED, {"demande": str(demande.id)}
    record(event, acteur=acteur, at=now, subject=demande.usager_id, reason=reason.code, facts=facts)
    return Denied(reason)


def is_ready(demande: Demande, now: datetime) -> bool:
    """Tell whether the copy may still be handed over."""
    return demande.answered_at is not None and now < demande.answered_at + APPROVAL_LIVES


def archive_of(usager: Usager, now: datetime) -> bytes:
    """Return the ZIP archive: data for machines, the same for people, and each paper as it is kept."""
    told = data_of(usager, now)
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("donnees.json", json.dumps(told, ensure_ascii=False, indent=2))
        archive.writestr("releve.html", render_to_string("mandats/administration/export.html", {"told": told}))
        for paper in Document.objects.filter(mandat__usager=usager, erased_at__isnull=True).order_by("id"):
            archive.writestr(f"documents/{_name(paper)}", bytes(paper.content))
    return output.getvalue()


def _name(paper: Document) -> str:
    return f"{paper.id}-{paper.kind}-{paper.version}.{_EXTENSIONS.get(paper.content_type, 'bin')}"


def data_of(usager: Usager, now: datetime) -> dict[str, Any]:
    """Return all that the service knows of a person, as ``donnees.json`` holds it."""
    mandats = Mandat.objects.filter(usager=usager, erased_at__isnull=True).select_related("structure", "aidant")
    return {
        "version": VERSION,
        "service": settings.SERVICE_NAME,
        "produced_at": now.isoformat(timespec="seconds"),
        "person": {name: getattr(usager, name) for name in _FIELDS},
        "known_by_franceconnect": usager.sub_digest is not None,
        "mandats": [_mandat(row, now) for row in mandats.order_by("accepted_at", "id")],
        "avis": [_avis(row) for row in Avis.objects.filter(usager=usager).order_by("created_at", "id")],
        "openings": _acts(usager),
    }


def _mandat(mandat: Mandat, now: datetime) -> dict[str, Any]:
    return {
        "reference": mandat.reference,
        "state": STATES[state_of(mandat, now)],
        "structure": {
            "name": mandat.structure.name,
            "siret": mandat.structure.siret,
            "address": mandat.structure.address,
        },
        "aidant": mandat.aidant.full_name,
        "identity": mandat.identity,
        "consentement": mandat.consentement,
        "consented_at": _moment(mandat.consented_at),
        "accepted_at": _moment(mandat.accepted_at),
        "expires_at": _moment(mandat.expires_at),
        "ended_at": _moment(mandat.ended_at),
        "time_zone": mandat.time_zone,
        "demarches": [
            {"code": row.demarche, "label": DEMARCHES[row.demarche].label, "formalites": row.formalites}
            for row in mandat.autorisations.order_by("demarche")
        ],
        "text": mandat.frozen_text,
        "summary": mandat.summary,
        "acte": mandat.acte,
        "utilisations": _uses(mandat),
        "verifications": _verifications(mandat),
        "documents": [
            {"file": f"documents/{_name(row)}", "kind": row.kind, "sha256": row.sha256}
            for row in mandat.documents.filter(erased_at__isnull=True).defer("content").order_by("id")
        ],
        "acts": [_act(entry, who) for entry, who in timeline_of(mandat.id)],
    }


def _uses(mandat: Mandat) -> list[dict[str, Any]]:
    rows = mandat.utilisations.select_related("aidant", "autorisation").order_by("created_at", "id")
    return [
        {
            "used_on": row.used_on.isoformat(),
            "written_at": _moment(row.created_at),
            "demarche": row.autorisation.demarche,
            "aidant": row.aidant.full_name,
            "channel": row.channel,
            "body": row.body,
            "description": row.description,
        }
        for row in rows
    ]


def _verifications(mandat: Mandat) -> list[dict[str, Any]]:
    return [
        {
            "at": _moment(row.created_at),
            "organisation": row.organisation,
            "authenticated": row.authenticated,
            "demarche": row.demarche,
            "answer": row.answer,
        }
        for row in mandat.verifications.order_by("created_at", "id")
    ]


def _avis(row: Avis) -> dict[str, Any]:
    return {"at": _moment(row.created_at), "channel": row.channel, "subject": row.objet, "text": row.texte}


def _act(entry: Any, who: str) -> dict[str, Any]:
    said = ", ".join(filter(None, said_to_usager(entry.event, who, by_usager=entry.acteur_kind == Kind.USAGER)))
    return {"at": _moment(entry.at), "event": entry.event, "by": who, "reason": entry.reason, "said": said}


def _acts(usager: Usager) -> list[dict[str, Any]]:
    """Return what the journal tells about the person rather than about one mandat."""
    return [_act(entry, who) for entry, who in timeline_of(usager.id)]


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
