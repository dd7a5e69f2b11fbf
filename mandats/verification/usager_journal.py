"""The journal as the usager reads it: every entry about their mandat, who acted, what for.  Never writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from aidants.domain.acteur import Kind
from aidants.domain.demarches import DEMARCHES
from aidants.journal.models import Entree
from aidants.journal.names import UNNAMED, names_among
from aidants.journal.search import Criteria, found, number_of, page_of, subjects_of_reference
from aidants.journal.walk import parsed
from aidants.structures.models import Structure
from mandats.domain.journal_usager import said_to_usager
from mandats.registre.models import Mandat, Utilisation, Verification
from mandats.verification.answers import LABELS, Answer

_VERIFIED, _TYPED = "organisme vérifié", "nom écrit par la personne qui a vérifié"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: ``number`` is ``None`` while it has no place in the tree."""

    number: int | None
    at: datetime
    label: str
    who: str
    structure: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A page of entries, newest first, and where to go on when there are older ones."""

    lines: list[Line]
    older: int | None


def journal_of(mandat: Mandat, before: int | None) -> Reading:
    """Return what the journal holds about a mandat, its preparation included, and about its usager themselves."""
    subjects = (mandat.id, mandat.usager_id, *subjects_of_reference(mandat.reference))
    page = page_of(found(Criteria(subjects=tuple(dict.fromkeys(subjects)))), before)
    bodies = {entree.id: dict(parsed(entree.body).get("facts", {})) for entree in page.entries}
    details = _details(list(bodies.values()))
    names, places = names_among(page.entries, (Kind.COMPTE, Kind.CLIENT)), _places(page.entries)
    return Reading([_line(entree, bodies[entree.id], names, places, details) for entree in page.entries], page.older)


def _line(
    entree: Entree,
    facts: Mapping[str, Any],
    names: Mapping[UUID, str],
    places: Mapping[UUID, str],
    details: Mapping[str, str],
) -> Line:
    named = names.get(entree.acteur_id, "") if entree.acteur_id else ""
    by_usager = entree.acteur_kind == Kind.USAGER
    who = "Vous" if by_usager else named or UNNAMED[Kind(entree.acteur_kind)]
    label, who = said_to_usager(entree.event, who, by_usager=by_usager)
    return Line(
        number=number_of(entree),
        at=entree.at,
        label=label,
        who=who,
        structure=places.get(entree.structure_id, "") if entree.structure_id and not by_usager else "",
        detail=_detail(facts, details),
    )


def _detail(facts: Mapping[str, Any], details: Mapping[str, str]) -> str:
    named = (details.get(str(facts.get(name)), "") for name in ("verification", "utilisation"))
    demarche = DEMARCHES.get(str(facts.get("demarche")))
    answer = LABELS[Answer(facts["answer"])] if facts.get("answer") else ""
    return " · ".join(filter(None, (*named, demarche.label if demarche else "", answer)))


def _details(facts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what look-ups and uses were for, by the identifier that their entries carry."""
    looked = [one["verification"] for one in facts if one.get("verification")]
    used = [one["utilisation"] for one in facts if one.get("utilisation")]
    told: dict[str, str] = {}
    for row in Verification.objects.filter(id__in=looked).order_by("id") if looked else ():
        told[str(row.id)] = f"{row.organisation} ({_VERIFIED if row.authenticated else _TYPED})"
    for use in Utilisation.objects.filter(id__in=used).order_by("id") if used else ():
        told[str(use.id)] = use.body
    return told


def _places(entries: Sequence[Entree]) -> dict[UUID, str]:
    wanted = {entree.structure_id for entree in entries if entree.structure_id}
    return dict(Structure.objects.filter(id__in=wanted).values_list("id", "name")) if wanted else {}
