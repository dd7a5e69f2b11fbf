"""The vocabulary, the comparisons, the limits: plain rules."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidants.domain.decisions import Granted
from mandats.domain.motifs import MotifDeFin
from mandats.domain.rules import UseFacts, may_use
from mandats.verification.answers import LABELS, Answer, Finding, finding
from mandats.verification.comparison import birthdate_from, birthdate_written, same_birthdate, same_name
from tests.domain.standing_use import NOW, STANDS

BEFORE = NOW - timedelta(days=1)
ENDED = replace(STANDS, autorisation_ended_at=BEFORE)


@pytest.mark.parametrize(
    ("facts", "motif", "answer"),
    [
        (STANDS, "", Finding(Answer.COUVRE)),
        (None, "", Finding(Answer.NE_COUVRE_PAS)),
        (replace(STANDS, demarche_offered=False), "", Finding(Answer.NE_COUVRE_PAS)),
        (replace(STANDS, expires_at=NOW), "", Finding(Answer.EXPIRE)),
        (replace(STANDS, expires_at=NOW, suspended_at=BEFORE), "", Finding(Answer.EXPIRE)),
        (ENDED, MotifDeFin.USAGE_UNIQUE, Finding(Answer.EXPIRE)),
        (ENDED, MotifDeFin.TERME, Finding(Answer.EXPIRE)),
        (ENDED, MotifDeFin.REVOCATION, Finding(Answer.REVOQUE, BEFORE)),
        (ENDED, MotifDeFin.DECES, Finding(Answer.REVOQUE, BEFORE)),
        (ENDED, MotifDeFin.REMPLACEMENT, Finding(Answer.REVOQUE, BEFORE)),
        (replace(ENDED, mandat_ended_at=NOW), MotifDeFin.REVOCATION, Finding(Answer.REVOQUE, BEFORE)),
        (replace(ENDED, structure_habilitee=False), MotifDeFin.FERMETURE, Finding(Answer.REVOQUE, BEFORE)),
        (replace(STANDS, suspended_at=BEFORE), "", Finding(Answer.SUSPENDU)),
        (replace(STANDS, structure_habilitee=False), "", Finding(Answer.SUSPENDU)),
    ],
)
def test_each_situation_has_one_word(facts: UseFacts | None, motif: str, answer: Finding) -> None:
    assert finding(facts, motif) == answer


MOMENTS = st.none() | st.sampled_from([BEFORE, NOW])


@given(
    facts=st.builds(
        UseFacts,
        now=st.just(NOW),
        expires_at=st.sampled_from([BEFORE, NOW, NOW + timedelta(seconds=1)]),
        mandat_ended_at=MOMENTS,
        autorisation_ended_at=MOMENTS,
        suspended_at=MOMENTS,
        demarche_offered=st.booleans(),
        structure_habilitee=st.booleans(),
        actor_is_aidant=st.just(True),
        aidant_habilite=st.just(True),
        crosses_to_franceconnect=st.just(False),
        sheet_due_at=MOMENTS,
        single_use_spent=st.just(False),
        identity=st.sampled_from(["franceconnect", "piece_vue"]),
        has_email=st.booleans(),
    ),
    motif=st.sampled_from(["", *MotifDeFin]),
)
def test_covers_if_and_only_if_it_may_be_used(facts: UseFacts, motif: str) -> None:
    told = finding(facts, motif)
    assert (told.answer is Answer.COUVRE) == isinstance(may_use(facts), Granted)
    assert (told.revoked_at is not None) == (told.answer is Answer.REVOQUE)


def test_every_word_has_a_sentence() -> None:
    assert LABELS.keys() == set(Answer)


@pytest.mark.parametrize(
    ("day", "month", "year", "read"),
    [
        ("24", "08", "1962", "1962-08-24"),
        (" 4", "8 ", "1962", "1962-08-04"),
        ("", "", "1962", "1962-00-00"),
        ("00", "00", "1962", "1962-00-00"),
        ("", "5", "1962", "1962-05-00"),
        ("5", "", "1962", ""),
        ("32", "1", "1962", ""),
        ("31", "2", "1962", ""),
        ("29", "2", "1963", ""),
        ("29", "2", "1964", "1964-02-29"),
        ("1", "13", "1962", ""),
        ("1", "1", "62", ""),
        ("1", "1", "1500", ""),
        ("un", "1", "1962", ""),
        ("²", "1", "1962", ""),
        ("1", "1", "١٩٦٢", ""),
    ],
)
def test_a_birth_date_is_read_as_typed(day: str, month: str, year: str, read: str) -> None:
    assert birthdate_from(day, month, year) == read


@pytest.mark.parametrize(
    "text", ["1962-8-24", "24/08/1962", "1962-13-01", "1962-01-32", "1962-00-01", "", "1962-08-24x"]
)
def test_other_writings_are_no_date(text: str) -> None:
    assert birthdate_written(text) == ""


@pytest.mark.parametrize(
    ("kept", "typed", "same"),
    [
        ("1962-08-24", "1962-08-24", True),
        ("1962-08-24", "1962-08-00", False),
        ("1962-00-00", "1962-00-00", True),
        ("1962-00-00", "1962-01-01", True),
        ("1962-05-00", "1962-05-01", True),
        ("1962-00-00", "1962-08-24", False),
        ("1962-01-01", "1962-00-00", False),
        ("", "", True),
    ],
)
def test_presumed_dates_match_as_kept_and_as_completed(kept: str, typed: str, same: bool) -> None:
    assert same_birthdate(kept, typed) is same


@pytest.mark.parametrize(
    ("kept", "typed", "same"),
    [
        ("Lefèvre-Montbel", "LEFEVRE MONTBEL", True),
        ("D’Aubrac", "d'aubrac", True),
        ("Œuvrard", "oeuvrard", True),
        ("Martin", "Martine", False),
        ("", "", False),
        ("Martin", " ", False),
    ],
)
def test_names_match_once_folded(kept: str, typed: str, same: bool) -> None:
    assert same_name(kept, typed) is same
