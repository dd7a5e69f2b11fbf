"""What several processes do at once: never two standing autorisations, never two uses of a single one."""

from collections import Counter
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from mandats.domain import errors
from mandats.registre.models import Autorisation, Mandat, Usager, Utilisation
from tests import builders
from tests.mandats.racing import PROCESSES, race


def _standing_twice() -> int:
    standing = Autorisation.objects.filter(ended_at__isnull=True)
    return standing.values("structure", "usager", "demarche").annotate(n=Count("id")).filter(n__gt=1).count()


def test_never_two_standing_autorisations_whoever_signs_at_once(committed_db: str) -> None:
    """Four desks conclude three mandats each for one new person: each replaces the one before, all are told."""
    place, person, now = builders.structure(), builders.identite(), timezone.now()
    builders.keys()
    acts = []
    for _ in range(PROCESSES):
        who = builders.aidant(place)
        rows = [builders.consented(who, place, person, now=now, demarches=("logement", "social")) for _ in range(3)]
        acts.append(["sign", str(who.id), str(place.id), *(str(row.id) for row in rows)])
    assert Counter(race(committed_db, acts)) == {"done": PROCESSES * 3}
    assert Usager.objects.count() == 1
    assert _standing_twice() == 0
    assert Autorisation.objects.filter(ended_at__isnull=True).count() == 2
    assert Autorisation.objects.filter(motif="remplacement").count() == (PROCESSES * 3 - 1) * 2
    assert Mandat.objects.filter(ended_at__isnull=True).count() == 1


def test_one_brouillon_signed_by_several_processes_is_one_mandat(committed_db: str) -> None:
    place = builders.structure()
    builders.keys()
    people = [builders.aidant(place) for _ in range(PROCESSES)]
    brouillon = builders.consented(people[0], place, now=timezone.now())
    said = race(committed_db, [["sign", str(who.id), str(place.id), str(brouillon.id)] for who in people])
    assert Counter(said) == {"done": 1, errors.BROUILLON_GONE.code: PROCESSES - 1}
    assert Mandat.objects.count() == 1


def test_a_single_use_is_used_once_when_several_race(committed_db: str) -> None:
    place = builders.structure()
    people = [builders.aidant(place) for _ in range(PROCESSES)]
    mandat = builders.mandat(people[0], place, now=timezone.now(), demarches=("logement", "social"), single_use=True)
    rows: list[UUID] = list(mandat.autorisations.order_by("demarche").values_list("pk", flat=True))
    acts = [["use", str(who.id), str(place.id), str(rows[number % 2])] for number, who in enumerate(people)]
    said = Counter(race(committed_db, acts))
    assert said["done"] == 1
    assert said.total() == PROCESSES
    assert set(said) <= {"done", errors.AUTORISATION_ENDED.code, errors.SINGLE_USE_DONE.code}
    assert Utilisation.objects.filter(mandat=mandat).count() == 1
    mandat.refresh_from_db()
    assert mandat.motif == "usage_unique"
    assert set(mandat.autorisations.values_list("motif", flat=True)) == {"usage_unique"}
