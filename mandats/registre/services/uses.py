"""Writes utilisations: through the bridge, or declared by the aidant."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.journal.record import record
from mandats.domain import errors, events
from mandats.domain.durees import local_date
from mandats.domain.rules import may_use
from mandats.registre.models import Autorisation, Utilisation
from mandats.registre.selectors import annotated_autorisations, facts_of

DECLARED_CHANNELS = {"telephone": "par téléphone", "courrier": "par courrier", "guichet": "au guichet"}


@transaction.atomic
def declare_utilisation(
    autorisation_id: UUID,
    acteur: Acteur,
    *,
    channel: str,
    body: str,
    description: str,
    used_on: date,
    now: datetime,
) -> Utilisation | Denied:
    """Declare a use made by telephone, letter or at a counter.

    ``used_on`` lies between the day of acceptation and today, in the structure's zone.
    """
    row = (
        annotated_autorisations(acteur)
        .select_for_update(of=("self", "mandat"))
        .filter(pk=autorisation_id, structure=acteur.structure_id)
        .first()
    )
    if row is None:
        return _refuse(Denied(errors.AUTORISATION_UNKNOWN), None, acteur, now)
    verdict = may_use(facts_of(row, now))
    if isinstance(verdict, Denied):
        return _refuse(verdict, row, acteur, now)
    zone = row.mandat.time_zone
    in_time = local_date(row.mandat.accepted_at, zone) <= used_on <= local_date(now, zone)
    if channel not in DECLARED_CHANNELS or not (body.strip() and description.strip() and in_time):
        return _refuse(Denied(errors.DECLARATION_REFUSED), row, acteur, now)
    use = _write(row, acteur, channel, body.strip(), description.strip(), used_on, now)
    facts = {"channel": channel, "demarche": row.demarche, "utilisation": str(use.id)}
    record(events.UTILISATION_DECLARE, acteur=acteur, at=now, subject=row.mandat_id, facts=facts)
    return use


def _refuse(denied: Denied, row: Autorisation | None, acteur: Acteur, now: datetime) -> Denied:
    subject = row.mandat_id if row else None
    event = events.UTILISATION_DECLARE_REFUSED
    record(event, acteur=acteur, at=now, subject=subject, reason=denied.reason.code)
    return denied


def _write(
    row: Autorisation,
    acteur: Acteur,
    channel: str,
    body: str,
    description: str,
    used_on: date,
    now: datetime,
    client_id: UUID | None = None,
) -> Utilisation:
    return Utilisation.objects.create(
        autorisation_id=row.id,
        mandat_id=row.mandat_id,
        aidant_id=acteur.known_id,
        channel=channel,
        body=body,
        description=description,
        client_id=client_id,
        used_on=used_on,
        created_at=now,
    )


def record_bridge_use(
    row: Autorisation, acteur: Acteur, *, client_id: UUID, client_name: str, now: datetime
) -> Utilisation:
    """Write a use through the bridge, in the caller's transaction and after its ``may_use``.

    ``row`` was fetched with its mandat (``annotated_autorisations``).
    """
    used_on = local_date(now, row.mandat.time_zone)
    use = _write(row, acteur, "bridge", client_name, "", used_on, now, client_id)
    facts = {"client": str(client_id), "demarche": row.demarche, "utilisation": str(use.id)}
    record(events.UTILISATION_BRIDGE, acteur=acteur, at=now, subject=row.mandat_id, facts=facts)
    return use


@transaction.atomic
def record_refused_use(
    mandat_id: UUID | None,
    acteur: Acteur,
    denied: Denied,
    *,
    client_id: UUID,
    demarche: str,
    step: str,
    now: datetime,
) -> None:
    """Journal that a use was refused at ``step`` (choice, token, userinfo, introspection)."""
    facts = {"client": str(client_id), "demarche": demarche, "step": step}
    reason = denied.reason.code
    record(events.UTILISATION_REFUSED, acteur=acteur, at=now, subject=mandat_id, reason=reason, facts=facts)
