"""Renews a mandat: what the person now does alone is noted, then a brouillon asks for their act again.

Nothing here lengthens a mandat.  A renewal is a new mandat, by the usager's identity and consent (DOMAIN §3.4).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from mandats.domain import errors, events, perimetre_errors
from mandats.domain.autonomie import LEVELS, SEULE
from mandats.domain.avis_perimetre import TERME
from mandats.domain.durees import (
    CHOSEN,
    J31,
    J182,
    NOTICE_DAYS,
    NOTICE_FROM_DAYS,
    french_date,
    local_date,
    wants_notice,
)
from mandats.domain.perimetre import DemarcheChoisie, Perimetre
from mandats.registre.models import Avis, Brouillon, Mandat
from mandats.registre.selectors import offered_demarches
from mandats.registre.services.avis import announce
from mandats.registre.services.brouillons import open_brouillon
from mandats.registre.services.reach import locked_mandat, tell, tell_refusal

_A_SECOND: Final = timedelta(seconds=1)
_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class NothingLeft:
    """The person now does all of it alone: no new mandat is needed."""


@transaction.atomic
def start_renewal(
    mandat_id: UUID, acteur: Acteur, levels: Mapping[str, str], now: datetime
) -> Brouillon | NothingLeft | Denied:
    """Note the person's autonomy on the mandat that ends, then open a brouillon for what they do not do alone.

    ``levels``: demarche → a key of ``mandats.domain.autonomie.LEVELS``.  The brouillon starts from the beginning:
    card, identity, reading, consent, acceptation.
    """
    mandat = locked_mandat(mandat_id, acteur)
    if mandat is None:
        return tell_refusal(events.MANDAT_RENEW_REFUSED, errors.AUTORISATION_UNKNOWN, None, acteur, now)
    rows = list(mandat.autorisations.order_by("demarche"))
    if {row.demarche for row in rows} != levels.keys() or not set(levels.values()) <= LEVELS.keys():
        return tell_refusal(events.MANDAT_RENEW_REFUSED, perimetre_errors.AUTONOMY_MISSING, mandat, acteur, now)
    _note(mandat, dict(levels), acteur, now)
    offered = offered_demarches(mandat.structure_id)
    wanted: tuple[DemarcheChoisie, ...] = tuple(
        {"code": row.demarche, "formalites": row.formalites}
        for row in rows
        if levels[row.demarche] != SEULE and row.demarche in offered
    )
    if not wanted:
        return NothingLeft()
    opened = open_brouillon(acteur, _asked(mandat, wanted), now, shown_for=mandat.structure_id, renews=mandat)
    if isinstance(opened, Brouillon):
        tell(events.MANDAT_RENEW, mandat, acteur, now, brouillon=str(opened.id))
    return opened


def _note(mandat: Mandat, levels: dict[str, str], acteur: Acteur, now: datetime) -> None:
    """Write the figures: the releve and the dashboards read them."""
    mandat.autonomy, mandat.autonomy_at = levels, now
    mandat.save(update_fields=("autonomy", "autonomy_at"))
    counts = Counter(levels.values())
    tell(events.MANDAT_AUTONOMY, mandat, acteur, now, **{level: counts[level] for level in LEVELS})


def _asked(mandat: Mandat, wanted: tuple[DemarcheChoisie, ...]) -> Perimetre:
    """Ask the same again; a last day once chosen is behind us, and becomes an ordinary duration."""
    host = mandat.structure.houses_or_bills
    ordinary = J31 if host else J182
    keeps = not mandat.duree.startswith(CHOSEN) and not (host and mandat.duree not in ("J1", "J31"))
    duree = mandat.duree if keeps else ordinary.code
    return Perimetre(wanted, duree, mandat.single_use, tuple(mandat.reserved_acts))


@transaction.atomic
def refuse_alone(mandat_id: UUID, acteur: Acteur, now: datetime) -> Denied:
    """Journal that an aidant wanted to renew without the person; nothing was renewed."""
    mandat = locked_mandat(mandat_id, acteur)
    return tell_refusal(events.MANDAT_RENEW_REFUSED, perimetre_errors.RENEWAL_NEEDS_USAGER, mandat, acteur, now)


def announce_expiring(now: datetime) -> int:
    """Tell the usagers of long mandats that end within thirty days, once a mandat; return how many were told."""
    told = Avis.objects.filter(kind=TERME.code).values("mandat")
    rows = Mandat.objects.filter(
        ended_at__isnull=True,
        expires_at__gt=now,
        expires_at__lte=now + timedelta(days=NOTICE_DAYS + 2),
        expires_at__gte=F("accepted_at") + timedelta(days=NOTICE_FROM_DAYS - 1),
    ).exclude(pk__in=told)
    count = 0
    for mandat in rows.select_related("usager", "structure").order_by("expires_at", "id")[:_BATCH]:
        if wants_notice(now, mandat.accepted_at, mandat.expires_at, mandat.time_zone):
            with transaction.atomic():
                last = french_date(local_date(mandat.expires_at - _A_SECOND, mandat.time_zone))
                announce(TERME, mandat, now, key=f"terme:{mandat.id}", jour=last)
            count += 1
    return count
