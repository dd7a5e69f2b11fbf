"""A consent code at the desk: five leave for one brouillon, however many screens ask; each is tried five times."""

import json
import re
from dataclasses import dataclass, field

import pytest

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Decision, Denied
from aidants.envois.sms import SmsRefused
from aidants.journal.record import entries_about
from aidants.structures.models import Structure
from mandats.consentement import ecran
from mandats.domain import errors
from mandats.registre.coffre import FrozenTexts
from mandats.registre.models import Brouillon
from mandats.registre.services.brouillons import freeze, identify
from tests import builders
from tests.builders import NOW
from tests.together import at_once

TELEPHONE = "06 39 98 00 42"


@dataclass
class Telephone:
    """Stands in the provider's place and keeps what it was given; ``down`` makes it refuse."""

    texts: list[str] = field(default_factory=list)
    down: bool = False

    def send(self, telephone: str, text: str) -> str:
        if self.down:
            raise SmsRefused("down")
        self.texts.append(text)
        return f"recorded-{len(self.texts)}"

    def codes(self) -> list[str]:
        return [re.findall(r"\b\d{6}\b", text)[0] for text in self.texts]


@dataclass(frozen=True)
class Asked:
    """One brouillon whose text is on the screen."""

    brouillon: Brouillon
    acteur: Acteur
    text_sha256: str

    def send(self) -> Decision:
        return ecran.send_consent_code(self.brouillon.id, TELEPHONE, self.acteur, NOW)

    def try_code(self, code: str) -> Decision:
        return ecran.consent_by_code(self.brouillon.id, code, self.text_sha256, self.acteur, NOW)


def _asked(place: Structure, who: Compte) -> Asked:
    doer = builders.acteur(who, place)
    brouillon = builders.brouillon(who, place)
    identify(brouillon.id, builders.IDENTITE, builders.PREUVE, doer, NOW)
    texts = freeze(brouillon.id, doer, NOW)
    assert isinstance(texts, FrozenTexts)
    return Asked(brouillon, doer, texts.text_sha256)


@pytest.fixture
def telephone(monkeypatch: pytest.MonkeyPatch) -> Telephone:
    made = Telephone()
    monkeypatch.setattr(ecran, "sender", lambda: made)
    return made


@pytest.fixture
def asked(db: None) -> Asked:
    place = builders.structure()
    return _asked(place, builders.aidant(place))


@pytest.mark.writes("consentement:code_refused")
def test_a_consent_code_is_sent_five_times_at_the_most_and_tried_five_times(asked: Asked, telephone: Telephone) -> None:
    for _ in range(5):
        assert asked.send()
    assert asked.send() == Denied(errors.TOO_MANY_CODES)
    code = telephone.codes()[-1]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        assert asked.try_code(wrong) == Denied(errors.CONSENT_CODE_REFUSED)
    assert asked.try_code(code) == Denied(errors.CONSENT_CODE_REFUSED)


def test_screens_that_ask_at_once_never_send_a_sixth_code(committed_db: str, telephone: Telephone) -> None:
    place = builders.structure()
    asked = _asked(place, builders.aidant(place))
    answers = at_once(*[asked.send] * 8)
    assert answers.count(Denied(errors.TOO_MANY_CODES)) == 3
    assert len(telephone.texts) == 5
    asked.brouillon.refresh_from_db()
    assert asked.brouillon.code_sends == 5
    assert [entry.event for entry in entries_about(asked.brouillon.id)].count("consentement:send_code") == 5
    # Whichever code came last is the one that is taken: the four others were replaced.
    assert [bool(asked.try_code(code)) for code in telephone.codes()].count(True) == 1


def test_a_message_that_did_not_leave_is_said_and_its_code_is_not_taken(asked: Asked, telephone: Telephone) -> None:
    telephone.down = True
    assert asked.send() == Denied(errors.CODE_NOT_SENT)
    asked.brouillon.refresh_from_db()
    assert asked.brouillon.code_sends == 1
    entry = entries_about(asked.brouillon.id)[-1]
    assert (entry.event, entry.reason) == ("consentement:refuse", "brouillon.code_not_sent")
    telephone.down = False
    assert asked.send()
    assert asked.try_code(telephone.codes()[0])


def test_a_code_asked_for_after_another_consent_takes_its_place(asked: Asked, telephone: Telephone) -> None:
    """The proof that the acte will carry is always that of the consent that it names."""
    drawn = ecran.consent_by_drawing(asked.brouillon.id, builders.signature_png(), asked.text_sha256, asked.acteur, NOW)
    assert drawn
    assert asked.send()
    asked.brouillon.refresh_from_db()
    assert (asked.brouillon.consent_method, asked.brouillon.consented_at) == ("", None)
    assert asked.try_code(telephone.codes()[0])
    asked.brouillon.refresh_from_db()
    assert asked.brouillon.consent_method == "code"
    assert sorted(asked.brouillon.consent_proof) == ["delivery_sha256", "telephone_sha256"]
    entry = json.loads(bytes(entries_about(asked.brouillon.id)[-1].body))
    assert entry["event"] == "consentement:give"
    assert entry["facts"]["proof_sha256"] == asked.brouillon.consent_proof["delivery_sha256"]
