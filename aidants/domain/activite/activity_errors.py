"""Refusals of activity reports, kits and calls."""

from aidants.domain.errors import declare

CRA_REFUSED = declare(
    "activite.refused",
    422,
    "Ce compte rendu ne peut pas être enregistré. Vérifiez le jour, le nombre de personnes et les thèmes.",
    "Jour à venir ou de plus d’un an, nombre hors de 1 à 100, thème inconnu, tranches d’âge plus nombreuses.",
)
CRA_ALREADY = declare(
    "activite.already",
    409,
    "Cette utilisation a déjà son compte rendu.",
    "Un compte rendu au plus par utilisation d’un mandat.",
)
