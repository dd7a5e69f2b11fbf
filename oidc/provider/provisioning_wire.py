"""The provisioning API's JSON: what a partenaire may say of structures and aidants, and what it is told.

Owns shapes only; what is right is said by :mod:`aidants.domain.fiches`, which files obey too.
"""

import re
from typing import Any

from rest_framework import serializers

from aidants.domain.fiches import AIDANT_REQUIRED, ROLES, STRUCTURE_REQUIRED
from aidants.domain.statuts import STATUTS
from aidants.habilitation.models import HabilitationStructure
from aidants.habilitation.selectors import may_act_for
from aidants.structures.models import ReferencePartenaire
from aidants.structures.upkeep import place_of

NAME = re.compile("[A-Za-z0-9._-]{1,64}")
_LINE = r"^[^\u0000-\u001f\u007f-\u009f]*$"


def _text(longest: int, pattern: str = _LINE, **more: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "pattern": pattern, **more}


STRUCTURE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": list(STRUCTURE_REQUIRED),
    "properties": {
        "siret": _text(14, "^[0-9]{14}$", description="Contrôlé (Luhn).", examples=["99999910500011"]),
        "nom": _text(256, minLength=1, examples=["CCAS de Gap"]),
        "type": _text(64, examples=["CCAS"]),
        "adresse": _text(256, minLength=1, examples=["1 place de la Mairie"]),
        "code_postal": _text(5, "^[0-9]{5}$", examples=["05000"]),
        "commune": _text(256, minLength=1, examples=["Gap"]),
        "code_insee": _text(5, "^([0-9]{2}|2[AB])[0-9]{3}$", description="Du COG.", examples=["05061"]),
        "telephone": _text(32, examples=["04 99 99 00 01"]),
        "courriel": _text(254, examples=["contact@ccas.example"]),
        "latitude": {"type": ["number", "null"], "minimum": -90, "maximum": 90},
        "longitude": {"type": ["number", "null"], "minimum": -180, "maximum": 180},
    },
}  # fmt: skip
AIDANT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": list(AIDANT_REQUIRED),
    "properties": {
        "prenom": _text(100, minLength=1, examples=["Nadia"]),
        "nom": _text(100, minLength=1, examples=["Benali"]),
        "courriel": _text(254, minLength=1, examples=["nadia.benali@ccas.example"]),
        "fonction": _text(100, examples=["Conseillère numérique"]),
        "roles": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string", "enum": list(ROLES)}},
        "conseiller": {"type": "boolean", "description": "Poste financé par le dispositif conseiller numérique."},
        "statut": {
            "type": "string",
            "enum": list(STATUTS),
            "description": "Ce que la personne est dans la structure. D’un aidant : agent_public ou salarie.",
        },
    },
}
END_OF_STRUCTURE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["motif"],
    "properties": {"motif": {"type": "string", "enum": ["fermeture", "liquidation", "habilitation"]}},
}
END_OF_PLACE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["motif"],
    "properties": {"motif": {"type": "string", "enum": ["depart", "fin_de_contrat", "erreur"]}},
}


class StructureTold(serializers.Serializer[Any]):
    """A structure as the service knows it, under the caller's own name for it."""

    id = serializers.CharField(help_text="L’identifiant que l’appelant lui donne.")
    siret = serializers.CharField()
    nom = serializers.CharField()
    habilitee = serializers.BooleanField(help_text="Vrai si ses aidants peuvent conclure des mandats.")
    changed = serializers.ListField(child=serializers.CharField(), help_text="Ce que cet appel a changé.")


class StructuresTold(serializers.Serializer[Any]):
    """A page of structures; ``suite`` goes into ``apres`` for the next, null at the end."""

    structures = StructureTold(many=True)
    suite = serializers.CharField(allow_null=True)


class AidantTold(serializers.Serializer[Any]):
    """An aidant's place, without their name: the caller has it."""

    id = serializers.CharField(help_text="L’identifiant que l’appelant lui donne.")
    etat = serializers.ChoiceField(choices=["invite", "actif", "ferme", "parti"])
    roles = serializers.ListField(child=serializers.ChoiceField(choices=list(ROLES)))
    conseiller = serializers.BooleanField()
    statut = serializers.CharField(help_text="Le statut déclaré ; vide s’il ne l’a pas été.")
    habilite = serializers.BooleanField(help_text="Vrai si la personne peut conclure des mandats ici, maintenant.")
    changed = serializers.ListField(child=serializers.CharField(), help_text="Ce que cet appel a changé.")


class AidantsTold(serializers.Serializer[Any]):
    """All the aidants that the caller keeps in a structure."""

    aidants = AidantTold(many=True)


def structure_told(kept: ReferencePartenaire, changed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what is told of a structure."""
    standing = HabilitationStructure.objects.filter(structure=kept.structure_id, ended_at__isnull=True)
    return {
        "id": kept.external_id,
        "siret": kept.structure.siret,
        "nom": kept.structure.name,
        "habilitee": standing.exists(),
        "changed": list(changed),
    }


def aidant_told(kept: ReferencePartenaire, changed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what is told of an aidant: a state, never a name."""
    place, waits = place_of(kept), kept.invitation
    invited = waits is not None and waits.accepted_at is None and waits.cancelled_at is None
    source = place or (waits if invited else None)
    state = "invite" if invited else "parti"
    if place is not None:
        state = "actif" if place.compte.is_active else "ferme"
    return {
        "id": kept.external_id,
        "etat": state,
        "roles": [role for role in ROLES if source is not None and getattr(source, f"is_{role}")],
        "conseiller": place.is_conseiller if place else kept.is_conseiller,
        "statut": source.statut if source is not None else "",
        "habilite": bool(place and may_act_for(place.compte_id, kept.structure_id)),
        "changed": list(changed),
    }
