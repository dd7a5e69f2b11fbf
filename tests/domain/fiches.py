"""What a trusted system sends of a structure and of an aidant."""

from typing import Any

STRUCTURE: dict[str, Any] = {
    "siret": "99999910500011", "nom": "CCAS de Gap", "type": "CCAS", "adresse": "1 place de la Mairie",
    "code_postal": "05000", "commune": "Gap", "code_insee": "05061", "telephone": "04 99 99 00 01",
    "courriel": "Contact@ccas.example", "latitude": 44.5, "longitude": 6,
}  # fmt: skip

AIDANT: dict[str, Any] = {
    "prenom": "Zoé", "nom": "Le Goff-d’Arc", "courriel": "Zoe@ccas.example", "fonction": "Conseillère",
    "roles": ["aidant"], "conseiller": True,
}  # fmt: skip
