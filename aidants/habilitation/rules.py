"""May this person act for this structure now?  Pure checks over facts."""

from dataclasses import dataclass

from aidants.domain.decisions import GRANTED, Decision, Denied, decide
from aidants.domain.errors import AIDANT_NOT_HABILITE, NOT_AN_AIDANT, STRUCTURE_NOT_HABILITEE


@dataclass(frozen=True, slots=True)
class ActingFacts:
    """What must be known of a person and a structure to decide."""

    compte_active: bool
    is_aidant: bool
    structure_habilitee: bool
    aidant_habilite: bool


def _is_aidant(facts: ActingFacts) -> Decision:
    """Only a person with the role ``aidant`` creates, uses, renews (DOMAIN §3.4)."""
    return GRANTED if facts.compte_active and facts.is_aidant else Denied(NOT_AN_AIDANT)


def _structure_habilitee(facts: ActingFacts) -> Decision:
    """The structure's habilitation stands (DOMAIN §5)."""
    return GRANTED if facts.structure_habilitee else Denied(STRUCTURE_NOT_HABILITEE)


def _aidant_habilite(facts: ActingFacts) -> Decision:
    """The aidant's own habilitation stands (DOMAIN §5, right to conclude mandats)."""
    return GRANTED if facts.aidant_habilite else Denied(AIDANT_NOT_HABILITE)


_MAY_ACT = (_is_aidant, _structure_habilitee, _aidant_habilite)


def may_act(facts: ActingFacts) -> Decision:
    """Return whether the person may conclude and use mandats for the structure."""
    return decide(_MAY_ACT, facts)
