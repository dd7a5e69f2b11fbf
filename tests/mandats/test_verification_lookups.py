"""Looking a mandat up: matched, answered, recorded, receipted; guessed in vain."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from joserfc import jws
from joserfc.jwk import KeySet

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.journal.limits import Throttled
from aidants.journal.models import Entree, RefusCompte
from aidants.journal.sequence import integrate
from mandats.attestation.keys import published_keys
from mandats.domain.codes import new_code
from mandats.registre.models import Mandat, Verification
from mandats.registre.services.revoke import revoke_mandat
from mandats.registre.services.volet import CodesVolet, renew_codes
from mandats.verification.answers import Answer
from mandats.verification.lookups import verify
from mandats.verification.questions import Asker, Question, Verdict
from mandats.verification.receipt import read_receipt
from tests import builders

pytestmark = pytest.mark.django_db
COUNTER = Asker("CAF de Paris", "page", "192.0.2.1")


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, now=timezone.now())


@pytest.fixture
def question(mandat: Mandat) -> Question:
    codes = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(codes, CodesVolet)
    return Question("logement", mandat.reference, codes.verification, "Dubois", "1962-08-24")


def ask(question: Question, asker: Asker = COUNTER) -> Verdict:
    verdict = verify(question, asker, timezone.now())
    assert isinstance(verdict, Verdict), verdict
    return verdict


def test_a_right_question_is_answered_recorded_and_journaled(mandat: Mandat, question: Question) -> None:
    verdict = ask(question)
    assert verdict.answer is Answer.COUVRE
    assert (verdict.siret, verdict.structure) == (mandat.structure.siret, mandat.structure.name)
    row = Verification.objects.get()
    assert (row.mandat, row.organisation, row.authenticated, row.answer) == (mandat, "CAF de Paris", False, "couvre")
    entry = Entree.objects.get(event="verification:answer")
    assert entry.subject_id == mandat.id
    assert "Dubois" not in bytes(entry.body).decode()
    assert question.code not in bytes(entry.body).decode()


def test_the_demarche_asked_and_no_other(question: Question) -> None:
    assert ask(replace(question, demarche="famille")).answer is Answer.NE_COUVRE_PAS


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "GAP7-K3XW-9B"},
        {"code": new_code()},
        {"family_name": "Martin"},
        {"birthdate": "1962-08-25"},
        {"birthdate": ""},
    ],
)
def test_one_wrong_part_is_unknown(question: Question, changes: dict[str, str]) -> None:
    verdict = ask(replace(question, **changes))
    assert verdict.answer is Answer.INCONNU
    assert (verdict.siret, verdict.signed_at, verdict.expires_at) == ("", None, None)
    assert not Verification.objects.exists()
    assert Entree.objects.get(event="verification:unknown").subject_id is None


def test_a_slip_is_told_and_not_counted(question: Question) -> None:
    slip = question.code[:-1] + str((int(question.code[-1]) + 1) % 10)
    verdict = ask(replace(question, code=slip, reference="GAP7"))
    assert (verdict.answer, verdict.mistyped) == (Answer.INCONNU, ("reference", "code"))
    assert not RefusCompte.objects.exists()


def test_a_revocation_is_told_from_that_second_without_its_motif(mandat: Mandat, question: Question) -> None:
    now = timezone.now()
    revoke_mandat(mandat.id, Acteur(Kind.USAGER, mandat.usager_id), way="page_usager", now=now)
    verdict = ask(question)
    assert (verdict.answer, verdict.revoked_at) == (Answer.REVOQUE, now)
    assert "revocation" not in json.dumps(read_receipt(verdict.receipt, now))


@pytest.mark.writes("verification:answer")
@pytest.mark.parametrize(
    ("changes", "answer"), [({"suspended_at": True}, Answer.SUSPENDU), ({"expires_at": True}, Answer.EXPIRE)]
)
def test_suspended_and_expired(mandat: Mandat, question: Question, changes: dict[str, Any], answer: Answer) -> None:
    Mandat.objects.filter(pk=mandat.pk).update(**dict.fromkeys(changes, timezone.now()))
    assert ask(question).answer is answer


def test_the_acte_itself_may_be_asked_about(mandat: Mandat, question: Question) -> None:
    assert ask(Question("logement", acte=mandat.acte)).answer is Answer.COUVRE
    for forged in (mandat.acte[:-4] + "AAAA", "a.b.c", mandat.acte + "A"):
        assert ask(Question("logement", acte=forged)).answer is Answer.INCONNU


def test_the_receipt_is_read_by_any_jose_library(mandat: Mandat, question: Question) -> None:
    verdict = ask(question)
    keys = KeySet.import_key_set(published_keys(timezone.now()))  # type: ignore[arg-type]
    read = jws.deserialize_compact(verdict.receipt, keys, algorithms=["ES256"])
    assert read.headers()["typ"] == "recu+jws"
    told = json.loads(read.payload)
    assert (told["answer"], told["demarche"], told["organisation"]) == ("couvre", "logement", "CAF de Paris")
    assert told["reference"] == mandat.reference
    assert told["jti"] == str(Verification.objects.get().id)
    for secret in (question.code, "Dubois", "DUBOIS", "1962"):
        assert secret not in read.payload.decode()


@pytest.mark.spec("Attacks", "verification brute force: the right code waits too")
@pytest.mark.usefixtures("one_minute")
def test_ten_wrong_tries_then_a_wait_even_for_the_right_code(question: Question) -> None:
    for number in range(10):
        wrong = replace(question, code=new_code())
        assert ask(wrong, replace(COUNTER, address=f"192.0.2.{number}")).answer is Answer.INCONNU
    waiting = verify(question, replace(COUNTER, address="192.0.2.99"), timezone.now())
    assert isinstance(waiting, Throttled)
    assert 600 <= waiting.seconds <= 660
    later = verify(question, COUNTER, timezone.now() + timedelta(minutes=12))
    assert isinstance(later, Verdict)


def test_what_strangers_try_makes_no_client_wait_nor_one_client_another(question: Question) -> None:
    wrong = replace(question, code=new_code())
    for _ in range(10):
        ask(wrong)
    assert isinstance(verify(question, COUNTER, timezone.now()), Throttled)
    first, second = (replace(COUNTER, client_id=uuid4(), authenticated=True, way="api") for _ in range(2))
    for _ in range(10):
        assert ask(wrong, first).answer is Answer.INCONNU
    assert isinstance(verify(question, first, timezone.now()), Throttled)
    assert ask(question, second).answer is Answer.COUVRE


def test_an_address_and_everybody_have_limits_too(question: Question, settings: Any) -> None:
    ask(replace(question, code=new_code()))
    RefusCompte.objects.filter(kind="verification:unknown/adresse").update(count=60)
    other = replace(question, reference="GAP7-K3XW-9B")
    assert isinstance(verify(other, COUNTER, timezone.now()), Throttled)
    assert isinstance(verify(other, replace(COUNTER, address="192.0.2.2"), timezone.now()), Verdict)
    RefusCompte.objects.filter(kind="verification:unknown/tous").update(count=3000)
    assert isinstance(verify(other, replace(COUNTER, address="192.0.2.3"), timezone.now()), Throttled)
    client = replace(COUNTER, client_id=uuid4(), authenticated=True, way="api")
    assert isinstance(verify(question, client, timezone.now()), Verdict)
    settings.LIMITS_FACTOR = 10
    assert isinstance(verify(other, COUNTER, timezone.now()), Verdict)


@pytest.mark.writes("verification:refuse")
def test_right_answers_are_limited_as_well(mandat: Mandat, question: Question) -> None:
    now = timezone.now()
    rows = [
        Verification(
            mandat=mandat, organisation="CAF", way="page", demarche="logement", answer="couvre", created_at=now
        )
        for _ in range(60)
    ]
    Verification.objects.bulk_create(rows)
    assert isinstance(verify(question, COUNTER, now), Throttled)
    client = replace(COUNTER, client_id=uuid4(), authenticated=True, way="api")
    assert isinstance(verify(question, client, now), Verdict), "what strangers asked counts for no client"
    Verification.objects.update(client_id=client.client_id)
    assert isinstance(verify(question, client, now), Throttled)
    assert isinstance(verify(question, COUNTER, now), Verdict)


def test_an_idempotency_key_gives_the_same_answer_once(mandat: Mandat, question: Question) -> None:
    client = replace(COUNTER, client_id=uuid4(), authenticated=True, way="api", idempotency_key="une-demande")
    first = ask(question, client)
    now = timezone.now()
    revoke_mandat(mandat.id, Acteur(Kind.USAGER, mandat.usager_id), way="page_usager", now=now)
    again = ask(question, client)
    assert (again.answer, again.receipt) == (first.answer, first.receipt)
    assert Verification.objects.count() == 1
    assert isinstance(verify(replace(question, demarche="famille"), client, now), Denied)
    assert ask(question, replace(client, client_id=uuid4())).answer is Answer.REVOQUE


@pytest.mark.spec("Attacks", "timing of unknown versus known: mandats")
def test_known_and_unknown_take_the_same_questions(question: Question, query_count: Callable[[int], Any]) -> None:
    """Whatever is wrong, as many: two are the key ring's, which keeps nothing inside a test's transaction.

    Who had everything right is answered anyway; two more check that the mandat is in the journal.
    """
    ask(question)
    integrate(timezone.now())
    with query_count(15):
        ask(question)
    ask(replace(question, reference="GAP7-K3XW-9B"))
    with query_count(13):
        ask(replace(question, reference="GAP7-K3XW-9B"))
    with query_count(13):
        ask(replace(question, code=new_code()))
