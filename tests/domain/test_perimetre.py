"""What may be asked, one row a case; and what holds for all dates, zones and facts."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.demarches import DEMARCHES
from aidants.domain.errors import ErrorCode
from mandats.domain import errors, perimetre_errors
from mandats.domain.actes import RESERVED_ACTS
from mandats.domain.durees import (
    DUREES,
    J31,
    J182,
    ZONES,
    bounds_problem,
    days_left,
    expires_at,
    is_adult,
    local_date,
    max_days_of,
    runs_days,
    until,
    wants_notice,
)
from mandats.domain.identite import Identite, same_person
from mandats.domain.perimetre import Perimetre, PrepareFacts, cleaned, may_prepare, narrower, ordered_reserved_acts
from mandats.domain.rules import SignFacts, may_sign

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ASKED = Perimetre(({"code": "logement", "formalites": ["demande d’APL"]},), "J31")
GOOD = PrepareFacts(
    ASKED, J31, frozenset(DEMARCHES), host=False, time_zone="Europe/Paris", now=NOW, shown_structure=True
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2060, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(sorted(ZONES))


def _asks(*codes: str, formalites: list[str] | None = None, **changes: Any) -> Perimetre:
    return replace(ASKED, demarches=tuple({"code": code, "formalites": formalites or []} for code in codes), **changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"shown_structure": False}, perimetre_errors.OTHER_STRUCTURE),
        ({"asked": _asks()}, errors.NO_DEMARCHE),
        ({"asked": _asks("chasse")}, errors.NO_DEMARCHE),
        ({"offered": frozenset({"justice"})}, errors.DEMARCHE_NARROWED),
        ({"asked": _asks(*DEMARCHES)}, None),
        ({"asked": _asks("logement", formalites=["x"] * 10)}, None),
        ({"asked": _asks("logement", formalites=["x"] * 11)}, perimetre_errors.FORMALITES_REFUSED),
        ({"asked": _asks("logement", formalites=["x" * 200])}, None),
        ({"asked": _asks("logement", formalites=["x" * 201])}, perimetre_errors.FORMALITES_REFUSED),
        ({"asked": _asks("logement", reserved_acts=tuple(RESERVED_ACTS))}, None),
        ({"asked": _asks("logement", reserved_acts=("don",))}, perimetre_errors.RESERVED_ACT_UNKNOWN),
        ({"asked": _asks("logement", single_use=True)}, None),
        ({"duree": None}, perimetre_errors.DUREE_UNKNOWN),
        ({"duree": until(date(2026, 11, 21))}, perimetre_errors.DUREE_PAST),
        ({"duree": until(date(2026, 11, 22))}, None),
        (
            {"duree": until(date(2026, 11, 22)), "now": NOW + timedelta(hours=12, minutes=1)},
            perimetre_errors.DUREE_TOO_CLOSE,
        ),
        ({"duree": until(date(2027, 11, 22))}, None),
        ({"duree": until(date(2027, 11, 23))}, perimetre_errors.DUREE_TOO_FAR),
        ({"duree": J182, "host": True}, perimetre_errors.DUREE_HOST),
        ({"duree": J31, "host": True}, None),
        ({"duree": until(date(2026, 12, 23)), "host": True}, None),
        ({"duree": until(date(2026, 12, 24)), "host": True}, perimetre_errors.DUREE_HOST),
    ],
)
def test_may_prepare(changes: dict[str, Any], reason: ErrorCode | None) -> None:
    assert may_prepare(replace(GOOD, **changes)) == (Denied(reason) if reason else GRANTED)


def test_what_is_asked_is_kept_once_in_the_tables_order() -> None:
    asked = _asks("social", "papiers", "social", formalites=[" a  b ", "", "a b", "c"])
    assert cleaned(asked) == [
        {"code": "papiers", "formalites": ["a b", "c"]},
        {"code": "social", "formalites": ["a b", "c"]},
    ]
    assert ordered_reserved_acts(["paiement", "vente", "paiement"]) == ["vente", "paiement"]


@pytest.mark.parametrize(
    ("older", "newer", "less"),
    [([], [], False), ([], ["a"], True), (["a"], [], False), (["a"], ["a", "b"], False), (["a", "b"], ["a"], True)],
)
def test_narrower(older: list[str], newer: list[str], less: bool) -> None:
    assert narrower(older, newer) is less


PERSON = Identite("a" * 64, "Zoë Maëlys", "Nuñez-Cœuret", "1990-08-25", "female", "67482", "99100")


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"family_name": "AUTRE"}, True),
        ({"sub_digest": "b" * 64}, False),
        ({"sub_digest": ""}, True),
        ({"sub_digest": "", "given_name": "ZOE MAELYS", "family_name": "NUNEZ COEURET"}, True),
        ({"sub_digest": "", "birthdate": "1990-08-00"}, False),
        ({"sub_digest": "", "given_name": "Zoë"}, False),
    ],
)
def test_same_person(changes: dict[str, Any], same: bool) -> None:
    assert same_person(PERSON, replace(PERSON, **changes)) is same
    assert same_person(replace(PERSON, **changes), PERSON) is same


READY = SignFacts(False, True, True, True, True, True, None, False, True, False, True, True)


@given(st.fixed_dictionaries({field.name: st.booleans() for field in fields(SignFacts) if field.type is bool}))
def test_nothing_is_formed_without_the_usagers_act(facts: dict[str, bool]) -> None:
    verdict = may_sign(replace(READY, **facts))  # type: ignore[arg-type]
    if verdict:
        assert facts["consented"]
        assert facts["identified"]
        assert facts["is_adult"]
        assert not facts["already_signed"]


@given(moments, zones, st.sampled_from(sorted(DUREES)), st.floats(0, 1))
def test_days_left_go_down_to_zero_on_the_last_day(at: datetime, zone: str, code: str, part: float) -> None:
    ends = expires_at(at, DUREES[code], zone)
    assert runs_days(at, ends, zone) == DUREES[code].days
    assert days_left(ends - timedelta(seconds=1), ends, zone) == 0
    assert days_left(ends, ends, zone) == -1
    during = at + (ends - timedelta(seconds=1) - at) * part
    assert 0 <= days_left(during, ends, zone) <= (DUREES[code].days or 0)
    told = wants_notice(during, at, ends, zone)
    assert told == (code in ("J182", "J365") and days_left(during, ends, zone) <= 30)
    assert not wants_notice(ends, at, ends, zone)


@given(moments, zones, st.integers(0, 365), st.integers(0, 400), st.booleans())
def test_a_chosen_last_day_asked_again_later(at: datetime, zone: str, ahead: int, later: int, host: bool) -> None:
    """Whatever day was chosen, what is granted later ends after that moment and within the bound of that day."""
    duree, then = until(local_date(at, zone) + timedelta(days=ahead)), at + timedelta(days=later)
    if bounds_problem(then, duree, zone, max_days=max_days_of(host)) is None:
        ends = expires_at(then, duree, zone)
        assert ends - then >= timedelta(hours=1)
        assert runs_days(then, ends, zone) <= max_days_of(host)
        assert ends.astimezone(ZoneInfo(zone)).time().isoformat() == "00:00:00"


@given(st.dates(date(1900, 1, 1), date(2060, 12, 31)), st.dates(date(2020, 1, 1), date(2060, 12, 31)))
def test_a_presumed_date_never_makes_anybody_older(born: date, on: date) -> None:
    """Who is of age by a partial date is of age by every full date that it may stand for."""
    whole = is_adult(born.isoformat(), on)
    for partial in (f"{born:%Y-%m}-00", f"{born:%Y}-00-00"):
        if is_adult(partial, on):
            assert whole
