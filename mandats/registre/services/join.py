"""Joins the two records of one person, and parts them again.

Locks both rows of usagers in the order of their keys, as erasure does, then their mandats in the order of theirs, as
every act on several does: a mandat being concluded for either waits, and an end under way is seen whole or not at all.
The usagers' rows are left readable by foreign keys: who ends a mandat holds it already when they write its avis.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Model, Q

from aidants.domain.acteur import Acteur
from aidants.journal.record import record
from mandats.domain import events
from mandats.domain.identite import Identite
from mandats.domain.motifs import MotifDeFin
from mandats.registre.models import Autorisation, Avis, Mandat, Usager
from mandats.registre.services.usagers import identity_columns

_CONTACTS = ("email", "franceconnect_email", "telephone", "postal_address")
_FOLLOWING: tuple[type[Model], ...] = (Autorisation, Avis)
"""Tables that repeat the usager of their mandat."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What a join did: the mandats that changed hands, the autorisations that it ended."""

    moved: list[UUID]
    replaced: list[Autorisation]


def locked_pair(usager_id: UUID, sub_digest: str) -> tuple[Usager, Usager | None] | None:
    """Return the record to keep and the one under ``sub_digest``, both locked; ``None`` if the first was erased."""
    found = _locked(Q(pk=usager_id) | Q(sub_digest=sub_digest))
    kept = found.pop(usager_id, None)
    if kept is None or kept.erased_at is not None or kept.merged_into_id is not None:
        return None
    return kept, next(iter(found.values()), None)


def _locked(which: Q) -> dict[UUID, Usager]:
    """Lock usagers, then all their mandats; return the usagers by key."""
    rows = {row.id: row for row in Usager.objects.select_for_update(no_key=True).filter(which).order_by("id")}
    list(Mandat.objects.select_for_update().filter(usager__in=rows).order_by("id").values_list("pk", flat=True))
    return rows


def join_records(kept: Usager, second: Usager | None, sub_digest: str, now: datetime) -> Joined:
    """Give ``kept`` the new ``sub`` and every mandat of ``second``, whose row only points to it from now on.

    Contacts of ``kept`` stay; those of ``second`` fill what was empty.
    """
    joined = Joined([], [])
    if second is not None:
        joined = Joined(_mandats_of(second.id), _close_doubles(kept.id, second.id, now))
        _hand_over(joined.moved, kept.id)
        second.sub_digest, second.merged_into = None, kept
        second.save(update_fields=("sub_digest", "merged_into"))
        for field in _CONTACTS:
            setattr(kept, field, getattr(kept, field) or getattr(second, field))
    kept.sub_digest = sub_digest
    kept.save(update_fields=("sub_digest", *_CONTACTS))
    return joined


def _mandats_of(usager_id: UUID) -> list[UUID]:
    return list(Mandat.objects.filter(usager=usager_id).order_by("accepted_at", "id").values_list("pk", flat=True))


def _hand_over(mandats: list[UUID], usager_id: UUID) -> None:
    """Put mandats, and what repeats their usager, under another record."""
    for model in _FOLLOWING:
        model._default_manager.filter(mandat__in=mandats).update(usager=usager_id)  # noqa: SLF001
    Mandat.objects.filter(pk__in=mandats).update(usager=usager_id)


def doubles(kept: UUID, second: UUID) -> list[tuple[Autorisation, Autorisation]]:
    """Return the pairs (older, newer) of standing autorisations of one structure for one demarche."""
    rows = Autorisation.objects.filter(usager__in=(kept, second), ended_at__isnull=True).select_related("mandat")
    seen: dict[tuple[UUID, str], Autorisation] = {}
    pairs = []
    for row in rows.order_by("mandat__accepted_at", "id"):
        older = seen.setdefault((row.structure_id, row.demarche), row)
        if older.id != row.id:
            pairs.append((older, row))
    return pairs


def _close_doubles(kept: UUID, second: UUID, now: datetime) -> list[Autorisation]:
    """End the older of each pair: never two standing for one (structure, usager, demarche)."""
    ended = []
    for older, newer in doubles(kept, second):
        is_over = older.mandat.expires_at <= now
        older.ended_at = older.mandat.expires_at if is_over else now
        older.motif = MotifDeFin.TERME if is_over else MotifDeFin.REMPLACEMENT
        older.replaced_by = newer
        older.save(update_fields=("ended_at", "motif", "replaced_by"))
        ended.append(older)
        if not Autorisation.objects.filter(mandat=older.mandat_id, ended_at__isnull=True).exists():
            standing = Mandat.objects.filter(pk=older.mandat_id, ended_at__isnull=True)
            standing.update(ended_at=older.ended_at, motif=older.motif)
    return ended


def tell_replaced(joined: Joined, acteur: Acteur, now: datetime) -> None:
    """Journal what the join ended, as a new mandat would have."""
    for old in joined.replaced:
        by = Mandat.objects.values_list("reference", flat=True).get(autorisations=old.replaced_by_id)
        facts = {"by": by, "demarche": old.demarche, "reference": old.mandat.reference}
        place = old.structure_id
        record(events.AUTORISATION_REPLACE, acteur=acteur, at=now, subject=old.mandat_id, structure=place, facts=facts)


def part_records(
    kept_id: UUID,
    second_id: UUID | None,
    identite: Identite,
    former_sub_digest: str,
    moved: list[UUID],
    merged_at: datetime | None,
    now: datetime,
) -> int | None:
    """Undo :func:`join_records`; return how many mandats went back, ``None`` if a record was erased meanwhile."""
    rows = _locked(Q(pk__in=[kept_id, second_id] if second_id else [kept_id]))
    kept, second = rows[kept_id], rows[second_id] if second_id else None
    if kept.erased_at is not None or (second is not None and second.erased_at is not None):
        return None
    since = Mandat.objects.filter(usager=kept, accepted_at__gte=merged_at).values_list("pk", flat=True)
    going = sorted({*moved, *since})
    kept.sub_digest = former_sub_digest or None
    kept.save(update_fields=("sub_digest",))
    if second is not None:
        second.sub_digest, second.merged_into = identite.sub_digest, None
        second.save(update_fields=("sub_digest", "merged_into"))
    elif going:
        own = identity_columns(identite) | {"email": identite.email, "sub_digest": identite.sub_digest}
        second = Usager.objects.create(**own, created_at=now)
    if second is not None:
        _hand_over(going, second.id)
    return len(going)
