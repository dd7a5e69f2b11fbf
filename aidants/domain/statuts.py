"""What somebody is in a structure, and which of these may be an aidant of it (DOMAIN §4).

Whoever brings somebody in declares it: in a dossier, an invitation, a file, the provisioning API, an answer to a
request to join.
"""

from aidants.domain.activite.errors import NOT_A_PROFESSIONAL
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import STATUT_UNDECLARED

SALARIE = "salarie"
STATUTS = {
    "agent_public": "Agent public",
    SALARIE: "Salarié",
    "benevole": "Bénévole",
    "service_civique": "Service civique",
    "stagiaire": "Stagiaire",
    "elu": "Élu",
    "mandataire_judiciaire": "Mandataire judiciaire",
}
PROFESSIONALS = frozenset({"agent_public", SALARIE})
"""Volunteers, service civique, interns, elected officials, mandataires judiciaires are no aidants (DOMAIN §4)."""


def is_professional(statut: str) -> bool:
    """Tell whether somebody of this status may be an aidant."""
    return statut in PROFESSIONALS


def may_be_aidant(statut: str) -> Decision:
    """Return whether somebody whose status was declared, or was not (empty), may be an aidant."""
    if not statut:
        return Denied(STATUT_UNDECLARED)
    return GRANTED if is_professional(statut) else Denied(NOT_A_PROFESSIONAL)
