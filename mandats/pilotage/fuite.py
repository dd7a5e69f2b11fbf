"""Who is touched by a leak: the persons of the rows of a table, or of the acts of one account, between two moments.

Reads; writes nothing but one entry of the journal.  What it names goes to a file for its owner's eyes, never to a log.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from aidants.journal.export import safe
from aidants.journal.models import Entree
from mandats.droits.models import Demande, Rapprochement
from mandats.registre.models import (
    Autorisation,
    Avis,
    ChangementContact,
    CodeUsager,
    Contestation,
    Document,
    Mandat,
    Usager,
    Utilisation,
    Verification,
)


@dataclass(frozen=True, slots=True)
class Table:
    """How a table leads to persons: the lookup from ``usager``, and the column that dates its rows."""

    to_usager: str
    dated_by: str
    holds: str


TABLES = {
    "usager": Table("pk", "created_at", "identité, naissance, coordonnées"),
    "mandat": Table("usager", "accepted_at", "identité, texte signé, démarches"),
    "document": Table("mandat__usager", "created_at", "mandat, feuille signée, signature dessinée"),
    "autorisation": Table("usager", "mandat__accepted_at", "démarches et formalités"),
    "utilisation": Table("mandat__usager", "created_at", "ce qui a été fait au nom de la personne"),
    "verification": Table("mandat__usager", "created_at", "qui a vérifié, et la réponse"),
    "avis": Table("usager", "created_at", "ce qui a été dit à la personne"),
    "contestation": Table("mandat__usager", "created_at", "les mots de la personne"),
    "changement_contact": Table("usager", "made_at", "adresses et numéros d’avant et d’après, chiffrés"),
    "rapprochement": Table("usager", "proposed_at", "identité donnée sous un autre identifiant, chiffrée"),
    "demande_droit": Table("usager", "asked_at", "ce que la personne a demandé, chiffré"),
    "code_usager": Table("mandat__usager", "created_at", "empreintes de codes"),
}
_MODELS = {
    model._meta.db_table: model  # noqa: SLF001 -- Django's documented API
    for model in (
        Usager, Mandat, Document, Autorisation, Utilisation, Verification, Avis, Contestation, CodeUsager,
        ChangementContact, Rapprochement, Demande,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Touched:
    """The persons, and what each must be sent: an e-mail, a text message or a letter."""

    persons: list[Usager]
    structures: dict[UUID, list[str]]

    @property
    def ways(self) -> Counter[str]:
        """How many e-mails, text messages and letters there are to prepare."""
        return Counter(way_of(person) for person in self.persons)

    @property
    def by_structure(self) -> Counter[str]:
        """How many persons of each structure; a person of two structures counts in both."""
        return Counter(name for person in self.persons for name in self.structures.get(person.id, ["(aucune)"]))


def way_of(person: Usager) -> str:
    """Return how a person is reached: by e-mail, else by text message, else by letter."""
    return "courriel" if person.email else "sms" if person.sms_number else "lettre"


def touched_by_table(table: str, since: datetime | None, until: datetime | None, siret: str = "") -> Touched:
    """Return whose rows of ``table`` were written between two moments.  Raises ``KeyError`` for an unknown table."""
    asked, model = TABLES[table], _MODELS[table]
    rows = model._default_manager.all()  # noqa: SLF001 -- the same
    if since:
        rows = rows.filter(**{f"{asked.dated_by}__gte": since})
    if until:
        rows = rows.filter(**{f"{asked.dated_by}__lt": until})
    return _touched(rows.order_by().values_list(asked.to_usager, flat=True).distinct(), siret)


def touched_by_account(compte_id: UUID, since: datetime | None, until: datetime | None, siret: str = "") -> Touched:
    """Return the persons whose records an account reached, as the journal tells it: the account of a thief."""
    acts = Entree.objects.filter(acteur_kind="compte", acteur_id=compte_id, subject_id__isnull=False)
    acts = acts.filter(at__gte=since) if since else acts
    acts = acts.filter(at__lt=until) if until else acts
    subjects = acts.order_by().values("subject_id").distinct()
    reached = Usager.objects.filter(Q(pk__in=subjects) | Q(mandats__pk__in=subjects))
    return _touched(reached.order_by().values_list("pk", flat=True).distinct(), siret)


def _touched(ids: Iterable[UUID | None], siret: str) -> Touched:
    found = Usager.objects.filter(pk__in=[pk for pk in ids if pk], erased_at__isnull=True)
    if siret:
        found = found.filter(mandats__structure__siret=siret).distinct()
    persons = list(found.order_by("folded_family_given", "id"))
    structures: dict[UUID, list[str]] = {}
    pairs = (
        Mandat.objects.filter(usager__in=persons).order_by("structure__name").values_list("usager", "structure__name")
    )
    for usager_id, name in pairs.distinct():
        structures.setdefault(usager_id, []).append(name)
    return Touched(persons, structures)


def as_csv(touched: Touched) -> str:
    """Return the list of persons to tell, with how and by which structure, for one pair of eyes."""
    output = io.StringIO()
    writer = csv.writer(output, delimiter=";")
    writer.writerow(["prénoms", "nom", "naissance", "moyen", "adresse", "structures"])
    for person in touched.persons:
        to = person.email or person.sms_number or person.postal_address
        names = " / ".join(touched.structures.get(person.id, []))
        cells = (person.given_name, person.family_name, person.birthdate, way_of(person), to, names)
        writer.writerow([safe(cell) for cell in cells])
    return output.getvalue()
