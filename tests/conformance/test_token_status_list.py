"""Token Status List (draft-ietf-oauth-status-list): our lists, by its own vectors and by another's reader."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from aidants.domain.acteur import Acteur, Kind
from aidants.journal.follow import follow
from aidants.journal.sequence import integrate
from aidants.structures.models import Structure
from mandats.attestation.compact import AttestationRefused
from mandats.attestation.keys import active_key, published_keys
from mandats.attestation.status_list import (
    INVALID,
    SIZE,
    SUSPENDED,
    TYPE,
    VALID,
    compressed,
    pack,
    sign_status_list,
)
from mandats.registre.models import Autorisation, Mandat, Suspension
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.single_use import close_expired
from mandats.registre.services.suspend import resume_mandat, suspend_mandat
from mandats.verification import statuses
from mandats.verification.suspensions import SUSPENSIONS
from tests import builders
from tests.builders import NOW
from tests.conformance.node_client import started
from tests.status_list_reader import unpack, verify_status_list

SPEC = "Token Status List"
A_MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.spec(SPEC, "4.1")
@pytest.mark.parametrize(
    ("bits", "given_statuses", "packed"),
    [
        (1, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], "b9a3"),
        (2, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3], "c944f9"),
    ],
)
def test_the_specifications_example_is_packed_as_it_says(bits: int, given_statuses: list[int], packed: str) -> None:
    length = len(given_statuses) * bits // 8
    assert pack(dict(enumerate(given_statuses)), bits=bits, length=length).hex() == packed


@pytest.mark.spec(SPEC, "4.2")
@pytest.mark.parametrize(("lst", "packed"), [("eNrbuRgAAhcBXQ", "b9a3"), ("eNo76fITAAPfAgc", "c944f9")])
def test_the_specifications_example_is_read(lst: str, packed: str) -> None:
    assert unpack(lst).hex() == packed
    assert unpack(compressed(bytes.fromhex(packed))).hex() == packed


@pytest.mark.spec(SPEC, "4.1")
@given(st.dictionaries(st.integers(0, 199), st.integers(0, 3)))
def test_what_is_packed_reads_back(given_statuses: dict[int, int]) -> None:
    packed = pack(given_statuses, length=50)
    read = [packed[index // 4] >> (index % 4 * 2) & 3 for index in range(200)]
    assert read == [given_statuses.get(index, VALID) for index in range(200)]


@pytest.mark.parametrize("lst", ["", "AAAA", compressed(bytes(16 * SIZE // 4 + 1)), "eNrbuRgAAhcB"])
def test_a_list_that_is_none_is_refused(lst: str) -> None:
    with pytest.raises(ValueError, match="list"):
        unpack(lst)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    statuses._made.cache_clear()


@pytest.fixture
def mandat(db: None) -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, demarches=("logement", "famille", "papiers"))


def usager(mandat: Mandat) -> Acteur:
    return Acteur(Kind.USAGER, mandat.usager_id)


def places(mandat: Mandat) -> dict[str, int]:
    return dict(Autorisation.objects.filter(mandat=mandat).values_list("demarche", "status_index"))


def served(path: str = "/status/0") -> str:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/statuslist+jwt"
    assert answer["Access-Control-Allow-Origin"] == "*"
    return answer.content.decode()


def told(mandat: Mandat, at: datetime) -> dict[str, int]:
    found = statuses.statuses_at(0, at)
    return {demarche: found.get(index, VALID) for demarche, index in places(mandat).items()}


@pytest.mark.spec(SPEC, "5.1")
def test_a_reader_that_others_wrote_finds_each_status(db: None) -> None:
    place = builders.structure()
    now = datetime.now(UTC)
    mandat = builders.mandat(
        builders.aidant(place), place, demarches=("logement", "famille", "papiers"), now=now - A_MINUTE
    )
    ended = Autorisation.objects.get(mandat=mandat, demarche="famille")
    assert revoke_autorisation(ended.id, usager(mandat), way="page_usager", now=now - timedelta(seconds=30))
    token = served()
    read = verify_status_list(token, f"{mandat_issuer(mandat)}/status/0", published_keys(now))
    assert (read.ttl, read.bits) == (timedelta(seconds=5), 2)
    assert read.issued_at <= datetime.now(UTC) < read.expires_at
    where = places(mandat)
    with started("status-list.mjs") as reader:
        answer = reader.tell({"token": token, "indexes": list(where.values())})
    expected = {"logement": VALID, "famille": INVALID, "papiers": VALID}
    assert dict(zip(where, answer["statuses"], strict=True)) == expected
    assert {demarche: read.status(index) for demarche, index in where.items()} == expected


def mandat_issuer(mandat: Mandat) -> str:
    from mandats.registre.texts import acte_in

    return acte_in(mandat.acte).issuer


@pytest.mark.spec(SPEC, "6.2")
def test_the_acte_names_its_place(mandat: Mandat) -> None:
    from mandats.registre.texts import acte_in

    acte = acte_in(mandat.acte)
    assert {one.code: one.status.idx for one in acte.demarches} == places(mandat)
    assert {one.status.uri for one in acte.demarches} == {f"{acte.issuer}/status/0"}


@pytest.mark.spec(SPEC, "7.1")
def test_suspended_is_not_invalid_and_ends_with_the_resumption(mandat: Mandat) -> None:
    assert suspend_mandat(mandat.id, usager(mandat), way="telephone", now=NOW + A_DAY)
    assert set(told(mandat, NOW + A_DAY).values()) == {SUSPENDED}
    assert set(told(mandat, NOW + A_DAY - A_MINUTE).values()) == {VALID}
    assert resume_mandat(mandat.id, usager(mandat), way="page_usager", now=NOW + 2 * A_DAY)
    assert set(told(mandat, NOW + 2 * A_DAY).values()) == {VALID}


@pytest.mark.spec(SPEC, "7.1")
def test_what_the_structure_no_longer_offers_is_suspended(mandat: Mandat) -> None:
    assert statuses.narrowed_now(0) == {}
    Structure.objects.filter(pk=mandat.structure_id).update(demarches=["logement", "papiers"])
    assert statuses.narrowed_now(0) == {places(mandat)["famille"]: SUSPENDED}


@pytest.mark.spec(SPEC, "8.4")
def test_the_past_tells_a_suspension_that_is_over(mandat: Mandat) -> None:
    assert follow(SUSPENSIONS, NOW) >= 0
    suspend_mandat(mandat.id, usager(mandat), way="telephone", now=NOW + A_DAY)
    resume_mandat(mandat.id, usager(mandat), way="page_usager", now=NOW + 2 * A_DAY)
    suspend_mandat(mandat.id, usager(mandat), way="telephone", now=NOW + 3 * A_DAY)
    revoke_mandat(mandat.id, usager(mandat), way="page_usager", now=NOW + 4 * A_DAY)
    integrate(NOW + 4 * A_DAY)
    follow(SUSPENSIONS, NOW + 4 * A_DAY)
    days = [set(told(mandat, NOW + half * A_DAY / 2).values()) for half in range(1, 10)]
    assert days == [{VALID}, {SUSPENDED}, {SUSPENDED}, {VALID}, {VALID}, {SUSPENDED}, {SUSPENDED}, {INVALID}, {INVALID}]


def test_a_suspension_is_over_at_the_term(mandat: Mandat) -> None:
    follow(SUSPENSIONS, NOW)
    suspend_mandat(mandat.id, usager(mandat), way="telephone", now=NOW + A_DAY)
    close_expired(mandat.expires_at + A_DAY)
    integrate(mandat.expires_at + A_DAY)
    follow(SUSPENSIONS, mandat.expires_at + A_DAY)
    assert list(Suspension.objects.values_list("ended_at", flat=True)) == [mandat.expires_at]


def test_two_acts_that_crossed_hold_up_no_list_of_the_past(mandat: Mandat) -> None:
    """An end dated before the suspension that was written first: a period's clock, or two requests that crossed."""
    follow(SUSPENSIONS, NOW)
    suspended = NOW + A_DAY
    suspend_mandat(mandat.id, usager(mandat), way="telephone", now=suspended)
    revoke_mandat(mandat.id, usager(mandat), way="page_usager", now=suspended - timedelta(seconds=15))
    integrate(suspended)
    follow(SUSPENSIONS, suspended)
    assert list(Suspension.objects.values_list("started_at", "ended_at")) == [(suspended, suspended)]


