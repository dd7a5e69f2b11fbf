"""The words of an activity report (CRA), and what one must be (DOMAIN §5): closed lists, numbers, never a name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from aidants.domain.activite import activity_errors as errors
from aidants.domain.decisions import GRANTED, Decision, Denied, decide

CHANNELS: Final[Mapping[str, str]] = {
    "bureau": "Au bureau",
    "autre_lieu": "Dans un autre lieu",
    "distance": "À distance",
    "domicile": "À domicile",
    "appel_solidarite": "Ligne « solidarité numérique »",
}
KINDS: Final[Mapping[str, str]] = {"individuel": "Une personne", "atelier": "Atelier", "ponctuel": "Aide rapide"}
MANNERS: Final[Mapping[str, str]] = {"avec": "Fait avec la personne", "place": "Fait à sa place"}
OUTCOMES: Final[Mapping[str, str]] = {
    "fait": "C’est fait",
    "atelier": "Suite en atelier",
    "oriente": "Orienté ailleurs",
}

OBJECTIVES: Final[Mapping[str, str]] = {
    "usages": "Usages de tous les jours",
    "critique": "Usages citoyens et critiques",
    "autonomie": "Autonomie dans les démarches",
}
FIRST_TASKS: Final[Mapping[str, str]] = {
    "materiel": "Prendre en main un équipement",
    "internet": "Naviguer sur internet",
    "courriel": "Courriel",
    "texte": "Traitement de texte",
    "smartphone": "Applications du téléphone",
}
SECOND_TASKS: Final[Mapping[str, str]] = {
    "annonce": "Publier une annonce",
    "demarches": "Démarches administratives",
    "sante_logement": "Santé et logement",
    "donnees": "Données personnelles",
}
THEMES: Final[Mapping[str, str]] = {**OBJECTIVES, **FIRST_TASKS, **SECOND_TASKS}
"""The three objectives, the five tasks of the first order and the four of the second, in the order of the form."""

AGES: Final[Mapping[str, str]] = {
    "moins_de_douze": "Moins de 12 ans",
    "douze_dix_huit": "12 à 17 ans",
    "dix_huit_vingt_quatre": "18 à 24 ans",
    "vingt_cinq_trente_neuf": "25 à 39 ans",
    "quarante_cinquante_neuf": "40 à 59 ans",
    "soixante_soixante_neuf": "60 à 69 ans",
    "soixante_dix_plus": "70 ans et plus",
}
"""The bands of La Coop, so that its figures and ours add up; who is not counted in one is « non communiqué »."""

PLACES: Final[Mapping[str, str]] = {
    "ants": "ANTS",
    "caf": "CAF",
    "cpam": "CPAM",
    "dgfip": "Impôts (DGFIP)",
    "france_travail": "France Travail",
    "carsat": "Assurance retraite",
    "prefecture": "Préfecture",
    "france_services": "France Services",
    "mairie": "Mairie ou CCAS",
    "departement": "Département",
    "mediation": "Autre lieu de médiation",
    "insertion": "Mission locale, insertion",
    "autre": "Autre",
}
"""Kinds of places to which somebody is led: a closed list, so that nothing personal is typed."""

DURATIONS: Final[Mapping[int, str]] = {
    15: "15 minutes",
    30: "30 minutes",
    45: "45 minutes",
    60: "1 heure",
    90: "1 heure 30",
    120: "2 heures",
    180: "3 heures",
    360: "Une journée",
}
"""Minutes, as La Coop asks them (``duree``, whole minutes under a day), and the words of the form."""

MOST_PEOPLE: Final = 100
OLDEST: Final = timedelta(days=366)
ALONE: Final = frozenset({"individuel", "ponctuel"})


@dataclass(frozen=True, slots=True)
class Contenu:
    """What an activity report says.  Every word is a key of a list above; ``minutes`` are unknown of older reports."""

    day: date
    channel: str
    kind: str
    people: int
    themes: tuple[str, ...]
    manner: str
    outcome: str
    redirected_to: str = ""
    ages: Mapping[str, int] = field(default_factory=dict)
    minutes: int | None = None

    @property
    def age_counts(self) -> list[int]:
        """How many people of each band, in the order of ``AGES``."""
        return [int(self.ages.get(band, 0)) for band in AGES]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """A report and the day on which it is written, in the structure's own time zone."""

    report: Contenu
    today: date


