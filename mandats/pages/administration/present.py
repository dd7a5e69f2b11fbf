"""From rows to what these screens show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from mandats.domain.conservation import KEPT_YEARS, end_of, years_after
from mandats.domain.droits import LABELS, Droit, due_on
from mandats.domain.durees import french_birthdate, french_date, french_moment, local_date
from mandats.droits.models import Demande
from mandats.pages.administration.forms import FIELD_LABELS
from mandats.registre.models import Mandat, Usager

_A_SECOND = timedelta(seconds=1)

_ANSWERS = {
    "": ("à approuver", "fr-badge--new"),
    "approuvee": ("approuvée", "fr-badge--success"),
    "refusee": ("refusée", "fr-badge--error"),
    "retiree": ("retirée", ""),
    "expiree": ("sans réponse", "fr-badge--warning"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One request in a list."""

    row: Demande
    label: str
    state: str
    badge: str
    due: date
    is_late: bool


def demande_rows(rows: Iterable[Demande], now: datetime) -> list[Line]:
    """Return the lines of a list of requests."""
    return [
        Line(row, LABELS[Droit(row.kind)], *_ANSWERS[row.answer], due_on(row.received_on), _late(row, now))
        for row in rows
    ]


def _late(row: Demande, now: datetime) -> bool:
    return not row.answer and due_on(row.received_on) < timezone.localdate(now)


def changes_rows(usager: Usager, changes: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (label, value known, value asked) of a rectification."""
    return [(FIELD_LABELS[name], getattr(usager, name), value) for name, value in changes.items()]


def archived_facts(mandat: Mandat) -> dict[str, Any]:
    """Return what the page of an archived mandat shows."""
    zone = mandat.time_zone
    return {
        "mandat": mandat,
        "birthdate": french_birthdate(mandat.usager.birthdate),
        "accepted": french_moment(mandat.accepted_at, zone),
        "ended": french_moment(mandat.ended_at, zone) if mandat.ended_at else "",
        "last_day": french_date(local_date(mandat.expires_at - _A_SECOND, zone)),
        "erased_on": years_after(end_of(mandat.ended_at, mandat.expires_at), KEPT_YEARS),
        "uses": list(mandat.utilisations.order_by("-used_on", "id")),
    }


def person_rows(usager: Usager) -> list[tuple[str, str]]:
    """Return what is known of a person, by label."""
    return [(label, getattr(usager, name)) for name, label in FIELD_LABELS.items()]
