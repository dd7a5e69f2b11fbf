"""Writes utilisations: through the bridge, or declared by the aidant.  Each one is told to the usager, once."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from aidants.compiled import CompiledInsert
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.events import Event
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record, record_counted
from mandats.domain import errors, events, perimetre_errors
from mandats.domain.durees import local_date
from mandats.domain.rules import may_use
from mandats.domain.utilisations import DECLARED_CHANNELS, MANNERS
from mandats.registre.models import Autorisation, Utilisation
from mandats.registre.selectors import annotated_autorisations, facts_of
from mandats.registre.services.single_use import close_spent, spent
from mandats.registre.services.told import tell_reserved_act, tell_use


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
    manner: str = "",
    reserved_act: str = "",
) -> Utilisation | Denied:
    """Declare a use made by telephone, letter or at a counter.

    ``reserved_act``: the act that the mandat names by its name, if the use was one; the usager is told of it at once.

    ``used_on`` lies between the day of acceptation and today, in the structure's zone.  ``manner`` is a key of
    ``MANNERS``, or empty.
    """
    row = (
        annotated_autorisations(acteur)
        .select_for_update(of=("mandat", "self"))
        .filter(pk=autorisation_id, structure=acteur.structure_id)
        .first()
    )
    if row is None:
        return _refuse(_DECLARE_REFUSED, Denied(errors.AUTORISATION_UNKNOWN), None, acteur, now)
    verdict = may_use_once(row, now) and _names(row, reserved_act)
    if isinstance(verdict, Denied):
        return _refuse(_DECLARE_REFUSED, verdict, row.mandat_id, acteur, now)
    zone = row.mandat.time_zone
    in_time = local_date(row.mandat.accepted_at, zone) <= used_on <= local_date(now, zone)
    known = channel in DECLARED_CHANNELS and manner in ("", *MANNERS)
    if not (known and body.strip() and description.strip() and in_time):
        return _refuse(_DECLARE_REFUSED, Denied(errors.DECLARATION_REFUSED), row.mandat_id, acteur, now)
    use = _write(
        row, acteur, channel, body.strip(), description.strip(), used_on, now, manner, reserved_act=reserved_act
    )
    facts = {"channel": channel, "demarche": row.demarche, "manner": manner, "utilisation": str(use.id)}
    facts |= {"reserved_act": reserved_act} if reserved_act else {}
    record(events.UTILISATION_DECLARE, acteur=acteur, at=now, subject=row.mandat_id, facts=facts)
    tell_use(use, row, now)
    if reserved_act:
        tell_reserved_act(use, row, now)
    if row.mandat.single_use:
        close_spent(row.mandat, acteur, now)
    return use


def may_use_once(row: Autorisation, now: datetime, *, crosses_to_franceconnect: bool = False) -> Decision:
    """Decide a new use of a locked row."""
    facts = facts_of(row, now, crosses_to_franceconnect=crosses_to_franceconnect, single_use_spent=spent(row.mandat))
    return may_use(facts)


def _names(row: Autorisation, reserved_act: str) -> Decision:
    """A reserved act is covered only if the mandat names it (C. civ. 1988)."""
    named = not reserved_act or reserved_act in row.mandat.reserved_acts
    return GRANTED if named else Denied(perimetre_errors.RESERVED_ACT_NOT_NAMED)


_DECLARE_REFUSED = events.UTILISATION_DECLARE_REFUSED


def _refuse(event: Event, denied: Denied, mandat_id: UUID | None, acteur: Acteur, now: datetime) -> Denied:
    record(event, acteur=acteur, at=now, subject=mandat_id, reason=denied.reason.code)
    return denied


def _write(
    row: Autorisation,
    acteur: Acteur,
    channel: str,
    body: str,
    description: str,
    used_on: date,
    now: datetime,
    manner: str,
    client_id: UUID | None = None,
    reserved_act: str = "",
) -> Utilisation:
    made = Utilisation(
        autorisation_id=row.id,
        mandat_id=row.mandat_id,
        aidant_id=acteur.known_id,
        channel=channel,
        body=body,
        description=description,
        manner=manner,
        reserved_act=reserved_act,
        client_id=client_id,
        used_on=used_on,
        created_at=now,
    )
    return _USES.write(made)


_USES = CompiledInsert(Utilisation)


def record_bridge_use(
    row: Autorisation, acteur: Acteur, *, client_id: UUID, client_name: str, now: datetime, manner: str = ""
) -> Utilisation:
    """Write a use through the bridge, in the caller's transaction and after its ``may_use``.

    ``row`` was fetched with its mandat (``annotated_autorisations``).  ``manner`` may be said later
    (:func:`say_manner`): nothing slows the bridge.
    """
    used_on = local_date(now, row.mandat.time_zone)
    use = _write(row, acteur, "bridge", client_name, "", used_on, now, manner, client_id)
    facts = {"client": str(client_id), "demarche": row.demarche, "manner": manner, "utilisation": str(use.id)}
    record(events.UTILISATION_BRIDGE, acteur=acteur, at=now, subject=row.mandat_id, facts=facts)
    tell_use(use, row, now)
    return use


@transaction.atomic
def say_manner(utilisation_id: UUID, acteur: Acteur, manner: str, now: datetime) -> Decision:
    """Say, once and by who acted, whether a use was done with the usager or in their place."""
    rows = Utilisation.objects.select_for_update().filter(pk=utilisation_id, mandat__structure=acteur.structure_id)
    use, refused = rows.first(), events.UTILISATION_MANNER_REFUSED
    if use is None:
        return _refuse(refused, Denied(errors.AUTORISATION_UNKNOWN), None, acteur, now)
    if use.aidant_id != acteur.known_id or use.manner or manner not in MANNERS:
        return _refuse(refused, Denied(errors.MANNER_REFUSED), use.mandat_id, acteur, now)
    use.manner = manner
    use.save(update_fields=("manner",))
    facts = {"manner": manner, "utilisation": str(use.id)}
    record(events.UTILISATION_MANNER, acteur=acteur, at=now, subject=use.mandat_id, facts=facts)
    return GRANTED


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
    """Count that a use was refused at ``step`` (choice, token, userinfo, introspection); one entry a minute.

    A site in a loop, on a token whose mandat ended, would otherwise write one entry a call.
    """
    facts = {"client": str(client_id), "demarche": demarche, "step": step}
    bucket = keyed_digest(settings.DIGEST_KEY, "limit-use", f"{acteur.id} {mandat_id} {client_id} {demarche} {step}")
    event, reason = events.UTILISATION_REFUSED, denied.reason.code
    record_counted(event, bucket=bucket, at=now, reason=reason, acteur=acteur, subject=mandat_id, facts=facts)
