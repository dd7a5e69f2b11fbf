"""Reads what was counted of strangers' refusals: by kind, bucket and minute.  Never writes."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet, Sum

from aidants.domain.errors import CATALOGUE as ERRORS
from aidants.domain.events import CATALOGUE
from aidants.journal.models import RefusCompte


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of refusal over a time: how many, from how many buckets, in the worst minute, the last one."""

    code: str
    label: str
    total: int
    buckets: int
    worst: int
    last: datetime


_SCOPES = {"adresse": "par adresse", "client": "par site", "reference": "par référence", "tous": "en tout"}


def label_of(kind: str) -> str:
    """Return the words of a kind: the label of its event, and what is counted or why it was refused."""
    code, _, scope = kind.partition("/")
    event, error = CATALOGUE.get(code), ERRORS.get(scope)
    label = event.label if event else code
    why = error.message.partition(".")[0] if error else _SCOPES.get(scope, scope)
    return f"{label} : {why}" if error else f"{label} ({why})" if why else label


def kinds_since(since: datetime) -> list[Kind]:
    """Return each kind of refusal counted since a moment, the most frequent first."""
    rows = RefusCompte.objects.filter(minute__gte=since).order_by().values("kind")
    found = rows.annotate(
        total=Sum("count"), buckets=Count("bucket", distinct=True), worst=Max("count"), last=Max("minute")
    ).order_by("-total", "kind")
    return [
        Kind(row["kind"], label_of(row["kind"]), row["total"], row["buckets"], row["worst"], row["last"])
        for row in found
    ]


def counted(kind: str) -> QuerySet[RefusCompte]:
    """Return the counts of one kind, or of all for an empty one, the newest minute first."""
    rows = RefusCompte.objects.filter(kind=kind) if kind else RefusCompte.objects.all()
    return rows.order_by("-minute", "-count", "id")
