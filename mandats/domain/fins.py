"""Who may declare an end or a suspension, and how the usager is told (DOMAIN §3.1, §3.4).

A motif is told to nobody: the words are the same for all of them.  What differs is whether, and on what.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from aidants.domain.decisions import GRANTED, Decision, Denied
from mandats.domain import errors
from mandats.domain.motifs import MotifDeFin

USAGER, AIDANT, REFERENT, ACCUEIL, INSTRUCTEUR, ADMINISTRATEUR, PARTENAIRE, SYSTEME = (
    "usager",
    "aidant",
    "referent",
    "accueil",
    "instructeur",
    "administrateur",
    "partenaire",
    "systeme",
)
PAGE, SMS, PAPER, DESK, TELEPHONE, EXEMPLAIRE = "page_usager", "sms", "formulaire", "aidant", "accueil", "exemplaire"
"""How a stop was asked: own page, text message, paper form, at the desk, by telephone, for want of a signed sheet."""

_DECLARED_BY: Final = {
    MotifDeFin.REVOCATION: {USAGER, AIDANT},
    MotifDeFin.RENONCIATION: {REFERENT},
    MotifDeFin.DECES: {ADMINISTRATEUR},
    MotifDeFin.TUTELLE: {ADMINISTRATEUR},
    MotifDeFin.INSOLVABILITE: {ADMINISTRATEUR},
    MotifDeFin.FERMETURE: {INSTRUCTEUR, ADMINISTRATEUR, PARTENAIRE, SYSTEME},
    MotifDeFin.LIQUIDATION: {INSTRUCTEUR, ADMINISTRATEUR, PARTENAIRE, SYSTEME},
    MotifDeFin.HABILITATION: {INSTRUCTEUR, ADMINISTRATEUR, PARTENAIRE, SYSTEME},
}
FOLLOWS: Final = frozenset(MotifDeFin) - _DECLARED_BY.keys()
"""Ends that nobody declares: the term comes, the single use was made, a new mandat of the usager's takes the place."""
_SUSPENDED_BY: Final = {USAGER, AIDANT, ACCUEIL, ADMINISTRATEUR, SYSTEME}
NATIONWIDE: Final = frozenset({ACCUEIL, INSTRUCTEUR, ADMINISTRATEUR})
"""Roles that reach the mandats of every structure, to stop them and for nothing else."""


class Told(Enum):
    """How the usager learns it."""

    NOT = "not"
    BY_THEIR_CHANNEL = "channel"
    BY_LETTER = "letter"


@dataclass(frozen=True, slots=True)
class EndFacts:
    """``who`` is a role, ``usager`` or ``systeme``; ``way`` says how it was asked."""

    motif: MotifDeFin
    who: str
    way: str


def may_end(facts: EndFacts) -> Decision:
    """Decide by the closed list of DOMAIN §3.1; the accueil only enters a form that the usager signed."""
    signed_form = facts.who == ACCUEIL and facts.motif is MotifDeFin.REVOCATION and facts.way == PAPER
    allowed = facts.who in _DECLARED_BY.get(facts.motif, ()) or signed_form
    return GRANTED if allowed else Denied(errors.END_NOT_YOURS)


def may_suspend(who: str) -> Decision:
    """Wrongly stopping is cheap (DOMAIN §3.4): nearly everybody may."""
    return GRANTED if who in _SUSPENDED_BY else Denied(errors.END_NOT_YOURS)


def end_told(motif: MotifDeFin, who: str) -> Told:
    """Any end that the usager did not ask is told; of a death only by a letter, which a false one would meet."""
    if who == USAGER or motif in (MotifDeFin.TERME, MotifDeFin.USAGE_UNIQUE):
        return Told.NOT
    return Told.BY_LETTER if motif is MotifDeFin.DECES else Told.BY_THEIR_CHANNEL


def suspension_told(who: str) -> Told:
    """A suspension asked on a weak identity is followed by a letter; one's own needs no telling."""
    if who == USAGER:
        return Told.NOT
    return Told.BY_LETTER if who == ACCUEIL else Told.BY_THEIR_CHANNEL