def _known(value: str, words: Collection[str]) -> bool:
    return value in words


def _words(facts: ReportFacts) -> Decision:
    """Only words of the lists."""
    given = facts.report
    good = (
        _known(given.channel, CHANNELS)
        and _known(given.kind, KINDS)
        and _known(given.manner, MANNERS)
        and _known(given.outcome, OUTCOMES)
        and bool(given.themes)
        and set(given.themes) <= THEMES.keys()
        and set(given.ages) <= AGES.keys()
    )
    return GRANTED if good else Denied(errors.CRA_REFUSED)


def _numbers(facts: ReportFacts) -> Decision:
    """From 1 to 100 people, one for an individual help; no more ages than people."""
    given = facts.report
    good = 1 <= given.people <= MOST_PEOPLE and (given.kind not in ALONE or given.people == 1)
    ages = given.age_counts
    return GRANTED if good and min(ages) >= 0 and sum(ages) <= given.people else Denied(errors.CRA_REFUSED)


def _minutes(facts: ReportFacts) -> Decision:
    """A duration of the list, or none."""
    known = facts.report.minutes is None or facts.report.minutes in DURATIONS
    return GRANTED if known else Denied(errors.CRA_REFUSED)


def _day(facts: ReportFacts) -> Decision:
    """Not ahead, and of the last year."""
    good = facts.today - OLDEST <= facts.report.day <= facts.today
    return GRANTED if good else Denied(errors.CRA_REFUSED)


def _redirection(facts: ReportFacts) -> Decision:
    """A redirection names a kind of place, and nothing else does."""
    given = facts.report
    named = given.redirected_to in PLACES
    good = named if given.outcome == "oriente" else not given.redirected_to
    return GRANTED if good else Denied(errors.CRA_REFUSED)


_MAY_WRITE = (_words, _numbers, _minutes, _day, _redirection)


def may_write(facts: ReportFacts) -> Decision:
    """Return whether this report may be written."""
    return decide(_MAY_WRITE, facts)


_BY_THEME = {
    "social": ("autonomie", "sante_logement"),
    "logement": ("autonomie", "sante_logement"),
}


def themes_of_use(demarche: str) -> tuple[str, ...]:
    """Return the themes that a use of a mandat proposes: administrative autonomy, and the task nearest to it."""
    return _BY_THEME.get(demarche, ("autonomie", "demarches"))


AXES: Final[Mapping[str, Mapping[str, str]]] = {
    "total": {"reports": "Comptes rendus", "people": "Personnes reçues"},
    "channel": CHANNELS,
    "kind": KINDS,
    "theme": THEMES,
    "manner": MANNERS,
    "outcome": OUTCOMES,
    "place": PLACES,
    "age": AGES,
}
"""What is counted, axis by axis.  Its order is that of the counts kept by month: words are only ever added at the end
of an axis that is last, or by a migration that moves the counts."""

SLOTS: Final = tuple((axis, word) for axis, words in AXES.items() for word in words)
_ROW: Final = {slot: rank for rank, slot in enumerate(SLOTS)}


def counts_of(given: Contenu) -> list[int]:
    """Return what one report adds to the counts, slot by slot."""
    found = [0] * len(SLOTS)
    found[_ROW["total", "reports"]] = 1
    found[_ROW["total", "people"]] = given.people
    for axis, word in (
        ("channel", given.channel),
        ("kind", given.kind),
        ("manner", given.manner),
        ("outcome", given.outcome),
        *(("theme", theme) for theme in given.themes),
        *([("place", given.redirected_to)] if given.redirected_to else []),
    ):
        found[_ROW[axis, word]] = 1
    for band, count in given.ages.items():
        found[_ROW["age", band]] = count
    return found


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of any number of reports."""

    counts: tuple[int, ...]

    def of(self, axis: str, word: str) -> int:
        """Return one count."""
        return self.counts[_ROW[axis, word]]

    def axis(self, axis: str) -> list[tuple[str, int]]:
        """Return an axis as labels and counts, in its order."""
        return [(label, self.of(axis, word)) for word, label in AXES[axis].items()]

    @property
    def reports(self) -> int:
        """How many reports."""
        return self.of("total", "reports")

    @property
    def people(self) -> int:
        """How many people were met; somebody who came twice counts twice, since nobody is named."""
        return self.of("total", "people")


NOTHING: Final = Totals((0,) * len(SLOTS))
