"""The page of conformance says what the tests prove, no more and no less; each specification promised is there."""

from tests.conformance import matrix


def test_the_page_is_what_the_source_says() -> None:
    assert matrix.PAGE.read_text() == matrix.page(), "python -m tests.conformance.matrix --write"


def test_every_specification_promised_has_its_rows() -> None:
    assert set(matrix.SPECIFICATIONS) - {spec for spec, _, _ in matrix.rows()} == set()


def test_every_attack_has_a_test_by_its_name() -> None:
    tried = [section for spec, section, _ in matrix.rows() if spec == "Attacks"]
    assert [attack for attack in matrix.ATTACKS if not any(row.startswith(attack) for row in tried)] == []