@pytest.mark.spec(SPEC, "8.4")
def test_the_term_is_told_to_the_second(mandat: Mandat) -> None:
    assert set(told(mandat, mandat.expires_at - timedelta(seconds=1)).values()) == {VALID}
    assert set(told(mandat, mandat.expires_at).values()) == {INVALID}


@pytest.mark.spec(SPEC, "8.4")
def test_a_past_list_is_dated_of_that_moment(db: None) -> None:
    builders.keys()
    token = served(f"/status/0?time={int(NOW.timestamp())}")
    read = verify_status_list(token, "http://localhost:8000/status/0", published_keys(NOW))
    assert read.issued_at == NOW
    assert read.expires_at > NOW


@pytest.mark.parametrize(
    ("query", "status"),
    [("?time=99999999999", 404), ("?time=x", 400), ("?time=", 400), ("?time=-1", 400), ("?time=1.5", 400),
     ("?time=" + "9" * 40, 400), ("?time=٣", 400)],
)  # fmt: skip
def test_a_moment_that_is_none_is_refused(db: None, query: str, status: int) -> None:
    builders.keys()
    assert Client().get(f"/status/0{query}").status_code == status


def test_a_list_that_was_never_opened_does_not_exist(db: None) -> None:
    builders.keys()
    assert Client().get("/status/1").status_code == 404
    assert Client().post("/status/0").status_code == 405


