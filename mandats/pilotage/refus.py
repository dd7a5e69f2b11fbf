"""Why administrations refuse mandats: the words of their agents after a verification, counted by motif and demarche.

Twelve months, all structures together, small numbers hidden (:mod:`mandats.domain.seuils`).  Never a name, a
structure nor a mandat; an administration only when it verifies with its own credentials, and refused often enough.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from aidants.domain.demarches import DEMARCHES
from mandats.domain.seuils import is_said, said
from mandats.domain.suites import MOTIFS_DE_REFUS, Suite
from mandats.registre.models import Verification

PERIOD = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a label, and how many; ``None`` for a number too small to be told."""

    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Refus:
    """The figures, each table with its own hidden numbers.

    ``verified``  how often a mandat that exists was verified, whatever was told afterwards
    ``motifs``    refusals by motif, the most frequent first; ``demarches``, ``administrations`` likewise
    ``covered``   refusals of a mandat that did cover the demarche when it was verified
    """

    since: datetime
    verified: int | None
    accepted: int | None
    refused: int | None
    covered: int | None
    motifs: list[Row]
    demarches: list[Row]
    administrations: list[Row]

    @property
    def is_empty(self) -> bool:
        """True when nobody told a decision."""
        return self.accepted == 0 and self.refused == 0


def refusals(now: datetime) -> Refus:
    """Return the figures of the last twelve months, by two queries."""
    since = now - PERIOD
    rows = Verification.objects.filter(created_at__gt=since, mandat__isnull=False).order_by()
    counts = rows.values_list("suite", "suite_motif", "demarche", "answer").annotate(n=Count("id"))
    motifs, demarches, told, covered = _counted(counts)
    by_name = rows.filter(suite=Suite.REFUSEE, authenticated=True).values_list("organisation").annotate(n=Count("id"))
    return Refus(
        since=since,
        verified=_alone(sum(told.values())),
        accepted=_alone(told[Suite.ACCEPTEE]),
        refused=_alone(told[Suite.REFUSEE]),
        covered=said({"covered": covered, "others": told[Suite.REFUSEE] - covered})["covered"],
        motifs=_table(motifs, MOTIFS_DE_REFUS),
        demarches=_table(demarches, {code: one.label for code, one in DEMARCHES.items()}),
        administrations=_table(Counter(dict(by_name)), None),
    )


def _alone(count: int) -> int | None:
    """Return a count that no other one on the page tells: between what was verified and decided, some told nothing."""
    return count if is_said(count) else None


def _counted(rows: Iterable[tuple[str, str, str, str, int]]) -> tuple[Counter[str], Counter[str], Counter[str], int]:
    """Return refusals by motif and by demarche, decisions by kind, refusals of what covered."""
    motifs: Counter[str] = Counter()
    demarches: Counter[str] = Counter()
    told: Counter[str] = Counter()
    covered = 0
    for suite, motif, demarche, answer, count in rows:
        told[suite] += count
        if suite == Suite.REFUSEE:
            motifs[motif] += count
            demarches[demarche] += count
            covered += count if answer == "couvre" else 0
    return motifs, demarches, told, covered


def _table(counts: Counter[str], labels: dict[str, str] | None) -> list[Row]:
    """Return the lines that may be told, the most frequent first and hidden numbers last, by label."""
    told = said(counts)
    rows = [Row(labels.get(name, name) if labels else name, told[name]) for name, count in counts.items() if count]
    return sorted(rows, key=lambda row: (row.count is None, -(row.count or 0), row.label))
