"""What the end of a contract takes with it: the conseiller's right at once, then their place in the team.

The structure's mandats are not the conseiller's: they stand, and its other aidants go on.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import DateField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Now

from aidants.dispositif.models import Contrat
from aidants.domain.acteur import SYSTEME
from aidants.domain.dispositif import events
from aidants.domain.roles import Role
from aidants.journal.record import record
from aidants.structures.models import Affectation

_AT_ONCE = 200


def _contrats(place: Affectation | None = None) -> QuerySet[Contrat]:
    """Return the contracts of a place, or of the outer query's: those of its structure, or of one merged into it."""
    structure = place.structure_id if place else OuterRef("structure")
    there = Q(structure=structure) | Q(structure__merged_into=structure)
    return Contrat.objects.filter(there, compte=place.compte_id if place else OuterRef("compte"))


def _running(rows: QuerySet[Contrat], at: Combinable) -> QuerySet[Contrat]:
    """Keep the contracts that run that day, as the day is where the structure stands; both end days included."""
    day = Cast(Func(F("structure__time_zone"), at, function="timezone"), DateField())
    rows = rows.annotate(day=day).filter(starts_on__lte=F("day"))
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=F("day")))
    return rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=F("day")))


def contract_runs() -> Q:
    """Tell of a place whether its contract runs now, by the database's clock: a conseiller's alone is asked.

    A conseiller whose contract this service does not hold is not refused for it.
    """
    rows = _contrats()
    return Q(is_conseiller=False) | ~Exists(rows) | Exists(_running(rows, Now()))


def leave_teams(now: datetime, compte_id: UUID | None = None) -> int:
    """End the places of conseillers whose last contract there is over, one person's or everybody's; return how many.

    A referent stays one, and acts as an aidant no more.  Nobody keeps acting for a structure that employs them no more.
    """
    tomorrow = now.date() + timedelta(days=1)
    ending = _contrats().filter(Q(ended_on__lte=tomorrow) | Q(ends_on__lte=tomorrow))
    ahead = _contrats().filter(starts_on__gt=now.date(), ended_on__isnull=True)
    over = Exists(ending) & ~Exists(_running(_contrats(), Value(now))) & ~Exists(ahead)
    places = Affectation.objects.filter(over, is_conseiller=True, ended_at__isnull=True)
    if compte_id is not None:
        places = places.filter(compte=compte_id)
    left = 0
    for found in places.order_by("id").values_list("id", flat=True)[:_AT_ONCE]:
        with transaction.atomic():
            left += _leave(found, now)
    return left


def _leave(place_id: UUID, now: datetime) -> int:
    """End one place, unless somebody else just did; the entry tells whose, and the roles that stay."""
    rows = Affectation.objects.select_for_update(no_key=True)
    place = rows.filter(pk=place_id, is_conseiller=True, ended_at__isnull=True).first()
    if place is None:
        return 0
    last = _contrats(place).order_by("-starts_on", "id")[0]
    place.is_conseiller = False
    if place.is_referent:
        place.is_aidant = False
    else:
        place.ended_at = now
    place.save(update_fields=("is_conseiller", "is_aidant", "ended_at"))
    left = [Role.REFERENT.value] if place.is_referent else []
    facts = {"poste": str(last.poste_id), "compte": str(place.compte_id), "roles": left}
    record(events.CONTRAT_LEAVE, acteur=SYSTEME, at=now, subject=last.id, structure=place.structure_id, facts=facts)
    return 1
