"""Questions about habilitations.  The right is asked of the rows that it follows from, each time: nothing lags."""

from typing import Any
from uuid import UUID, uuid4

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from aidants.dispositif.formation.models import Certification, Parcours
from aidants.dispositif.models import Contrat
from aidants.dispositif.termes import contract_runs
from aidants.domain.activite.droit import CONDITIONS
from aidants.domain.activite.formation import Cadre
from aidants.domain.decisions import Decision
from aidants.habilitation.models import AcceptationConditions, HabilitationAidant, HabilitationStructure
from aidants.habilitation.rules import ActingFacts, may_act, missing
from aidants.habilitation.textes import standing_conditions
from aidants.structures.models import Affectation

_NOBODY = ActingFacts(False, False, False, False, False, False, False, False)


def decisions(compte: UUID | OuterRef, structure: UUID | OuterRef) -> QuerySet[HabilitationAidant]:
    """Return what was decided of a person in a structure or in one merged into it, the last first; it ended or stands.

    By person: a decision outlives the place that it was taken about, and no new place undoes it.
    """
    there = Q(affectation__structure=structure) | Q(affectation__structure__merged_into=structure)
    rows = HabilitationAidant.objects.filter(there, affectation__compte=compte)
    return rows.order_by(Coalesce("ended_at", "validee_at").desc(), F("ended_at").asc(nulls_first=True), "id")


def _personal() -> dict[str, Any]:
    """Return the conditions of an affectation that are the person's own, in the order of :class:`ActingFacts`."""
    last = decisions(OuterRef("compte"), OuterRef("structure"))
    stands = last.annotate(stands=ExpressionWrapper(Q(ended_at__isnull=True), BooleanField())).values("stands")
    done = Parcours.objects.filter(compte=OuterRef("compte"), completed_on__isnull=False)
    certified = Certification.objects.filter(compte=OuterRef("compte"), obtained=True, withdrawn_at__isnull=True)
    funded = Contrat.objects.filter(compte=OuterRef("compte"), structure=OuterRef("structure"), ended_on__isnull=True)
    accepted = AcceptationConditions.objects.filter(compte=OuterRef("compte"), version=standing_conditions().version)
    return {
        "aidant_ok": Coalesce(Subquery(stands[:1]), True),
        # 350 hours for a post that the State funds, one day for any other; who did more has done enough.
        # The contract is asked too: a partner's file that forgets the post lightens nobody's training.
        "formation_ok": Q(is_conseiller=False) & ~Exists(funded) & Exists(done)
        | Exists(done.filter(cadre=Cadre.CONSEILLER)),
        "certified_ok": Exists(certified),
        "conditions_ok": Exists(accepted),
        "contract_ok": contract_runs(),
    }


def entitled(structure: UUID | OuterRef | None, compte_id: UUID | OuterRef | None) -> QuerySet[Affectation]:
    """Return the standing place of a person in a structure if all that is their own holds; one subquery."""
    place = Affectation.objects.filter(structure=structure, compte=compte_id, ended_at__isnull=True)
    own = _personal()
    return place.annotate(**own).filter(**dict.fromkeys(own, True))


def entitled_sql(structure: str, compte: str) -> tuple[str, list[Any]]:
    """Return :func:`entitled` as a condition of a statement written by hand, and its parameters.

    ``structure``, ``compte``: columns of that statement.  It is compiled from the query that the register asks: a
    condition added there is asked here.
    """
    columns = {uuid4(): structure, uuid4(): compte}
    query, given = entitled(*columns).values("pk").query.sql_with_params()
    parts = query.split("%s")
    named = [columns.get(one, "%s") if isinstance(one, UUID) else "%s" for one in given]
    text = parts[0] + "".join(name + part for name, part in zip(named, parts[1:], strict=True))
    return f"EXISTS ({text})", [one for one, name in zip(given, named, strict=True) if name == "%s"]


def standing_habilitations(structure: UUID | OuterRef | None) -> QuerySet[HabilitationStructure]:
    """Return the habilitation of a structure by which it may act now: neither ended nor deactivated for a while."""
    return HabilitationStructure.objects.filter(structure=structure, ended_at__isnull=True, suspended_at__isnull=True)


def _habilitated() -> Exists:
    return Exists(standing_habilitations(OuterRef("structure")))


def count_able() -> int:
    """Return how many persons may act somewhere now, by one query."""
    own = _personal()
    places = Affectation.objects.filter(ended_at__isnull=True, is_aidant=True, compte__is_active=True)
    able = places.filter(_habilitated()).annotate(**own).filter(**dict.fromkeys(own, True))
    return able.values("compte").distinct().count()


def acting_facts(compte_id: UUID, structure_id: UUID) -> ActingFacts:
    """Return the facts of one person in one structure, by one query."""
    own = _personal()
    row = (
        Affectation.objects.filter(compte=compte_id, structure=structure_id, ended_at__isnull=True)
        .annotate(structure_ok=_habilitated(), **own)
        .values_list("compte__is_active", "is_aidant", "structure_ok", *own)
        .first()
    )
    return ActingFacts(*row) if row else _NOBODY


def may_act_for(compte_id: UUID, structure_id: UUID) -> Decision:
    """Return whether this person may conclude and use mandats for this structure now."""
    return may_act(acting_facts(compte_id, structure_id))


def missing_in_team(structure_id: UUID) -> dict[UUID, list[str]]:
    """Return what each standing place of a structure still lacks to act, in words, by one query."""
    own, words = _personal(), {one.code: one.title for one in CONDITIONS}
    rows = Affectation.objects.filter(structure=structure_id, ended_at__isnull=True)
    rows = rows.annotate(structure_ok=_habilitated(), **own)
    values = rows.values_list("id", "compte__is_active", "is_aidant", "structure_ok", *own)
    return {row[0]: [words[code] for code in missing(ActingFacts(*row[1:]))] for row in values.order_by("id")}
