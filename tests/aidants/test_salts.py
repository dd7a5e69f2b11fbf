"""The end of keeping: salts go, everything else still verifies."""

import uuid

import pytest
from django.db import transaction

from aidants.domain.acteur import ANONYME, SYSTEME
from aidants.domain.events import SIGN_IN
from aidants.journal.models import Entree, Sel
from aidants.journal.proofs import proof_of
from aidants.journal.record import record
from aidants.journal.salts import destroy_salts
from aidants.journal.sequence import integrate, journal_signer
from aidants.journal.tlog_proof import Proof
from aidants.journal.walk_tree import tree_fault
from tests.builders import NOW

pytestmark = pytest.mark.django_db
KEY = journal_signer().verifier


def about(subject: uuid.UUID, count: int) -> None:
    with transaction.atomic():
        for _ in range(count):
            record(SIGN_IN, acteur=ANONYME, at=NOW, subject=subject)


def test_only_the_salts_asked_for_go_and_the_journal_tells_how_many() -> None:
    gone, kept = uuid.uuid4(), uuid.uuid4()
    about(gone, 3)
    about(kept, 2)
    assert destroy_salts([gone], acteur=SYSTEME, now=NOW) == 3
    assert Sel.objects.filter(entree__subject_id=gone).count() == 0
    assert Sel.objects.filter(entree__subject_id=kept).count() == 2
    last = Entree.objects.latest("id")
    assert (last.event, b'"count":3' in bytes(last.body)) == ("journal:destroy_salts", True)
    assert destroy_salts([gone], acteur=SYSTEME, now=NOW) == 0
    assert Entree.objects.latest("id").id == last.id, "nothing destroyed, nothing told"


def test_the_tree_and_the_copy_of_the_usager_still_verify() -> None:
    gone = uuid.uuid4()
    about(gone, 1)
    about(uuid.uuid4(), 300)
    integrate(NOW)
    copy = str(proof_of(gone, SIGN_IN))
    destroy_salts([gone], acteur=SYSTEME, now=NOW)
    integrate(NOW)
    assert Proof.parse(copy).verify(KEY) == 301
    assert proof_of(gone, SIGN_IN) is None
    assert tree_fault(KEY) is None


def test_an_entry_without_salt_yet_unnumbered_gets_its_place() -> None:
    gone = uuid.uuid4()
    about(gone, 2)
    destroy_salts([gone], acteur=SYSTEME, now=NOW)
    assert integrate(NOW) == 3
    assert tree_fault(KEY) is None
