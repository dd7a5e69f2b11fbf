"""What looks unusual in the activity of a structure (DOMAIN §6): rules as data, over facts that name nobody.

A rule counts marks of some kinds within a window and speaks from a threshold on.  An alert never sanctions: it asks a
referent and an instructeur to look.  No clock, no database; moments are aware, hours are the structure's own.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class Sorte(StrEnum):
    """What a mark tells."""

    SIGNATURE = "signature"
    UTILISATION = "utilisation"
    CONSULTATION = "consultation"
    PAPIER_SANS_SCAN = "papier_sans_scan"
    CONTACT = "contact"
    PREUVE = "preuve"


@dataclass(frozen=True, slots=True)
class Marque:
    """One thing that happened.

    ``structure``, ``aidant``, ``dossier``  references: whose, by whom, about which mandat (or usager, for a contact)
    ``empreinte``  digest of what is shared, for a contact or a proof; empty otherwise
    ``delai``      for a use: how long after the acceptation
    """

    sorte: Sorte
    structure: str
    aidant: str
    dossier: str
    at: datetime
    zone: str
    empreinte: str = ""
    delai: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule spoke: about whom, for which local day, from how many marks, about which records."""

    rule: str
    structure: str
    aidant: str
    day: date
    count: int
    dossiers: tuple[str, ...]


