"""Who may ask, answer and undo requests about a person's data, and when data must stay (RGPD 12, 15-20).

Facts and ``now`` are arguments.  A request needs two persons: the one who asks never answers.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from aidants.domain.decisions import GRANTED, Decision, Denied, decide
from aidants.domain.roles import Role
from mandats.domain import errors_droits
from mandats.domain.conservation import Phase, years_after

APPROVAL_LIVES: Final = timedelta(days=7)
"""How long a request waits for its second person."""

UNDO_LIVES: Final = timedelta(days=14)
"""How long two records that were joined can be parted again: as long as a change of contact (DOMAIN §3.5)."""

PROPOSAL_LIVES: Final = timedelta(days=90)
"""How long a proposal to join two records waits for somebody."""


class Droit(StrEnum):
    """What is asked."""

    EXPORT = "export"
    RECTIFICATION = "rectification"
    EFFACEMENT = "effacement"
    RAPPROCHEMENT = "rapprochement"


LABELS: Final = {
    Droit.EXPORT: "Copie des données (RGPD 15 et 20)",
    Droit.RECTIFICATION: "Rectification (RGPD 16)",
    Droit.EFFACEMENT: "Effacement (RGPD 17)",
    Droit.RAPPROCHEMENT: "Réunion de deux dossiers de la même personne",
}
ORIGINS: Final = {
    "courrier": "par courrier",
    "courriel": "par courriel",
    "telephone": "par téléphone",
    "guichet": "au guichet d’une structure",
    "service": "le service lui-même",
}
PROOFS: Final = {
    "codes": "ses codes : référence, code de révocation et date de naissance",
    "franceconnect": "FranceConnect, sur sa page",
    "piece": "sa pièce d’identité, vue puis rendue ou détruite",
    "connue": "identité certaine par un autre moyen",
}
ASKERS: Final = frozenset({Role.ADMINISTRATEUR})
ANSWERERS: Final = frozenset({Role.ADMINISTRATEUR, Role.INSTRUCTEUR})


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """What must be known when a second person answers a request."""

    now: datetime
    expires_at: datetime
    answered: bool
    asked_by: UUID
    answerer: UUID
    role: str


def _still_open(facts: AnswerFacts) -> Decision:
    """Answered once: of two answers at the same moment one counts."""
    return Denied(errors_droits.DEMANDE_OVER) if facts.answered else GRANTED


def _in_time(facts: AnswerFacts) -> Decision:
    """After seven days what was seen may no longer be true."""
    return GRANTED if facts.now < facts.expires_at else Denied(errors_droits.DEMANDE_OVER)


def _may_answer_at_all(facts: AnswerFacts) -> Decision:
    """An administrateur or an instructeur."""
    return GRANTED if facts.role in ANSWERERS else Denied(errors_droits.DEMANDE_ROLE)


def _somebody_else(facts: AnswerFacts) -> Decision:
    """Never the person who asked."""
    return Denied(errors_droits.DEMANDE_SAME_PERSON) if facts.answerer == facts.asked_by else GRANTED


_MAY_ANSWER = (_still_open, _in_time, _may_answer_at_all, _somebody_else)


def may_answer(facts: AnswerFacts) -> Decision:
    """Return whether this person may approve or refuse this request now."""
    return decide(_MAY_ANSWER, facts)


def due_on(received_on: date) -> date:
    """Return the day by which the person has an answer: one month (RGPD 12.3), or that month’s last day."""
    year, month = divmod(received_on.year * 12 + received_on.month, 12)
    first = date(year, month + 1, 1)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - first).days
    return first.replace(day=min(received_on.day, last))


@dataclass(frozen=True, slots=True)
class ErasureFacts:
    """The mandats of a person who asks to be forgotten.

    ``standing``  one of them may still be used
    ``ends``      when each of those that are not erased yet ended
    """

    now: datetime
    standing: bool
    ends: tuple[datetime, ...]


def may_erase_now(facts: ErasureFacts) -> Decision:
    """Return whether everything may go now; otherwise the legal reason why it stays.

    ``MANDAT_STANDS``: the data serve the mandat itself; the person stops it first (RGPD 17.1.a, C. civ. 2004).
    ``PROOF_IS_KEPT``: the proof is kept for the defence of rights (RGPD 17.3.e; C. civ. 1993, 2224): access is
    restricted instead (RGPD 18).
    """
    if facts.standing:
        return Denied(errors_droits.MANDAT_STANDS)
    kept = any(facts.now < years_after(end, 6) for end in facts.ends)
    return Denied(errors_droits.PROOF_IS_KEPT) if kept else GRANTED


GROUNDS: Final = {
    "personne": "la personne concernée le demande",
    "contentieux": "un litige ou une plainte en cours",
    "requisition": "une réquisition ou une décision de justice",
    "controle": "un contrôle du service (délégué à la protection des données, CNIL)",
}
"""Why somebody may open what is archived."""

_ACTIVE_ONLY: Final = frozenset({"controle"})
"""Grounds that serve in the active base, and no longer in the restricted archive of the last three years."""


def may_open_archive(role: str, ground: str, phase: Phase) -> Decision:
    """Return whether an archived mandat may be opened: an administrateur, on a ground of the closed list."""
    if role != Role.ADMINISTRATEUR:
        return Denied(errors_droits.DEMANDE_ROLE)
    wrong = ground not in GROUNDS or (phase is not Phase.ACTIVE and ground in _ACTIVE_ONLY)
    return Denied(errors_droits.ARCHIVE_GROUND) if wrong else GRANTED


def may_undo(merged_at: datetime | None, undone: bool, now: datetime) -> Decision:
    """Return whether two records that were joined may be parted: within fourteen days, once."""
    if merged_at is None or undone or now >= merged_at + UNDO_LIVES:
        return Denied(errors_droits.RAPPROCHEMENT_OVER)
    return GRANTED


PIVOT: Final = ("given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry")
"""FranceConnect's « identité pivot »: what two records of one person have in common, to the character."""

RECTIFIABLE: Final = (*PIVOT, "preferred_username", "email", "telephone", "postal_address")
CONTACTS: Final = ("email", "telephone", "postal_address")


def may_rectify(fields: frozenset[str], *, from_franceconnect: bool) -> Decision:
    """Return whether these fields of a person may be corrected here.

    What FranceConnect told is the State's, and goes back to it unchanged (PROTOCOLS §1): it is corrected there, and
    comes here with the next sign-in.  Contacts are ours.
    """
    if not fields or not fields <= set(RECTIFIABLE):
        return Denied(errors_droits.NOTHING_TO_RECTIFY)
    if from_franceconnect and not fields <= set(CONTACTS):
        return Denied(errors_droits.FRANCECONNECT_RECTIFIES)
    return GRANTED
