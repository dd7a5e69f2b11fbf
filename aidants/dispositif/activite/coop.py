"""Reports in the shape of La Coop's API (``GET /api/v1/activites``), handed to a destination.

Read in La Coop de la médiation numérique (ANCT), github.com/inclusion-numerique/coop-mediation-numerique, at commit
086e7ad: ``apps/web/src/app/api/v1/activites/route.ts`` (attributes, dates, links and meta), and beside it the words of
``features/activites/use-cases/cra/fields`` (``thematique.ts``, ``type-activite.ts``, ``type-lieu.ts``) and
``individuel/fields`` (``autonomie.ts``, ``structures-redirection.ts``).

Nothing is made up: what a report does not say is null, empty or « non communiqué ».  ``duree`` is asked of who writes;
La Coop wants a number there, so a report of before it was asked is left out (:func:`exportable`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from aidants.dispositif.activite.models import CompteRendu
from aidants.domain.activite.comptes_rendus import AGES

_TYPES: Final = {"individuel": "individuel", "ponctuel": "individuel", "atelier": "collectif"}
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


def exportable(rows: QuerySet[CompteRendu]) -> QuerySet[CompteRendu]:
    """Keep the reports that La Coop's shape can say, with their structure; the last touched first, as La Coop sorts."""
    touched = Coalesce("cancelled_at", "created_at")
    return rows.filter(minutes__isnull=False).order_by(touched.desc(), "-id")


def _instant(at: datetime) -> str:
    """Return an instant as La Coop writes it (ECMAScript's ``toISOString``)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def resource_of(row: CompteRendu) -> dict[str, Any]:
    """Return one report as La Coop's resource ``activite``.

    The place is the structure's when people were received there; elsewhere its commune was never asked, and is null.
    The conseiller is one account here, where La Coop has a médiateur and a user.
    """
    author = str(row.compte_id)
    attributes = {
        "type": _TYPES[row.kind],
        "mediateur_id": author,
        "user_id": author,
        "date": row.day.isoformat(),
        "duree": row.minutes,
        "structure_id": str(row.structure_id) if row.channel == "bureau" else None,
        "lieu_code_postal": None,
        "lieu_commune": None,
        "lieu_code_insee": None,
        "creation": _instant(row.created_at),
        "modification": _instant(row.cancelled_at or row.created_at),
        "suppression": _instant(row.cancelled_at) if row.cancelled_at else None,
        "type_lieu": _PLACES[row.channel],
        "autonomie": _AUTONOMY[row.manner] if row.kind != "atelier" else None,
        "structure_de_redirection": _REDIRECTIONS.get(row.redirected_to),
        "thematiques": sorted({theme for word in row.themes for theme in _THEMES[word]}),
        "tags": [],
        "materiel": [],
        "oriente_vers_structure": row.outcome == "oriente" if row.kind != "atelier" else None,
        "precisions_demarche": None,
        "titre_atelier": None,
        "niveau_atelier": None,
        "accompagnements": row.people,
        "beneficiaires": _people(row),
    }
    return {"type": "activite", "id": str(row.id), "attributes": attributes}


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


def document(rows: Iterable[CompteRendu], count: int, here: str) -> Iterator[str]:
    """Yield the answer of a collection of ``count`` reports, whole on one page, in pieces; ``here`` is its address."""
    yield '{"data": ['
    for rank, row in enumerate(rows):
        yield (", " if rank else "") + json.dumps(resource_of(row), ensure_ascii=False)
    meta = {
        "total_count": count,
        "items_per_page": count,
        "total_pages": 1,
        "has_next_page": False,
        "has_prev_page": False,
    }
    yield f'], "links": {json.dumps({"self": {"href": here}})}, "meta": {json.dumps(meta)}}}'