Group = tuple[str, str, date]
Picker = Callable[[Sequence[Marque]], Iterable[tuple[Group, Sequence[Marque]]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``picks`` groups the marks that count, ``threshold`` distinct records make it speak."""

    code: str
    title: str
    told: str
    threshold: int
    picks: Picker


def _local(mark: Marque) -> datetime:
    return mark.at.astimezone(ZoneInfo(mark.zone))


def _by_aidant_and_day(marks: Iterable[Marque]) -> dict[Group, list[Marque]]:
    groups: dict[Group, list[Marque]] = defaultdict(list)
    for mark in marks:
        groups[mark.structure, mark.aidant, _local(mark).date()].append(mark)
    return groups


def _burst(kinds: frozenset[Sorte], window: timedelta) -> Picker:
    """Group by aidant and day; keep the fullest ``window`` of each."""

    def pick(marks: Sequence[Marque]) -> Iterable[tuple[Group, Sequence[Marque]]]:
        for group, found in _by_aidant_and_day(mark for mark in marks if mark.sorte in kinds).items():
            yield group, _fullest(sorted(found, key=lambda mark: mark.at), window)

    return pick


def _fullest(marks: list[Marque], window: timedelta) -> list[Marque]:
    best: list[Marque] = []
    start = 0
    for end, mark in enumerate(marks):
        while mark.at - marks[start].at > window:
            start += 1
        if end + 1 - start > len(best):
            best = marks[start : end + 1]
    return best


def _night(from_hour: int, to_hour: int) -> Picker:
    """Group by aidant and night: acts between two hours of the structure's own clocks; a night is its evening's day."""

    def pick(marks: Sequence[Marque]) -> Iterable[tuple[Group, Sequence[Marque]]]:
        kinds = (Sorte.SIGNATURE, Sorte.UTILISATION)
        groups: dict[Group, list[Marque]] = defaultdict(list)
        for mark in marks:
            local = _local(mark)
            if mark.sorte in kinds and (local.hour >= from_hour or local.hour < to_hour):
                groups[mark.structure, mark.aidant, (local - timedelta(hours=to_hour)).date()].append(mark)
        return groups.items()

    return pick


def _since(kind: Sorte, days: int) -> Picker:
    """Group by aidant and day: what the ``days`` before each mark hold, that mark included."""

    def pick(marks: Sequence[Marque]) -> Iterable[tuple[Group, Sequence[Marque]]]:
        groups: dict[tuple[str, str], list[Marque]] = defaultdict(list)
        for mark in sorted(marks, key=lambda one: one.at):
            if mark.sorte is kind:
                recent = groups[mark.structure, mark.aidant]
                recent.append(mark)
                inside = [one for one in recent if mark.at - one.at <= timedelta(days=days)]
                groups[mark.structure, mark.aidant] = inside
                yield (mark.structure, mark.aidant, _local(mark).date()), list(inside)

    return pick


def _shared(kind: Sorte) -> Picker:
    """Group by what is shared within one structure, whoever wrote it."""

    def pick(marks: Sequence[Marque]) -> Iterable[tuple[Group, Sequence[Marque]]]:
        groups: dict[tuple[str, str], list[Marque]] = defaultdict(list)
        for mark in marks:
            if mark.sorte is kind and mark.empreinte:
                groups[mark.structure, mark.empreinte].append(mark)
        for (structure, _), found in groups.items():
            newest = max(found, key=lambda mark: mark.at)
            yield (structure, newest.aidant, _local(newest).date()), found

    return pick


def _at_once(within: timedelta) -> Picker:
    """Group by aidant and day: mandats used within minutes of their acceptation."""

    def pick(marks: Sequence[Marque]) -> Iterable[tuple[Group, Sequence[Marque]]]:
        used = (mark for mark in marks if mark.sorte is Sorte.UTILISATION)
        return _by_aidant_and_day(mark for mark in used if mark.delai is not None and mark.delai <= within).items()

    return pick


def _looking(marks: Sequence[Marque]) -> Iterable[tuple[Group, Sequence[Marque]]]:
    """Group by aidant and day: records opened without anything being done for them that day."""
    acted = {(mark.aidant, mark.dossier, _local(mark).date()) for mark in marks if mark.sorte is not Sorte.CONSULTATION}
    for group, found in _by_aidant_and_day(mark for mark in marks if mark.sorte is Sorte.CONSULTATION).items():
        yield group, [mark for mark in found if (mark.aidant, mark.dossier, group[2]) not in acted]


RULES: Final = (
    Rule(
        "rafale",
        "Beaucoup d’utilisations en une heure",
        "De nombreux mandats différents utilisés par le même aidant en une heure.",
        15,
        _burst(frozenset({Sorte.UTILISATION}), timedelta(hours=1)),
    ),
    Rule(
        "signatures",
        "Beaucoup de mandats conclus en un jour",
        "De nombreux mandats conclus par le même aidant le même jour.",
        18,
        _burst(frozenset({Sorte.SIGNATURE}), timedelta(hours=24)),
    ),
    Rule(
        "nuit",
        "Actes de nuit",
        "Des mandats conclus ou utilisés la nuit, à l’heure du lieu de la structure.",
        3,
        _night(22, 6),
    ),
    Rule(
        "papier",
        "Feuilles signées jamais numérisées",
        "Plusieurs mandats sur papier dont la feuille signée n’a pas été ajoutée dans les sept jours.",
        4,
        _since(Sorte.PAPIER_SANS_SCAN, 30),
    ),
    Rule(
        "contact",
        "Un même contact pour plusieurs personnes",
        "La même adresse électronique ou le même téléphone pour plusieurs personnes de la structure.",
        4,
        _shared(Sorte.CONTACT),
    ),
    Rule(
        "aussitot",
        "Mandats utilisés dès leur signature, en nombre",
        "De nombreux mandats utilisés dans les minutes qui suivent leur conclusion, le même jour.",
        8,
        _at_once(timedelta(minutes=10)),
    ),
    Rule(
        "curiosite",
        "Dossiers ouverts sans suite, en nombre",
        "De nombreux dossiers ouverts le même jour sans que rien n’ait été fait pour les personnes.",
        20,
        _looking,
    ),
    Rule(
        "preuve",
        "Une même preuve d’accord pour plusieurs personnes",
        "Exactement la même signature dessinée, ou la même feuille, pour plusieurs mandats.",
        2,
        _shared(Sorte.PREUVE),
    ),
)
RULE_BY_CODE: Final = {rule.code: rule for rule in RULES}


def signals(marks: Sequence[Marque], rules: Sequence[Rule] = RULES) -> list[Signal]:
    """Return what the rules say of ``marks``: one signal a rule, aidant and local day, the oldest first."""
    found: dict[tuple[str, Group], Signal] = {}
    for rule in rules:
        for (structure, aidant, day), counted in rule.picks(marks):
            dossiers = tuple(sorted({mark.dossier for mark in counted}))
            key = (rule.code, (structure, aidant, day))
            if len(dossiers) >= rule.threshold and len(dossiers) > (found[key].count if key in found else 0):
                found[key] = Signal(rule.code, structure, aidant, day, len(dossiers), dossiers)
    return sorted(found.values(), key=lambda one: (one.day, one.rule, one.structure, one.aidant))
