"""« Inscrit au journal, n° …, vérifié »: said only of what an outsider would find too, in two statements."""

import uuid
from typing import Any

import pytest
from django.db import transaction

from aidants.domain.acteur import ANONYME, SYSTEME
from aidants.domain.events import SIGN_IN, SIGN_OUT
from aidants.journal import merkle
from aidants.journal.inscription import PENDING, Inscription, State, inscription_of
from aidants.journal.models import Checkpoint, Leaf
from aidants.journal.record import record
from aidants.journal.salts import destroy_salts
from aidants.journal.sequence import integrate
from tests.aidants.entries import append, append_fast
from tests.aidants.forgery import forge, sign_again
from tests.builders import NOW

SUBJECT = uuid.UUID(int=7)


def act() -> int:
    with transaction.atomic():
        return record(SIGN_IN, acteur=ANONYME, at=NOW, subject=SUBJECT)


@pytest.mark.django_db
def test_pending_then_verified() -> None:
    append(3)
    act()
    assert inscription_of(SUBJECT, SIGN_IN) == PENDING
    integrate(NOW)
    assert inscription_of(SUBJECT, SIGN_IN) == Inscription(State.VERIFIED, 3, 4)


@pytest.mark.django_db
def test_the_last_act_of_that_kind_is_told_and_an_act_without_entry_is_not_in_the_journal() -> None:
    act()
    act()
    integrate(NOW)
    assert inscription_of(SUBJECT, SIGN_IN).number == 1
    assert inscription_of(SUBJECT, SIGN_OUT).is_broken


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 1), (255, 0), (256, 700), (300, 66_000)])
def test_two_statements_whatever_the_size(before: int, after: int, query_count: Any) -> None:
    append_fast(before)
    act()
    append_fast(after)
    integrate(NOW)
    with query_count(2):
        assert inscription_of(SUBJECT, SIGN_IN) == Inscription(State.VERIFIED, before, before + after + 1)


@pytest.mark.django_db
def test_an_entry_whose_salt_was_destroyed_still_stands_in_the_tree() -> None:
    act()
    integrate(NOW)
    destroy_salts([SUBJECT], acteur=SYSTEME, now=NOW)
    assert inscription_of(SUBJECT, SIGN_IN).is_verified


LATER = b"\x07" * 32
TAMPERINGS: dict[str, tuple[str, tuple[object, ...]]] = {
    "body": ("UPDATE journal_entree SET body = '{}' WHERE subject_id = %s", (SUBJECT,)),
    "digest": ("UPDATE journal_entree SET digest = %s WHERE subject_id = %s", (LATER, SUBJECT)),
    "leaf": ("UPDATE journal_leaf SET hash = %s WHERE number = 300", (LATER,)),
    "neighbour": ("UPDATE journal_leaf SET hash = %s WHERE number = 301", (LATER,)),
    "node": ("UPDATE journal_node SET hash = %s WHERE number = 0", (LATER,)),
    "missing neighbour": ("DELETE FROM journal_leaf WHERE number = 301", ()),
    "missing node": ("DELETE FROM journal_node WHERE number = 0", ()),
    "missing checkpoint": ("DELETE FROM journal_checkpoint", ()),
    "note": ("UPDATE journal_checkpoint SET note = replace(note, '600', '601')", ()),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whatever_was_tampered_with_is_not_said_to_be_verified(committed_db: str, what: str) -> None:
    append_fast(300)
    act()
    append_fast(299)
    integrate(NOW)
    assert inscription_of(SUBJECT, SIGN_IN).is_verified
    forge(committed_db, TAMPERINGS[what])
    assert inscription_of(SUBJECT, SIGN_IN).is_broken


def test_an_entry_rewritten_with_its_tree_but_not_its_salt_is_not_verified(committed_db: str) -> None:
    append(5)
    act()
    integrate(NOW)
    forge(
        committed_db,
        ("UPDATE journal_entree SET digest = %s WHERE subject_id = %s", (LATER, SUBJECT)),
        ("UPDATE journal_leaf SET hash = %s WHERE number = 5", (merkle.leaf_hash(LATER),)),
        ("DELETE FROM journal_checkpoint", ()),
    )
    sign_again()
    assert (Leaf.objects.count(), Checkpoint.objects.count()) == (6, 1)
    assert inscription_of(SUBJECT, SIGN_IN).is_broken