def test_a_list_for_another_address_or_altered_is_refused(db: None) -> None:
    builders.keys()
    key = active_key("acte", "ES256", NOW)
    token = sign_status_list("https://a.example/status/0", {}, at=NOW, ttl=A_MINUTE, key=key.ec, kid=key.kid)
    keys = published_keys(NOW)
    assert verify_status_list(token, "https://a.example/status/0", keys).status(SIZE - 1) == VALID
    with pytest.raises(AttestationRefused):
        verify_status_list(token, "https://a.example/status/1", keys)
    head, payload, signature = token.split(".")
    with pytest.raises(AttestationRefused):
        verify_status_list(f"{head}.{payload[:-2]}AA.{signature}", "https://a.example/status/0", keys)
    assert TYPE == "statuslist+jwt"


def test_a_full_list_is_left_for_the_next(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from mandats.registre.services import places as drawing

    monkeypatch.setattr(drawing, "SIZE", 64)
    place = builders.structure()
    who = builders.aidant(place)
    for _ in range(16):
        builders.mandat(who, place, demarches=("logement", "famille", "papiers", "social"))
    lists = set(Autorisation.objects.values_list("status_list", flat=True))
    taken = Autorisation.objects.values_list("status_list", "status_index")
    assert len(set(taken)) == taken.count() == 64, "each has an index of its own"
    assert lists in ({0, 1}, {0, 1, 2}), "places are drawn: now and then the second is left early too"
    assert Autorisation.objects.filter(status_list=0).count() <= 52  # no 18 places of a sample were free beyond 48


def test_a_list_is_made_once_for_two_seconds(mandat: Mandat, query_count: object) -> None:
    made = statuses.current_list(0, NOW)
    with query_count(0):  # type: ignore[operator]
        assert statuses.current_list(0, NOW + timedelta(seconds=1)) == made
    assert statuses.current_list(0, NOW + timedelta(seconds=2)) != made


@pytest.mark.writes("verification:history_refused")
def test_a_list_of_the_past_is_made_once_and_counted_for_who_asks(
    mandat: Mandat, query_count: object, settings: object
) -> None:
    past = NOW - timedelta(days=2)
    made = statuses.list_at(0, past, NOW)
    with query_count(1):  # type: ignore[operator]  # the keys, which within a transaction are read each time
        assert statuses.list_at(0, past, NOW) == made
    settings.LIMITS_FACTOR = 0.01  # type: ignore[attr-defined]
    reader, other = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    asked = [f"/status/0?time={int(NOW.timestamp()) - number}" for number in range(4)]
    assert [reader.get(one).status_code for one in asked] == [200, 200, 200, 429]
    assert int(reader.get(asked[0])["Retry-After"]) > 0
    assert reader.get("/status/0").status_code == 200, "what stands now is for everybody"
    assert other.get(asked[0]).status_code == 200


def test_a_list_of_this_minute_is_made_anew(mandat: Mandat) -> None:
    assert set(told(mandat, NOW).values()) == {VALID}
    first = statuses.list_at(0, NOW, NOW)
    revoke_mandat(mandat.id, usager(mandat), way="page_usager", now=NOW)
    assert statuses.list_at(0, NOW, NOW) != first


def test_one_list_takes_two_statements(mandat: Mandat, query_count: object) -> None:
    active_key("acte", "ES256", NOW)
    with query_count(2):  # type: ignore[operator]
        statuses.statuses_at(0, NOW)


@pytest.mark.spec(SPEC, "13.7")
def test_a_list_is_kept_no_longer_than_its_ttl(db: None) -> None:
    builders.keys()
    assert Client().get("/status/0")["Cache-Control"] == "public, max-age=5"


@pytest.mark.spec(SPEC, "8.1")
@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200), ("*/*", 200), ("application/*", 200), ("application/statuslist+jwt", 200),
        ("application/statuslist+cwt, application/statuslist+jwt;q=0.5", 200), ("", 200),
        ("application/statuslist+cwt", 406), ("application/statuslist+jwt;q=0", 406), ("application/json", 406),
    ],
)  # fmt: skip
def test_who_reads_another_form_alone_is_told_which_there_is(db: None, accept: str | None, status: int) -> None:
    builders.keys()
    answer = Client().get("/status/0", headers={} if accept is None else {"Accept": accept})
    assert answer.status_code == status
    assert "Accept" in answer["Vary"].split(", ")
    assert answer["Access-Control-Allow-Origin"] == "*"
    if status == 406:
        assert answer.content == b"application/statuslist+jwt"


