"""One person under two identifiers of FranceConnect: proposed, decided, undone, never silent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from aidants.comptes.models import Compte
from aidants.domain.decisions import Denied
from aidants.journal.models import Entree
from aidants.structures.models import Structure
from mandats.domain import errors_droits
from mandats.domain.identite import Identite
from mandats.domain.motifs import MotifDeFin
from mandats.droits import rapprochements
from mandats.droits.models import Rapprochement
from mandats.registre.models import Autorisation, Avis, Mandat, Usager
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
BEFORE = builders.identite(sub_digest="1" * 64)
AFTER = replace(BEFORE, sub_digest="2" * 64, email="nouvelle@example.org")


@pytest.fixture
def desk() -> tuple[Structure, Compte]:
    place = builders.structure()
    return place, builders.aidant(place)


@pytest.fixture
def doer() -> Any:
    return builders.acteur(builders.compte(), builders.structure("Service"))


def proposed(told: Identite = AFTER, way: str = "brouillon") -> Rapprochement:
    (made,) = rapprochements.propose_merge(told, way=way, now=NOW)
    return made


def test_the_same_identity_under_another_sub_is_proposed_once_and_told_to_no_structure(
    desk: tuple[Structure, Compte],
) -> None:
    place, who = desk
    mandat = builders.mandat(who, place, BEFORE)
    made = proposed()
    entry = Entree.objects.get(event="droits:propose_merge")
    assert (entry.subject_id, entry.structure_id, made.usager_id) == (mandat.usager_id, None, mandat.usager_id)
    assert rapprochements.propose_merge(AFTER, way="usager", now=LATER) == []
    assert Usager.objects.get(sub_digest="1" * 64).id == mandat.usager_id


@pytest.mark.parametrize(
    "told",
    [
        BEFORE,
        replace(AFTER, birthdate="1962-08-25"),
        replace(AFTER, given_name="Angela Claire"),
        replace(AFTER, birthplace="75108"),
        replace(AFTER, gender="male"),
        replace(AFTER, sub_digest=""),
    ],
    ids=["same sub", "other date", "other first names", "other commune", "other gender", "no sub"],
)
def test_anything_else_is_proposed_never(desk: tuple[Structure, Compte], told: Identite) -> None:
    place, who = desk
    builders.mandat(who, place, BEFORE)
    assert rapprochements.propose_merge(told, way="brouillon", now=NOW) == []


def test_merging_gives_the_new_sub_what_the_old_one_had_and_tells_the_person(
    desk: tuple[Structure, Compte], doer: Any
) -> None:
    place, who = desk
    mandat = builders.mandat(who, place, BEFORE)
    made = proposed()
    assert rapprochements.merge(made.id, doer, LATER)
    assert Usager.objects.get(sub_digest=AFTER.sub_digest).id == mandat.usager_id
    assert not Usager.objects.filter(sub_digest=BEFORE.sub_digest).exists()
    assert Avis.objects.get(kind="reunion").usager_id == mandat.usager_id
    assert rapprochements.merge(made.id, doer, LATER) == Denied(errors_droits.RAPPROCHEMENT_OVER)


def test_two_records_become_one_and_the_older_of_two_doubles_ends(desk: tuple[Structure, Compte], doer: Any) -> None:
    place, who = desk
    old = builders.mandat(who, place, BEFORE, demarches=("logement", "social"))
    made = proposed()
    new = builders.mandat(who, place, AFTER, now=LATER, demarches=("logement",))
    assert old.usager_id != new.usager_id
    assert rapprochements.merge(made.id, doer, LATER + timedelta(hours=1))
    assert set(Mandat.objects.values_list("usager", flat=True)) == {old.usager_id}
    assert set(Autorisation.objects.values_list("usager", flat=True)) == {old.usager_id}
    ended = Autorisation.objects.get(mandat=old, demarche="logement")
    assert (ended.motif, ended.replaced_by) == (MotifDeFin.REMPLACEMENT, new.autorisations.get())
    assert Autorisation.objects.get(mandat=old, demarche="social").ended_at is None
    assert Usager.objects.get(pk=new.usager_id).merged_into_id == old.usager_id
    assert Entree.objects.filter(event="autorisation:replace", subject_id=old.id).exists()


def test_undone_within_fourteen_days_each_has_their_own_again(desk: tuple[Structure, Compte], doer: Any) -> None:
    place, who = desk
    old = builders.mandat(who, place, BEFORE, demarches=("social",))
    made = proposed()
    new = builders.mandat(who, place, AFTER, now=LATER, demarches=("logement",))
    rapprochements.merge(made.id, doer, LATER)
    since = builders.mandat(who, place, AFTER, now=LATER + timedelta(days=2), demarches=("famille",))
    assert since.usager_id == old.usager_id
    assert rapprochements.undo(made.id, doer, LATER + timedelta(days=13))
    owners = dict(Mandat.objects.values_list("pk", "usager__sub_digest"))
    assert owners == {old.id: "1" * 64, new.id: "2" * 64, since.id: "2" * 64}
    assert rapprochements.undo(made.id, doer, LATER + timedelta(days=13)) == Denied(errors_droits.RAPPROCHEMENT_OVER)


def test_undone_without_a_second_record_the_mandats_since_get_one(desk: tuple[Structure, Compte], doer: Any) -> None:
    place, who = desk
    old = builders.mandat(who, place, BEFORE, demarches=("social",))
    made = proposed()
    rapprochements.merge(made.id, doer, LATER)
    since = builders.mandat(who, place, AFTER, now=LATER + timedelta(days=2), demarches=("famille",))
    assert rapprochements.undo(made.id, doer, LATER + timedelta(days=3))
    since.refresh_from_db()
    assert (since.usager.sub_digest, since.usager.given_name) == (AFTER.sub_digest, AFTER.given_name)
    assert Usager.objects.get(pk=old.usager_id).sub_digest == BEFORE.sub_digest


def test_undone_too_late_is_refused_and_the_second_identity_is_forgotten(
    desk: tuple[Structure, Compte], doer: Any
) -> None:
    place, who = desk
    builders.mandat(who, place, BEFORE)
    made = proposed()
    rapprochements.merge(made.id, doer, LATER)
    late = LATER + timedelta(days=14)
    assert rapprochements.undo(made.id, doer, late) == Denied(errors_droits.RAPPROCHEMENT_OVER)
    rapprochements.forget_proposals(late)
    made.refresh_from_db()
    assert made.sealed is None


@pytest.mark.writes("droits:merge_refused")
def test_dismissed_it_is_forgotten_and_never_proposed_again(desk: tuple[Structure, Compte], doer: Any) -> None:
    place, who = desk
    builders.mandat(who, place, BEFORE)
    made = proposed()
    assert rapprochements.dismiss(made.id, doer, LATER)
    made.refresh_from_db()
    assert made.sealed is None
    assert rapprochements.propose_merge(AFTER, way="usager", now=LATER) == []
    assert rapprochements.merge(made.id, doer, LATER) == Denied(errors_droits.RAPPROCHEMENT_OVER)


@pytest.mark.writes("droits:expire_merge")
def test_nobody_decided_in_ninety_days_it_is_deleted(desk: tuple[Structure, Compte]) -> None:
    place, who = desk
    builders.mandat(who, place, BEFORE)
    proposed()
    assert rapprochements.forget_proposals(NOW + timedelta(days=90)) == 0
    assert rapprochements.forget_proposals(NOW + timedelta(days=90, seconds=1)) == 1
    assert not Rapprochement.objects.exists()
    assert Entree.objects.filter(event="droits:expire_merge").exists()


@pytest.mark.writes("droits:propose_merge")
def test_the_database_keeps_no_identity_of_a_matter_that_is_over(desk: tuple[Structure, Compte]) -> None:
    place, who = desk
    builders.mandat(who, place, BEFORE)
    made = proposed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Rapprochement.objects.filter(pk=made.pk).update(dismissed_at=NOW)
