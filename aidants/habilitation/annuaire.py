"""Habilitated structures as the national map of digital mediation reads them, one place a structure.

Columns and words are those of the published schema « lieux de médiation numérique » (LaMednum, schema.data.gouv.fr),
which data.inclusion reads too.  What we do not know stays empty; a referent may keep their structure out of it.  No
person stands here: the address and the telephone are the structure's own.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.db.models.functions import Coalesce, Greatest

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import NOT_A_REFERENT
from aidants.domain.events import STRUCTURE_LISTING
from aidants.domain.folding import fold
from aidants.habilitation.selectors import standing_habilitations
from aidants.journal.record import record
from aidants.structures.models import Affectation, Structure
from aidants.structures.team import is_referent_of

COLUMNS = (
    "id", "pivot", "nom", "commune", "code_postal", "code_insee", "adresse", "complement_adresse", "latitude",
    "longitude", "typologie", "telephone", "courriels", "site_web", "horaires", "presentation_resume",
    "presentation_detail", "source", "itinerance", "structure_parente", "date_maj", "services",
    "publics_specifiquement_adresses", "prise_en_charge_specifique", "frais_a_charge",
    "dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels", "modalites_acces",
    "modalites_accompagnement", "fiche_acces_libre", "prise_rdv",
)  # fmt: skip
# The schema's code for a kind of structure: by the words of our list (``dossier.KINDS``), then those of who provisions.
TYPOLOGIES = {
    "ccas ou cias": "CCAS",
    "commune ou intercommunalite": "MUNI",
    "conseil departemental": "CD",
    "bibliotheque ou mediatheque": "BIB",
    "autre structure de l economie sociale et solidaire": "ESS",
    "association": "ASSO",
    "bibliotheque": "BIB",
    "ccas": "CCAS",
    "centre social": "CS",
    "cias": "CIAS",
    "commune": "MUNI",
    "departement": "CD",
    "epci": "EPCI",
    "france services": "RFS",
    "mairie": "MUNI",
    "mediatheque": "BIB",
    "mission locale": "ML",
}
_RESUME = (
    "Des aidants habilités y concluent des mandats avec des personnes éloignées du numérique, et font certaines "
    "démarches en leur nom, avec leur accord."
)


def places() -> Iterator[dict[str, Any]]:
    """Yield the places that are published, by name; a column that holds several values is a list."""
    standing = standing_habilitations(OuterRef("pk"))
    conseillers = Affectation.objects.filter(structure=OuterRef("pk"), ended_at__isnull=True, is_conseiller=True)
    since = standing.order_by().values("structure").annotate(last=Max("validee_at")).values("last")
    rows = Structure.objects.filter(Exists(standing), is_listed=True).annotate(
        conseiller=Exists(conseillers),
        changed_at=Greatest("created_at", Coalesce("updated_at", "created_at"), since),
    )
    for row in rows.order_by("name", "id").iterator(chunk_size=500):
        yield {name: value for name, value in _place(row).items() if value not in ("", None, [])}


def _place(row: Any) -> dict[str, Any]:
    kind = fold(row.kind)
    programmes = ["Aidants Connect"]
    programmes += ["Conseillers numériques"] if row.conseiller else []
    programmes += ["France Services"] if kind == "france services" else []
    contacts = {"Téléphoner": row.telephone, "Contacter par mail": row.email}
    return {
        "id": str(row.id),
        "pivot": row.siret,
        "nom": row.name,
        "commune": row.city,
        "code_postal": row.postcode,
        "code_insee": row.insee_code,
        "adresse": row.street,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "typologie": [TYPOLOGIES.get(kind, "Autre")] if kind else [],
        "telephone": row.telephone,
        "courriels": [row.email] if row.email else [],
        "presentation_resume": _RESUME,
        "source": settings.SERVICE_NAME,
        "date_maj": f"{row.changed_at:%Y-%m-%d}",
        "services": ["Aide aux démarches administratives"],
        "frais_a_charge": ["Gratuit"],
        "dispositif_programmes_nationaux": programmes,
        "modalites_acces": ["Se présenter", *(way for way, known in contacts.items() if known)],
        "modalites_accompagnement": ["Accompagnement individuel"],
    }


def as_row(place: dict[str, Any]) -> list[str]:
    """Return a place as a line of the schema's CSV: every column, several values separated by « | »."""
    return ["|".join(value) if isinstance(value := place.get(name, ""), list) else str(value) for name in COLUMNS]


@transaction.atomic
def set_listing(structure_id: UUID, acteur: Acteur, *, is_listed: bool, now: datetime) -> Decision:
    """Publish the structure in the open data, or keep it out; by one of its referents."""
    if not is_referent_of(acteur.known_id, structure_id):
        return Denied(NOT_A_REFERENT)
    if Structure.objects.filter(pk=structure_id).exclude(is_listed=is_listed).update(is_listed=is_listed):
        facts = {"is_listed": is_listed}
        record(STRUCTURE_LISTING, acteur=acteur, at=now, subject=structure_id, structure=structure_id, facts=facts)
    return GRANTED
