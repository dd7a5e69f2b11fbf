"""What a person of the pool says of themselves: skills and situation, as closed lists."""

from collections.abc import Mapping

COMPETENCES: Mapping[str, str] = {
    "accueillir": "Accueillir et informer",
    "presenter": "Présenter des services",
    "accompagner": "Accompagner une personne",
    "atelier": "Animer un atelier",
    "orienter": "Orienter vers d’autres structures",
    "mandats": "Agir pour autrui avec un mandat",
    "materiel": "Dépanner du matériel",
    "langues": "Parler une autre langue",
}
"""The six skills of the certificate (DOMAIN §5, skills at the end), then two that structures ask for."""

SITUATIONS: Mapping[str, str] = {
    "demandeur": "En recherche d’emploi",
    "mediateur": "Médiateur ou médiatrice numérique, sans emploi",
    "emploi": "En emploi",
    "formation": "En formation",
    "autre": "Autre situation",
}
DISTANCES_KM = (5, 10, 20, 30, 40, 50, 100)
FARTHEST_KM = 200
