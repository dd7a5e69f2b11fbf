"""One-time codes: the exact window, reuse, the drift learnt, and the wait after failures."""

from datetime import UTC, datetime

import pytest

from aidants.domain.absence import is_to_deactivate, is_to_warn, months_before
from aidants.domain.cartes import parse_cards, seed_of
from aidants.domain.facteurs import Accepted, Etat, Famille, Moyens, accept, opens, wait_after
from aidants.domain.noms import is_name, is_one_line

NEW, USED = Etat(), Etat(validated=True)


def code_at(step: int) -> str:
    return f"{step % 1_000_000:06d}"


def tried(famille: Famille, etat: Etat, offset: int) -> Accepted | None:
    """Try the code of a step so far from the clock's, at the middle of the period."""
    period = {Famille.APPLICATION: 30, Famille.CARTE: 60}[famille]
    return accept(famille, etat, code_at(1000 + offset), at=1000 * period + period / 2, code_at=code_at)


@pytest.mark.parametrize(
    ("famille", "etat", "accepted"),
    [
        (Famille.APPLICATION, NEW, range(-1, 2)),
        (Famille.APPLICATION, USED, range(-1, 2)),
        (Famille.CARTE, NEW, range(-10, 11)),
        (Famille.CARTE, USED, range(-1, 2)),
        (Famille.CARTE, Etat(drift=7, validated=True), range(6, 9)),
        (Famille.CARTE, Etat(drift=-4, validated=True), range(-5, -2)),
        (Famille.CARTE, Etat(last_step=1000, validated=True), range(1, 2)),
        (Famille.APPLICATION, Etat(last_step=1000), range(1, 2)),
        (Famille.APPLICATION, Etat(last_step=999), range(2)),
    ],
)
def test_the_window_is_exact(famille: Famille, etat: Etat, accepted: range) -> None:
    assert [offset for offset in range(-20, 21) if tried(famille, etat, offset)] == list(accepted)


@pytest.mark.parametrize(
    ("famille", "etat", "offset", "drift"),
    [
        (Famille.CARTE, NEW, 9, 9),
        (Famille.CARTE, Etat(drift=9, validated=True), 10, 10),
        (Famille.CARTE, Etat(drift=9, validated=True), 8, 8),
        (Famille.APPLICATION, NEW, 1, 0),
    ],
)
def test_a_success_teaches_a_card_s_drift_and_nothing_else_does(
    famille: Famille, etat: Etat, offset: int, drift: int
) -> None:
    found = tried(famille, etat, offset)
    assert found == Accepted(1000 + offset, drift)


@pytest.mark.parametrize("code", ["", "1", "0000000", "abcdef", "٠٠٠٩٩٩", "000 999"])
def test_what_is_no_code_is_refused(code: str) -> None:
    assert accept(Famille.CARTE, NEW, code, at=60_030.0, code_at=code_at) is None


def test_every_step_of_the_window_is_computed_whatever_matches() -> None:
    asked: list[int] = []

    def counted(step: int) -> str:
        asked.append(step)
        return code_at(step)

    accept(Famille.CARTE, NEW, code_at(990), at=60_030.0, code_at=counted)
    assert sorted(asked) == list(range(990, 1011))


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (3, 0), (4, 1), (5, 2), (8, 16), (13, 512), (14, 900), (10_000, 900)]
)
def test_the_wait_after_failures(failures: int, seconds: int) -> None:
    assert wait_after(failures) == seconds


@pytest.mark.parametrize(
    ("moyens", "expected"),
    [
        (Moyens(1, 0, False), True),
        (Moyens(0, 1, True), True),
        (Moyens(0, 1, False), False),
        (Moyens(0, 0, True), False),
        (Moyens(2, 3, True), True),
    ],
)
def test_what_still_opens(moyens: Moyens, expected: bool) -> None:
    assert opens(moyens) is expected


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        ("2026-07-31", 5, "2026-02-28"),
        ("2028-07-31", 5, "2028-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-05-01", 5, "2025-12-01"),
        ("2026-03-31T10:20:30", 1, "2026-02-28T10:20:30"),
    ],
)
def test_months_are_the_calendar_s(moment: str, months: int, expected: str) -> None:
    assert months_before(at(moment), months) == at(expected)


@pytest.mark.parametrize(
    ("seen", "warned", "now", "warn", "deactivate"),
    [
        ("2026-01-01", None, "2026-05-31", False, False),
        ("2026-01-01", None, "2026-06-01", True, False),
        ("2026-01-01", "2026-06-01", "2026-06-30", False, False),
        ("2026-01-01", "2026-06-01", "2026-07-01", False, True),
        ("2026-06-15", "2026-06-01", "2026-07-01", False, False),
        ("2026-06-15", "2026-06-01", "2026-11-15", True, False),
        # A worker that was stopped for a year still warns first.
        ("2024-01-01", None, "2026-07-01", True, False),
    ],
)
def test_warned_after_five_months_deactivated_a_month_later(
    seen: str, warned: str | None, now: str, warn: bool, deactivate: bool
) -> None:
    given = at(seen), at(warned) if warned else None, at(now)
    assert (is_to_warn(*given), is_to_deactivate(*given)) == (warn, deactivate)


SEED = "3132333435363738393031323334353637383930"


@pytest.mark.parametrize(
    ("text", "cards", "lines"),
    [
        (f"AB-1234;{SEED}", 1, []),
        (f"numéro;graine\r\nAB-1234;{SEED}\r\n\r\nab-1235;{SEED};8\r\n", 2, []),
        (f"\ufeffAB-1234,{SEED}", 1, []),
        ("AB-1234;GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1, []),
        ("", 0, [1]),
        (f"AB-1234;{SEED}\nAB-1234;{SEED}", 1, [2]),
        (f"AB 1234;{SEED}\nAB-1;xyz\nAB-1235;{SEED};7\nAB-1236", 0, [1, 2, 3, 4]),
        ("AB-1234;0000000000000000000000000000000000000000", 0, [1]),
        (f"AB-1234;{SEED[:20]}", 0, [1]),
        (f"=cmd|A1;{SEED}", 0, [1]),
    ],
)
def test_every_bad_line_of_a_file_of_cards_is_named(text: str, cards: int, lines: list[int]) -> None:
    found, errors = parse_cards(text)
    assert (len(found), [error.line for error in errors]) == (cards, lines)
    assert not any(SEED in error.message for error in errors)


def test_hexadecimal_and_base32_say_the_same_seed() -> None:
    assert seed_of(SEED) == seed_of("gezd gnbv gy3t qojq gezd gnbv gy3t qojq") == b"12345678901234567890"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoé", True), ("Le Goff-d’Arc", True), ("J.-B. O'Neill", True), ("Nguyễn Thị", True), ("محمد", True),
        ("Ŀlull", True),
        ("", False), ("-", False), ("<b>", False), ("a\nb", False), ("a\u202eb", False), ("https://x", False),
        ("a" * 101, False), ("R2D2", False), ("=1+1", False),
    ],
)  # fmt: skip
def test_what_is_a_name(text: str, expected: bool) -> None:
    assert is_name(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("Agent d’accueil (R&D)", True), ("a\r\nb", False), ("a\u200bb", False)]
)
def test_what_is_one_line(text: str, expected: bool) -> None:
    assert is_one_line(text) is expected
