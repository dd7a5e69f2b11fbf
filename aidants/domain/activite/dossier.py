"""The habilitation dossier of a structure that is not in the scheme (DOMAIN §5): states, persons, declarations."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from aidants.domain.activite import errors
from aidants.domain.decisions import GRANTED, Decision, Denied, decide
from aidants.domain.siret import is_siret
from aidants.domain.statuts import may_be_aidant


class Etat(StrEnum):
    """Where a dossier stands."""

    BROUILLON = "brouillon"
    EN_INSTRUCTION = "en_instruction"
    MODIFICATIONS_DEMANDEES = "modifications_demandees"
    VALIDEE = "validee"
    REFUSEE = "refusee"
    CLOTUREE = "cloturee"


ETATS = {
    Etat.BROUILLON: "En préparation",
    Etat.EN_INSTRUCTION: "En instruction",
    Etat.MODIFICATIONS_DEMANDEES: "Modifications demandées",
    Etat.VALIDEE: "Validée",
    Etat.REFUSEE: "Refusée",
    Etat.CLOTUREE: "Clôturée",
}

_NEXT = {
    Etat.BROUILLON: {Etat.EN_INSTRUCTION, Etat.CLOTUREE},
    Etat.EN_INSTRUCTION: {Etat.VALIDEE, Etat.REFUSEE, Etat.MODIFICATIONS_DEMANDEES, Etat.CLOTUREE},
    Etat.MODIFICATIONS_DEMANDEES: {Etat.EN_INSTRUCTION, Etat.CLOTUREE},
    Etat.VALIDEE: {Etat.CLOTUREE},
    Etat.REFUSEE: {Etat.CLOTUREE},
    Etat.CLOTUREE: set(),
}

TO_FILL = frozenset({Etat.BROUILLON, Etat.MODIFICATIONS_DEMANDEES})
"""The states in which the structure may change its dossier."""

REASONED = frozenset({Etat.REFUSEE, Etat.MODIFICATIONS_DEMANDEES})
"""Decisions that say why."""

KINDS = {
    "france_services": "France Services",
    "ccas": "CCAS ou CIAS",
    "commune": "Commune ou intercommunalité",
    "departement": "Conseil départemental",
    "bibliotheque": "Bibliothèque ou médiathèque",
    "association": "Association",
    "ess": "Autre structure de l’économie sociale et solidaire",
    "service_public": "Autre service public",
    "autre": "Autre",
}

DECLARATIONS = {
    "conditions": "La structure accepte les conditions d’utilisation du service.",
    "formation_payante": "Elle sait que la formation des aidants n’est pas gratuite.",
    "dpo": "Elle a informé son délégué à la protection des données.",
    "professionnels": "Ses aidants sont des professionnels, agents ou salariés.",
    "aucun_elu": "Aucun de ses aidants n’est élu.",
}


def may_move(before: Etat, after: Etat) -> Decision:
    """Return whether a dossier may go from one state to the other."""
    return GRANTED if after in _NEXT[before] else Denied(errors.DOSSIER_MOVED)


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """What is checked before a dossier is handed in.  ``missing``: names of fields left empty."""

    etat: Etat
    siret: str
    missing: Collection[str]
    declarations: Collection[str]
    aidants: int
    statuts: Collection[str]


def _to_fill(facts: DossierFacts) -> Decision:
    """Only a dossier that is being prepared is handed in."""
    return may_move(facts.etat, Etat.EN_INSTRUCTION)


def _complete(facts: DossierFacts) -> Decision:
    return Denied(errors.DOSSIER_INCOMPLETE) if facts.missing else GRANTED


def _siret(facts: DossierFacts) -> Decision:
    """Fourteen digits, Luhn, La Poste's exception."""
    return GRANTED if is_siret(facts.siret) else Denied(errors.SIRET_REFUSED)


def _somebody(facts: DossierFacts) -> Decision:
    return GRANTED if facts.aidants else Denied(errors.DOSSIER_WITHOUT_AIDANT)


def _professionals(facts: DossierFacts) -> Decision:
    """Professionals only (DOMAIN §4)."""
    verdicts = (may_be_aidant(statut) for statut in facts.statuts)
    return next((one for one in verdicts if isinstance(one, Denied)), GRANTED)


def _declared(facts: DossierFacts) -> Decision:
    """All five declarations."""
    return GRANTED if set(DECLARATIONS) <= set(facts.declarations) else Denied(errors.DECLARATIONS_MISSING)


_MAY_SUBMIT = (_to_fill, _complete, _siret, _somebody, _professionals, _declared)


def may_submit(facts: DossierFacts) -> Decision:
    """Return whether the dossier may be handed in."""
    return decide(_MAY_SUBMIT, facts)