@pytest.mark.spec(SPEC, "8.2")
def test_the_answer_is_the_token_alone_and_is_compressed_for_who_takes_that(db: None) -> None:
    builders.keys()
    plain = Client().get("/status/0")
    packed = Client().get("/status/0", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain
    assert plain["Vary"] == packed["Vary"] == "Accept, Accept-Encoding"
    assert (packed["Content-Encoding"], packed["Content-Type"]) == ("gzip", "application/statuslist+jwt")
    now = datetime.now(UTC)
    for body in (plain.content, gzip.decompress(packed.content)):
        assert verify_status_list(body.decode(), "http://localhost:8000/status/0", published_keys(now)).bits == 2


@pytest.mark.spec(SPEC, "5.1")
def test_a_list_says_what_it_must_and_nothing_else(db: None) -> None:
    builders.keys()
    head, payload, _ = (base64.urlsafe_b64decode(part + "==") for part in served().split("."))
    assert json.loads(head).keys() == {"alg", "kid", "typ"}
    claims = json.loads(payload)
    assert claims.keys() == {"sub", "iat", "exp", "ttl", "status_list"}
    assert claims["status_list"].keys() == {"bits", "lst"}, "no aggregation: it would tell how many there are"
    assert all(type(claims[name]) is int and claims[name] > 0 for name in ("iat", "exp", "ttl"))
    assert claims["exp"] - claims["iat"] >= claims["ttl"]
