"""Two at once on one person: a form sent twice, two referents on one place."""

import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_otp.oath import totp

from aidants.comptes.facteurs.changes import add_application, new_seed
from aidants.comptes.facteurs.models import Generateur
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.errors import PLACE_ENDED
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Structure
from aidants.structures.places import set_roles, set_roles_from_outside
from tests import builders
from tests.together import at_once


def test_an_application_sent_twice_is_kept_once(committed_db: str) -> None:
    with transaction.atomic():
        who = builders.aidant(builders.structure())
    seed, now, acteur = new_seed(), timezone.now(), Acteur(Kind.COMPTE, who.id)
    before = Generateur.objects.filter(user=who).count()
    code = f"{totp(seed, t0=int(time.time() - now.timestamp())):06d}"
    given = at_once(*[lambda: add_application(who, seed, code, "Tablette", acteur, now)] * 2)
    assert not [one for one in given if isinstance(one, Denied)]
    assert Generateur.objects.filter(user=who).count() == before + 1
    assert Entree.objects.filter(event="compte:factor_add", subject_id=who.id).count() == 1


@pytest.fixture
def team(committed_db: str) -> tuple[Structure, list[Compte], Affectation]:
    """A structure with two referents, and an aidant's place."""
    with transaction.atomic():
        place = builders.structure()
        referents = [builders.compte() for _ in range(2)]
        for one in referents:
            Affectation.objects.create(compte=one, structure=place, is_referent=True, started_at=builders.NOW)
        theirs = Affectation.objects.get(compte=builders.aidant(place))
    return place, referents, theirs


def test_a_place_that_one_referent_ends_is_not_changed_by_the_other(
    team: tuple[Structure, list[Compte], Affectation],
) -> None:
    place, (first, second), theirs = team
    now = timezone.now()

    def end() -> object:
        doer = Acteur(Kind.COMPTE, first.id, place.id)
        return set_roles(theirs.id, doer, is_aidant=False, is_referent=False, now=now)

    def promote() -> object:
        doer = Acteur(Kind.COMPTE, second.id, place.id)
        return set_roles(theirs.id, doer, is_aidant=True, is_referent=True, now=now + timedelta(seconds=1))

    at_once(end, promote)
    assert promote() == Denied(PLACE_ENDED)
    theirs.refresh_from_db()
    written = Entree.objects.filter(subject_id=theirs.compte_id).order_by("id").values_list("event", flat=True)
    after = list(written)[list(written).index("role:withdraw") :]
    assert "role:change" not in after
    assert theirs.ended_at is not None


def test_a_place_that_ended_is_ended_once_by_a_system(team: tuple[Structure, list[Compte], Affectation]) -> None:
    _place, _referents, theirs = team
    caller, now = Acteur(Kind.CLIENT, theirs.id), timezone.now()
    ends = [lambda: set_roles_from_outside(theirs, caller, is_aidant=False, is_referent=False, now=now)] * 2
    assert at_once(*ends) == [GRANTED, GRANTED]
    assert Entree.objects.filter(event="role:withdraw", subject_id=theirs.compte_id).count() == 1
    again = set_roles_from_outside(theirs, caller, is_aidant=True, is_referent=False, now=now)
    assert again == Denied(PLACE_ENDED)
