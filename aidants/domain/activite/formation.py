"""Training and certification: how much, by when, and what they give (DOMAIN §5).  Figures are parameters."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aidants.domain.activite import errors
from aidants.domain.decisions import GRANTED, Decision, Denied, decide
from aidants.domain.months import add_months


class Cadre(StrEnum):
    """Which training somebody owes: a post that the State funds, or an aidant of any other structure."""

    CONSEILLER = "conseiller"
    AIDANT = "aidant"


class Moment(StrEnum):
    """A half-day: attendance is marked by it."""

    MATIN = "matin"
    APRES_MIDI = "apres_midi"


CADRES = {Cadre.CONSEILLER: "Conseillers numériques", Cadre.AIDANT: "Aidants, en une journée"}
MOMENTS = {Moment.MATIN: "Matin", Moment.APRES_MIDI: "Après-midi"}
KINDS = {"initiale": "Formation initiale", "continue": "Formation continue"}

SKILLS = (
    "Répondre aux questions et informer",
    "Présenter les services et ce qu’ils apportent",
    "Accompagner une personne, seul à seul",
    "Animer un atelier",
    "Orienter vers une autre structure",
    "Conclure des mandats",
)
"""The six skills of the certificate; the sixth opens the right (DOMAIN §5)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The call's figures: minutes owed by each cadre, minutes of a half-day, months."""

    conseiller_minutes: int = 350 * 60
    aidant_minutes: int = 7 * 60
    half_day_minutes: int = 210
    training_months: int = 4
    work_months: int = 20
    certification_months: int = 6

    def owed(self, cadre: Cadre) -> int:
        """Return the half-days that a cadre owes, the last one begun counted whole."""
        minutes = self.conseiller_minutes if cadre is Cadre.CONSEILLER else self.aidant_minutes
        return -(-minutes // self.half_day_minutes)

    def hours(self, half_days: int) -> float:
        """Return half-days in hours."""
        return half_days * self.half_day_minutes / 60


FIGURES = Figures()


def is_done(cadre: Cadre, half_days: int, figures: Figures = FIGURES) -> bool:
    """Tell whether the half-days attended are all that is owed."""
    return half_days >= figures.owed(cadre)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a post: trained by, certified by, end of the work that follows."""

    trained_by: date
    certified_by: date
    work_until: date


def calendar_of(start: date, completed_on: date | None, figures: Figures = FIGURES) -> Calendar:
    """Return the days that follow from the first day of a post: 4 months, then 20; 6 more to be certified."""
    trained_by = add_months(start, figures.training_months)
    return Calendar(
        trained_by,
        add_months(completed_on or trained_by, figures.certification_months),
        add_months(start, figures.training_months + figures.work_months),
    )


@dataclass(frozen=True, slots=True)
class ResultFacts:
    """What is known when a result of the certification is entered."""

    completed_on: date | None
    obtained_on: date
    today: date
    already: bool
    figures: Figures = FIGURES


def _trained(facts: ResultFacts) -> Decision:
    """The certification follows the training."""
    done = facts.completed_on is not None and facts.completed_on <= facts.obtained_on
    return GRANTED if done else Denied(errors.TRAINING_NOT_DONE)


def _not_ahead(facts: ResultFacts) -> Decision:
    """A result is of today or before."""
    return GRANTED if facts.obtained_on <= facts.today else Denied(errors.RESULT_AHEAD)


def _in_time(facts: ResultFacts) -> Decision:
    """Within six months after the training (DOMAIN §5)."""
    last = add_months(facts.completed_on or facts.obtained_on, facts.figures.certification_months)
    return GRANTED if facts.obtained_on <= last else Denied(errors.RESULT_TOO_LATE)


def _not_twice(facts: ResultFacts) -> Decision:
    """One certificate stands at a time."""
    return Denied(errors.ALREADY_CERTIFIED) if facts.already else GRANTED


_MAY_CERTIFY = (_not_ahead, _trained, _in_time, _not_twice)


def may_certify(facts: ResultFacts) -> Decision:
    """Return whether this result may be written."""
    return decide(_MAY_CERTIFY, facts)
