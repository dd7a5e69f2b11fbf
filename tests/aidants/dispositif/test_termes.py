"""The end of a contract: the right falls at once, then the place in the team; the structure keeps its mandats."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.dispositif import contrats
from aidants.dispositif.models import Contrat
from aidants.dispositif.termes import leave_teams
from aidants.domain.activite.errors import CONTRACT_OVER
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.dispositif.financement import MotifRupture
from aidants.habilitation.selectors import may_act_for
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Structure
from tests import builders
from tests.aidants.dispositif import scheme

pytestmark = pytest.mark.django_db


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _hired(starts: int = -100, ends: int | None = 300, **fields: Any) -> tuple[Contrat, Compte]:
    """Return a contract, in days from today, and the able conseiller who holds it."""
    place = builders.structure()
    who = builders.aidant(place)
    Affectation.objects.filter(compte=who).update(is_conseiller=True)
    kind = "cdd" if ends is not None else "cdi"
    given: dict[str, Any] = {"kind": kind, "starts_on": _day(starts)} | fields
    given["ends_on"] = None if ends is None else _day(ends)
    return scheme.contrat(place, who, **given), who


def _break(made: Contrat, last_day: date) -> None:
    doer = builders.acteur(scheme.referent(made.structure), made.structure)
    assert contrats.break_contrat(made.id, last_day, MotifRupture.DEMISSION, doer, timezone.now()) == GRANTED


@pytest.mark.parametrize(
    ("starts", "ends", "broken", "able"),
    [
        (-100, 300, None, True),
        (-100, None, None, True),
        (0, 0, None, True),
        (1, 300, None, False),
        (-100, -1, None, False),
        (-100, 300, 0, True),
        (-100, 300, -1, False),
        (-100, None, -1, False),
    ],
)
def test_the_right_follows_the_contract_with_no_task_between(
    starts: int, ends: int | None, broken: int | None, able: bool
) -> None:
    more: dict[str, Any] = {} if broken is None else {"ended_on": _day(broken), "motif": "demission", "earned": 1}
    made, who = _hired(starts, ends, **more)
    assert may_act_for(who.id, made.structure_id) == (GRANTED if able else Denied(CONTRACT_OVER))


def test_another_contract_there_or_an_ordinary_place_brings_the_right_back() -> None:
    made, who = _hired(ended_on=_day(-1), motif="commun_accord", earned=1)
    assert may_act_for(who.id, made.structure_id) == Denied(CONTRACT_OVER)
    scheme.contrat(made.structure, who, scheme.poste(made.structure), starts_on=_day(0), ends_on=_day(700))
    assert may_act_for(who.id, made.structure_id) == GRANTED
    Contrat.objects.exclude(pk=made.pk).update(starts_on=_day(5))
    assert leave_teams(timezone.now()) == 0
    Affectation.objects.filter(compte=who).update(is_conseiller=False)
    assert may_act_for(who.id, made.structure_id) == GRANTED


def test_the_contract_is_followed_into_the_structure_that_absorbs_its_own() -> None:
    made, who = _hired(ended_on=_day(-1), motif="commun_accord", earned=1)
    into = builders.structure("Communauté", siret="99999930300013")
    builders.aidant(into)
    Structure.objects.filter(pk=made.structure_id).update(merged_into=into)
    Affectation.objects.filter(compte=who).update(structure=into)
    assert may_act_for(who.id, into.id) == Denied(CONTRACT_OVER)


@pytest.mark.writes("contrat:leave", "contrat:rupture")
def test_a_rupture_ends_the_place_at_once_and_the_structure_keeps_its_mandats() -> None:
    made, who = _hired()
    mandat = builders.mandat(who, made.structure, now=timezone.now())
    use = mandat.autorisations.get()
    colleague = builders.aidant(made.structure)
    mine, hers = builders.acteur(who, made.structure), builders.acteur(colleague, made.structure)
    referent = scheme.referent(made.structure)
    browser = builders.signed_in(referent)
    rupture = {"last_day": _day(-1).isoformat(), "motif": "demission"} | builders.factor(referent)
    assert builders.decided_use(use.id, acteur=mine, now=timezone.now()) == GRANTED
    assert browser.post(f"/postes/contrats/{made.id}", rupture).status_code == 302
    assert isinstance(builders.decided_use(use.id, acteur=mine, now=timezone.now()), Denied)
    assert Affectation.objects.get(compte=who).ended_at is not None
    assert Entree.objects.get(event="contrat:leave").structure_id == made.structure_id
    mandat.refresh_from_db()
    assert mandat.ended_at is None
    assert builders.decided_use(use.id, acteur=hers, now=timezone.now()) == GRANTED
    assert builders.signed_in(colleague).get(f"/mandats/{mandat.id}").status_code == 200


@pytest.mark.writes("contrat:leave")
def test_a_term_that_comes_ends_the_place_and_the_next_day_finds_nothing_left() -> None:
    made, who = _hired(ends=10)
    last = datetime.combine(_day(10), datetime.min.time(), UTC).replace(hour=12)
    assert leave_teams(last) == 0
    assert leave_teams(last + timedelta(days=1)) == 1
    assert leave_teams(last + timedelta(days=2)) == 0
    assert Affectation.objects.get(compte=who).ended_at == last + timedelta(days=1)
    made.refresh_from_db()
    assert made.ended_on is None


def test_a_referent_stays_one_and_acts_no_more() -> None:
    made, who = _hired()
    Affectation.objects.filter(compte=who).update(is_referent=True)
    _break(made, _day(-1))
    place = Affectation.objects.get(compte=who)
    assert (place.ended_at, place.is_referent, place.is_aidant, place.is_conseiller) == (None, True, False, False)


@pytest.mark.writes("contrat:leave")
def test_who_is_hired_elsewhere_already_leaves_with_an_entry_about_the_contract_that_broke() -> None:
    made, who = _hired(ended_on=_day(-2), motif="demission", earned=1)
    other = builders.structure("Ailleurs", siret="99999920400012")
    there = {"is_aidant": True, "is_conseiller": True, "started_at": timezone.now()}
    Affectation.objects.create(compte=who, structure=other, **there)
    scheme.contrat(other, who, scheme.poste(other), starts_on=_day(-1), ends_on=_day(700))
    assert leave_teams(timezone.now()) == 1
    entry = Entree.objects.get(event="contrat:leave")
    assert (entry.subject_id, entry.structure_id) == (made.id, made.structure_id)
    told = json.loads(bytes(entry.body))["facts"]
    assert told == {"poste": str(made.poste_id), "compte": str(who.id), "roles": []}
    assert may_act_for(who.id, other.id) == GRANTED


@pytest.mark.parametrize(("zone", "left"), [("Europe/Paris", 1), ("Pacific/Tahiti", 0), ("Pacific/Noumea", 1)])
def test_the_last_day_is_the_structure_s_own(zone: str, left: int) -> None:
    made, _ = _hired(ends=10)
    Structure.objects.filter(pk=made.structure_id).update(time_zone=zone)
    midnight = datetime.combine(_day(11), datetime.min.time(), UTC).replace(minute=30)
    assert leave_teams(midnight) == left
