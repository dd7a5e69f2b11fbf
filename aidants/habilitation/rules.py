"""May this person act for this structure now?  Pure checks over facts."""

from collections.abc import Callable
from dataclasses import dataclass

from aidants.domain.activite.errors import CERTIFICATION_MISSING, CONDITIONS_MISSING, CONTRACT_OVER, FORMATION_MISSING
from aidants.domain.decisions import GRANTED, Decision, Denied, decide
from aidants.domain.errors import AIDANT_NOT_HABILITE, NOT_AN_AIDANT, STRUCTURE_NOT_HABILITEE


@dataclass(frozen=True, slots=True)
class ActingFacts:
    """What must be known of a person and a structure to decide.

    ``aidant_habilite`` is false when somebody withdrew the aidant's habilitation; ``formation_done`` is the training
    that the person's place asks for: 350 hours of a conseiller, one day of any other aidant.  ``contract_runs`` is
    false for a conseiller whose contract has not begun, broke, or came to its term.
    """

    compte_active: bool
    is_aidant: bool
    structure_habilitee: bool
    aidant_habilite: bool
    formation_done: bool
    certified: bool
    conditions_accepted: bool
    contract_runs: bool


def _is_aidant(facts: ActingFacts) -> Decision:
    """Only a person with the role ``aidant`` creates, uses, renews (DOMAIN §3.4)."""
    return GRANTED if facts.compte_active and facts.is_aidant else Denied(NOT_AN_AIDANT)


def _structure_habilitee(facts: ActingFacts) -> Decision:
    """The structure's habilitation stands (DOMAIN §5)."""
    return GRANTED if facts.structure_habilitee else Denied(STRUCTURE_NOT_HABILITEE)


def _aidant_habilite(facts: ActingFacts) -> Decision:
    """Nobody withdrew the aidant's own habilitation (DOMAIN §5)."""
    return GRANTED if facts.aidant_habilite else Denied(AIDANT_NOT_HABILITE)


def _formation_done(facts: ActingFacts) -> Decision:
    """The training is done (DOMAIN §5, right to conclude mandats)."""
    return GRANTED if facts.formation_done else Denied(FORMATION_MISSING)


def _certified(facts: ActingFacts) -> Decision:
    """The certification was obtained and was not withdrawn (DOMAIN §5)."""
    return GRANTED if facts.certified else Denied(CERTIFICATION_MISSING)


def _conditions_accepted(facts: ActingFacts) -> Decision:
    """The terms of use that stand now are accepted (DOMAIN §5)."""
    return GRANTED if facts.conditions_accepted else Denied(CONDITIONS_MISSING)


def _contract_runs(facts: ActingFacts) -> Decision:
    """The post that the State funds is held by a contract that runs (DOMAIN §5, matching: rupture)."""
    return GRANTED if facts.contract_runs else Denied(CONTRACT_OVER)


_MAY_ACT: tuple[Callable[[ActingFacts], Decision], ...] = (
    _is_aidant,
    _structure_habilitee,
    _aidant_habilite,
    _contract_runs,
    _formation_done,
    _certified,
    _conditions_accepted,
)

_CONDITIONS = {
    "formation": _formation_done,
    "certification": _certified,
    "structure": _structure_habilitee,
    "conditions": _conditions_accepted,
    "aidant": _aidant_habilite,
    "contrat": _contract_runs,
}


def may_act(facts: ActingFacts) -> Decision:
    """Return whether the person may conclude and use mandats for the structure."""
    return decide(_MAY_ACT, facts)


def missing(facts: ActingFacts) -> list[str]:
    """Return the codes of all conditions that do not hold, as the screen tells them (``CONDITIONS``)."""
    return [code for code, check in _CONDITIONS.items() if isinstance(check(facts), Denied)]
