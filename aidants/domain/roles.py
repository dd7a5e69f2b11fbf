"""The roles of DOMAIN §4: in a structure, or in the State's services."""

from enum import StrEnum


class Role(StrEnum):
    """A role; the first two are held in a structure, the others nationally."""

    AIDANT = "aidant"
    REFERENT = "referent"
    INSTRUCTEUR = "instructeur"
    PREFECTURE = "prefecture"
    OPERATEUR = "operateur"
    ORGANISME = "organisme"
    ACCUEIL = "accueil"
    ADMINISTRATEUR = "administrateur"


LABELS: dict[str, str] = {
    Role.AIDANT: "Aidant",
    Role.REFERENT: "Référent",
    Role.INSTRUCTEUR: "Instructeur",
    Role.PREFECTURE: "Préfecture",
    Role.OPERATEUR: "Banque des Territoires",
    Role.ORGANISME: "Organisme de formation",
    Role.ACCUEIL: "Accueil du service",
    Role.ADMINISTRATEUR: "Administrateur",
}
"""What people read for a role, by its code."""

# Two of them decide together: the service never leaves fewer by itself.
FEWEST_ADMINISTRATEURS = 2
NATIONAL_ROLES = tuple(role for role in Role if role not in (Role.AIDANT, Role.REFERENT))
