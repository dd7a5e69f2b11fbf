"""Which contacts nobody has; which documents and dates of birth may be typed; what an answer by text message says."""

from datetime import date

import pytest

from mandats.domain.accord_sms import ASKED_AGAIN, Answer, is_over, read_answer
from mandats.domain.contacts import is_made_up_email, is_made_up_telephone
from mandats.domain.pieces import LABELS, Piece, is_birthdate, looks_like_a_name, same_person_key, typed_name

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    "address",
    [
        "aucun@aucun.fr",
        "pasdemail@orange.fr",
        "pas-de-mail@gmail.com",
        "sans.adresse@free.fr",
        "test@test.fr",
        "xxx@xxx.fr",
        "Inconnu@laposte.net",
        "noreply@ville-gap.fr",
        "jean.dupont@example.org",
        "jean@yopmail.com",
        "jean@sous.exemple.fr",
        "jean@mandats.invalid",
        "000000@orange.fr",
        "@orange.fr",
    ],
)
def test_an_address_that_nobody_reads_is_told(address: str) -> None:
    assert is_made_up_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "odette.fevrier@laposte.net",
        "o.fevrier1944@orange.fr",
        "mail.dupont@free.fr",
        "testard@wanadoo.fr",
        "a.x@sfr.fr",
        "19441008@orange.fr",
        "personnel@famille-martin.fr",
    ],
)
def test_an_address_that_somebody_may_read_is_not(address: str) -> None:
    assert not is_made_up_email(address)


@pytest.mark.parametrize(
    ("number", "made_up"),
    [
        ("+33600000000", True),
        ("+33612345678", True),
        ("+33123456789", True),
        ("+33699999999", True),
        ("+33666666666", True),
        ("+33639980001", False),
        ("+33478129034", False),
        ("+262692001122", False),
        ("+33601020304", False),
    ],
)
def test_a_number_that_nobody_has_is_told(number: str, made_up: bool) -> None:
    assert is_made_up_telephone(number) is made_up


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("1944-10-08", True),
        ("1944-10-00", True),
        ("1944-00-00", True),
        ("2026-11-25", True),
        ("2026-11-26", False),
        ("1944-00-08", False),
        ("1944-02-30", False),
        ("2023-02-29", False),
        ("2024-02-29", True),
        ("1900-01-01", False),
        ("44-10-08", False),
        ("", False),
    ],
)
def test_a_birth_date_may_be_presumed_never_impossible(text: str, known: bool) -> None:
    assert is_birthdate(text, TODAY) is known


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jean-Noël", True),
        ("D’Ormesson", True),
        ("N'Diaye", True),
        ("Nguyễn", True),
        ("محمد", True),
        ("12AB34567", False),
        ("", False),
        ("--", False),
        ("Jean <b>", False),
    ],
)
def test_a_name_holds_letters(text: str, name: bool) -> None:
    assert looks_like_a_name(text) is name


def test_a_name_is_kept_as_typed_on_one_line() -> None:
    assert typed_name("  Jean\t Noe\u0308l ") == "Jean Noël"


def test_two_records_of_one_person_are_told_without_accents_and_capitals() -> None:
    first = same_person_key("FÉVRIER", "Odette Marie", "1944-10-08", "Gap (05)")
    assert first == same_person_key("Fevrier", "odette-marie", "1944-10-08", "GAP (05)")
    assert first != same_person_key("Fevrier", "Odette Marie", "1944-10-00", "Gap (05)")


def test_every_kind_of_document_has_its_label() -> None:
    assert set(LABELS) == set(Piece)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("oui", Answer.YES),
        ("oui merci", Answer.YES),
        ("oui je suis d accord", Answer.YES),
        ("4821", Answer.YES),
        ("48 21", Answer.YES),
        ("oui 4821", Answer.YES),
        ("oui 4822", Answer.UNKNOWN),
        ("oui mais pas la caf", Answer.UNKNOWN),
        ("4822", Answer.UNKNOWN),
        ("non", Answer.NO),
        ("non merci", Answer.NO),
        ("non oui", Answer.UNKNOWN),
        ("ok", Answer.UNKNOWN),
        ("", Answer.UNKNOWN),
        ("le code est 4821", Answer.UNKNOWN),
    ],
)
def test_consent_is_never_guessed(words: str, answer: Answer) -> None:
    assert read_answer(words, "4821") is answer


def test_an_answer_not_understood_is_asked_again_twice() -> None:
    assert ASKED_AGAIN == 2
    assert [is_over(count) for count in (1, 2, 3)] == [False, False, True]
