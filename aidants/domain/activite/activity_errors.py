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
KIT_MOVED = declare(
    "kit.moved",
    409,
    "Cette commande a changé entre-temps. Relisez où elle en est.",
    "La commande n’est pas dans un état qui permet cet acte.",
)
KIT_EMPTY = declare(
    "kit.empty",
    422,
    "Choisissez au moins un article, dix au plus de chacun.",
    "Commande vide, article inconnu ou quantité hors de 1 à 10.",
)
CALL_TAKEN = declare(
    "appel.taken",
    409,
    "Quelqu’un d’autre vient de prendre cet appel. Prenez le suivant.",
    "Deux conseillers ont choisi le même appel : le premier l’a.",
)
CALL_MOVED = declare(
    "appel.moved",
    409,
    "Cet appel n’est plus à vous, ou il est terminé.",
    "Seul le conseiller qui a pris l’appel rappelle et termine.",
)
