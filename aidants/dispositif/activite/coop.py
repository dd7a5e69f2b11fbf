"""Reports in the shape of La Coop's API (JSON:API, ``GET /api/v1/activites``), handed to a destination.

The shape is that of La Coop de la médiation numérique (ANCT, inclusion-numerique/coop-mediation-numerique).  What it
asks and a report does not say is null or « non communiqué »: nothing is made up.  A destination is anything that takes
lines; the one of this house writes a file.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from aidants.dispositif.activite.models import CompteRendu
from aidants.domain.activite.comptes_rendus import AGES

_TYPES: Final = {"individuel": "individuel", "ponctuel": "individuel", "atelier": "collectif"}
_MINUTES: Final = {"individuel": 60, "ponctuel": 15, "atelier": 120}
_PLACES: Final = {
    "bureau": "lieu_activite",
    "autre_lieu": "autre",
    "distance": "a_distance",
    "domicile": "domicile",
    "appel_solidarite": "a_distance",
}
_THEMES: Final = {
    "usages": ("culture_numerique",),
    "critique": ("securite_numerique", "reseaux_sociaux"),
    "autonomie": ("aide_aux_demarches_administratives",),
    "materiel": ("prendre_en_main_du_materiel",),
    "internet": ("navigation_sur_internet",),
    "courriel": ("email",),
    "texte": ("bureautique",),
    "smartphone": ("prendre_en_main_du_materiel",),
    "annonce": ("gere_ses_contenus_numeriques",),
    "demarches": ("aide_aux_demarches_administratives",),
    "sante_logement": ("social_sante", "logement"),
    "donnees": ("securite_numerique",),
}
_REDIRECTIONS: Final = {
    "ants": "administration",
    "dgfip": "administration",
    "prefecture": "administration",
    "caf": "operateur_ou_organisme_en_charge",
    "cpam": "operateur_ou_organisme_en_charge",
    "france_travail": "operateur_ou_organisme_en_charge",
    "carsat": "operateur_ou_organisme_en_charge",
    "france_services": "aide_aux_demarches_administratives",
    "mairie": "aide_aux_demarches_administratives",
    "departement": "aide_sociale",
    "mediation": "mediation_numerique",
    "insertion": "insertion_professionnelle",
    "autre": "autre",
}
_AUTONOMY: Final = {"avec": "partiellement_autonome", "place": "entierement_accompagne"}


def resource_of(row: CompteRendu) -> dict[str, Any]:
    """Return one report as La Coop's resource ``activite``; its structure is fetched with it."""
    here = row.channel == "bureau"
    themes = sorted({theme for word in row.themes for theme in _THEMES[word]})
    written = row.created_at.isoformat()
    attributes = {
        "type": _TYPES[row.kind],
        "mediateur_id": str(row.compte_id),
        "accompagnements": row.people,
        "date": row.day.isoformat(),
        "duree": _MINUTES[row.kind],
        "type_lieu": _PLACES[row.channel],
        "structure_id": str(row.structure_id) if here else None,
        "lieu_code_postal": None if here else row.structure.postcode,
        "lieu_commune": None if here else row.structure.city,
        "lieu_code_insee": None if here else row.structure.insee_code,
        "creation": written,
        "modification": (row.cancelled_at or row.created_at).isoformat(),
        "suppression": row.cancelled_at.isoformat() if row.cancelled_at else None,
        "autonomie": _AUTONOMY[row.manner] if row.kind != "atelier" else None,
        "oriente_vers_structure": row.outcome == "oriente",
        "structure_de_redirection": _REDIRECTIONS.get(row.redirected_to),
        "materiel": [],
        "thematiques": themes,
        "tags": [],
        "precisions_demarche": None,
        "titre_atelier": None,
        "niveau_atelier": None,
        "beneficiaires": _people(row),
    }
    mediateur = {"data": {"type": "mediateur", "id": str(row.compte_id)}}
    return {
        "type": "activite",
        "id": str(row.id),
        "attributes": attributes,
        "relationships": {"mediateur": mediateur},
    }


def _people(row: CompteRendu) -> dict[str, Any]:
    ages = dict(zip(AGES, row.ages, strict=True))
    untold = row.people - sum(row.ages)
    nobody = dict.fromkeys(("scolarise", "sans_emploi", "en_emploi", "retraite"), 0)
    return {
        "total": row.people,
        "genres": {"masculin": 0, "feminin": 0, "non_communique": row.people},
        "tranches_age": {**ages, "non_communique": untold},
        "statuts": {**nobody, "non_communique": row.people},
    }


class Destination(Protocol):
    """Where reports go: a file here, La Coop's own API once it takes them."""

    def send(self, resources: Iterable[Mapping[str, Any]]) -> int:
        """Take resources and return how many."""
        ...


class FileDestination:
    """Writes one resource a line."""

    def __init__(self, path: Path) -> None:
        """Keep where."""
        self.path = path

    def send(self, resources: Iterable[Mapping[str, Any]]) -> int:
        """Write the file anew and return how many lines it has."""
        count = 0
        with self.path.open("w", encoding="utf-8") as file:
            for one in resources:
                file.write(json.dumps(one, ensure_ascii=False) + "\n")
                count += 1
        return count


def document(rows: Iterable[CompteRendu]) -> Iterator[str]:
    """Yield one JSON:API document of a collection, piece by piece."""
    yield '{"jsonapi": {"version": "1.0"}, "data": ['
    for rank, row in enumerate(rows):
        yield (", " if rank else "") + json.dumps(resource_of(row), ensure_ascii=False)
    yield "]}"
