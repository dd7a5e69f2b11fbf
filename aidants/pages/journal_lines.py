"""From entries to the lines that people read: words of the catalogue, names of accounts and structures.

An usager never has a name here.  What a referent reads is less: see :func:`for_referent`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from aidants.domain import errors, events
from aidants.domain.acteur import Kind
from aidants.domain.vault import keyed_digest
from aidants.journal.models import Entree
from aidants.journal.names import UNNAMED, names_among
from aidants.journal.search import number_of, references_of, signed_among
from aidants.journal.walk import parsed
from aidants.structures.models import Structure


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: ``number`` is ``None`` while it has no place in the tree; ``about`` names the mandat, if it is one."""

    id: int
    number: int | None
    at: datetime
    label: str
    who: str
    structure: str
    about: str
    reason: str
    facts: list[tuple[str, str]]


def lines_of(entries: Sequence[Entree]) -> list[Line]:
    """Return the lines of a page for an instructeur, by four queries at most."""
    names, places = names_among(entries), _structures(entries)
    references = references_of({entree.subject_id for entree in entries if entree.subject_id})
    return [
        Line(
            id=entree.id,
            number=number_of(entree),
            at=entree.at,
            label=label_of(entree.event),
            who=_who(entree, names),
            structure=places.get(entree.structure_id, "") if entree.structure_id else "",
            about=references.get(entree.subject_id, "") if entree.subject_id else "",
            reason=reason_of(entree.reason),
            facts=[(name, _words(value)) for name, value in sorted(parsed(entree.body).get("facts", {}).items())],
        )
        for entree in entries
    ]


def label_of(code: str) -> str:
    """Return the words of an event; its code for one that the catalogue no longer has."""
    event = events.CATALOGUE.get(code)
    return event.label if event else code


def reason_of(code: str) -> str:
    """Return what the person was told when they were refused; the code itself when it is no error's."""
    error = errors.CATALOGUE.get(code)
    return error.message if error else code


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _who(entree: Entree, names: Mapping[UUID, str]) -> str:
    named = names.get(entree.acteur_id, "") if entree.acteur_id else ""
    return named or UNNAMED.get(Kind(entree.acteur_kind), "")


def _structures(entries: Sequence[Entree]) -> dict[UUID, str]:
    wanted = {entree.structure_id for entree in entries if entree.structure_id}
    return dict(Structure.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}


# --- what a referent reads ------------------------------------------------------------------------------------

_TOLD_OF_USAGERS = (
    "consentement:give",
    "mandat:revoke",
    "autorisation:revoke",
    "mandat:suspend",
    "mandat:resume",
)
"""Acts of an usager whose effect the structure sees anyway; that they opened their own page it never learns."""
_OF_THE_TEAM = (
    *("acces", "activite", "adhesion", "candidature", "carte", "certification", "compte", "contrat", "dossier"),
    *("formation", "habilitation", "invitation", "journal", "kit", "nomination", "recuperation", "relation", "role"),
    *("structure", "versement"),
)
"""Rooms whose acts are about a person of the team, the structure or the scheme: what they are about is no dossier."""


def for_referent(rows: QuerySet[Entree], structure_id: UUID) -> QuerySet[Entree]:
    """Return the entries of one structure that its referent may read."""
    by_usagers = Q(acteur_kind=Kind.USAGER.value) & ~Q(event__in=_TOLD_OF_USAGERS)
    return rows.filter(structure_id=structure_id).exclude(by_usagers)


def lines_for_referent(entries: Sequence[Entree], structure_id: UUID) -> list[Line]:
    """Return lines without facts, and with a name of this screen alone for each dossier.

    The same dossier has the same name on every line, brouillon or mandat, so that a referent sees what belongs
    together; it opens nothing, stands on no paper, and says nothing to another structure.  An act on the team or on
    the structure itself is about no dossier.
    """
    names = names_among(entries)
    subjects = {entree.subject_id for entree in entries if entree.subject_id}
    began = {row.mandat: row.brouillon for row in signed_among(subjects) if row.brouillon}
    return [
        Line(
            id=entree.id,
            number=number_of(entree),
            at=entree.at,
            label=label_of(entree.event),
            who=_who(entree, names),
            structure="",
            about=_dossier(structure_id, entree, began),
            reason=reason_of(entree.reason),
            facts=[],
        )
        for entree in entries
    ]


def _dossier(structure_id: UUID, entree: Entree, began: Mapping[UUID, UUID]) -> str:
    if entree.subject_id is None or entree.event.partition(":")[0] in _OF_THE_TEAM:
        return ""
    return dossier_name(structure_id, began.get(entree.subject_id, entree.subject_id))


def dossier_name(structure_id: UUID, subject_id: UUID) -> str:
    """Return six characters that stand for one dossier on the referent's screen of one structure."""
    digest = keyed_digest(settings.DIGEST_KEY, "journal-dossier", f"{structure_id}:{subject_id}")
    return f"{digest[:3]}-{digest[3:6]}".upper()
