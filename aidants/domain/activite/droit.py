"""What the right to conclude mandats follows from, in the words of the screen (DOMAIN §5).

The rule itself is ``aidants/habilitation/rules.py``; this table says who can bring what is missing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: what it is, and who can act when it is missing."""

    code: str
    title: str
    who: str


CONDITIONS = (
    Condition(
        "formation",
        "Formation suivie en entier",
        "Vous vous inscrivez à une session ; l’organisme de formation marque vos présences.",
    ),
    Condition(
        "certification",
        "Certification PIX obtenue",
        "Votre organisme de formation saisit le résultat, dans les six mois qui suivent la formation.",
    ),
    Condition(
        "structure",
        "Structure habilitée",
        "Si un poste vous est accordé, votre référent fait les cinq déclarations de la structure. "
        "Sinon il dépose un dossier, et l’instructeur de l’ANCT décide.",
    ),
    Condition("conditions", "Conditions d’utilisation acceptées", "Vous seul : lisez-les, puis acceptez-les."),
    Condition(
        "aidant",
        "Aucun retrait de votre habilitation",
        "L’ANCT a mis fin à votre habilitation : appelez l’accueil du service.",
    ),
    Condition(
        "contrat",
        "Contrat en cours, pour un poste de conseiller",
        "Votre structure enregistre votre contrat, page « Postes ». Les mandats restent les siens.",
    ),
)
