"""``/api/v1/verifications/lots`` and ``/suites``: many questions at once, and what was decided."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from aidants.journal.models import Entree
from mandats.domain.suites import MOTIFS_DE_REFUS
from mandats.registre.models import Mandat, Verification
from tests.oidc.verification_desk import PATH, Administration, administration, fields, mandat

pytestmark = pytest.mark.django_db
__all__ = ["administration", "fields", "mandat"]


def send(who: Administration, path: str, body: Any, **headers: str) -> Any:
    given = {"Authorization": who.credentials()} | {name.replace("_", "-"): text for name, text in headers.items()}
    return Browser().post(f"{PATH}/{path}", json.dumps(body), content_type="application/json", headers=given)


def test_each_line_is_answered_in_its_place(
    administration: Administration, mandat: Mandat, fields: dict[str, Any]
) -> None:
    lines = [fields, fields | {"demarche": "argent"}, fields | {"family_name": "Martin"}, fields | {"code": "1"}]
    answer = send(administration, "lots", {"questions": lines})
    assert answer.status_code == 200, answer.content
    told = [line["verdict"]["answer"] for line in answer.json()["answers"]]
    assert told == ["couvre", "ne_couvre_pas", "inconnu", "inconnu"]
    assert answer.json()["answers"][3]["verdict"]["mistyped"] == ["code"]
    assert len({line["verdict"]["receipt"] for line in answer.json()["answers"]}) == 4
    assert Entree.objects.filter(event="verification:answer", subject_id=mandat.id).count() == 2
    assert answer["Cache-Control"] == "no-store"


def test_a_named_batch_sent_again_has_the_same_answers(administration: Administration, fields: dict[str, Any]) -> None:
    lines = {"questions": [fields, fields | {"demarche": "argent"}]}
    first = send(administration, "lots", lines, Idempotency_Key="lot-1").json()
    assert send(administration, "lots", lines, Idempotency_Key="lot-1").json() == first
    assert Verification.objects.count() == 2
    other = send(administration, "lots", {"questions": [fields | {"demarche": "social"}]}, Idempotency_Key="lot-1")
    assert other.json()["answers"][0]["refused"]["code"] == "verification.idempotency_mismatch"


def test_a_batch_malformed_anywhere_asks_nothing(administration: Administration, fields: dict[str, Any]) -> None:
    answer = send(administration, "lots", {"questions": [fields, fields | {"demarche": "tout"}, {"x": 1}]})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"questions[1]", "questions[2]"}
    assert not Verification.objects.exists()


@pytest.mark.parametrize("body", [{}, [], {"questions": []}, {"questions": {}}, {"questions": [], "x": 1}, None, "x"])
def test_what_is_no_batch_is_refused(administration: Administration, body: Any) -> None:
    assert send(administration, "lots", body).status_code == 422


def test_five_hundred_pass_and_one_more_does_not(administration: Administration, fields: dict[str, Any]) -> None:
    slip = fields | {"code": "1"}
    assert len(send(administration, "lots", {"questions": [slip] * 500}).json()["answers"]) == 500
    assert send(administration, "lots", {"questions": [slip] * 501}).status_code == 422


def test_a_line_that_must_wait_does_not_stop_the_others(administration: Administration, fields: dict[str, Any]) -> None:
    from mandats.domain.codes import new_code

    wrong = [fields | {"code": new_code()} for _ in range(11)]
    answers = send(administration, "lots", {"questions": [*wrong, fields]}).json()["answers"]
    assert [bool(line["refused"]) for line in answers] == [False] * 10 + [True, True]
    assert answers[-1]["refused"]["retry_after"] > 0


def test_strangers_are_refused(fields: dict[str, Any]) -> None:
    for path in ("lots", "suites"):
        assert Browser().post(f"{PATH}/{path}", "{}", content_type="application/json").status_code == 401


def verified(who: Administration, fields: dict[str, Any]) -> str:
    return str(who.ask(fields).json()["receipt"])


def test_what_was_decided_is_kept_and_shown(
    administration: Administration, fields: dict[str, Any], mandat: Mandat
) -> None:
    receipt = verified(administration, fields)
    told = send(administration, "suites", {"receipt": receipt, "suite": "refusee", "motif": "presence"})
    assert told.status_code == 204
    row = Verification.objects.get()
    assert (row.suite, row.suite_motif) == ("refusee", "presence")
    entry = Entree.objects.get(event="verification:suite")
    assert entry.subject_id == mandat.id
    assert send(administration, "suites", {"receipt": receipt, "suite": "acceptee"}).status_code == 204
    row.refresh_from_db()
    assert (row.suite, row.suite_motif) == ("acceptee", "")


@pytest.mark.parametrize(
    "body",
    [
        {"suite": "refusee"},
        {"suite": "acceptee", "motif": "presence"},
        {"suite": "peut-être"},
        {"suite": "refusee", "motif": "parce que"},
        {"suite": "acceptee", "x": 1},
    ],
)
def test_what_says_nothing_is_refused(administration: Administration, fields: dict[str, Any], body: Any) -> None:
    receipt = verified(administration, fields)
    assert send(administration, "suites", {"receipt": receipt} | body).status_code == 422
    assert Verification.objects.get().suite == ""


def test_nobody_tells_for_another_nor_about_nothing_nor_late(
    administration: Administration, fields: dict[str, Any]
) -> None:
    receipt = verified(administration, fields)
    unknown = verified(administration, fields | {"family_name": "Martin"})
    assert send(Administration(), "suites", {"receipt": receipt, "suite": "acceptee"}).status_code == 404
    assert send(administration, "suites", {"receipt": unknown, "suite": "acceptee"}).status_code == 404
    assert send(administration, "suites", {"receipt": receipt[:-2], "suite": "acceptee"}).status_code == 404
    Verification.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert send(administration, "suites", {"receipt": receipt, "suite": "acceptee"}).status_code == 404


@pytest.fixture
def on_page(mandat: Mandat, fields: dict[str, Any]) -> str:
    typed = {"organisation": "CAF", "day": "24", "month": "08", "year": "1962"} | fields
    page = Browser().post("/verifier", typed).content.decode()
    return page.split('name="receipt" value="')[1].split('"')[0]


@pytest.mark.parametrize("motif", sorted(MOTIFS_DE_REFUS))
@pytest.mark.reaches("POST mandats:verify_suite")
def test_an_agent_says_why_they_refuse(on_page: str, motif: str) -> None:
    told = Browser().post("/verifier/suite", {"receipt": on_page, "suite": "refusee", "motif": motif})
    assert told.status_code == 200
    assert "démarche refusée" in told.content.decode()
    assert Verification.objects.get().suite_motif == motif


@pytest.mark.writes("verification:suite_refused")
def test_an_agent_accepts_and_is_told_what_is_missing(on_page: str) -> None:
    missing = Browser().post("/verifier/suite", {"receipt": on_page, "suite": "refusee", "motif": ""})
    assert missing.status_code == 422
    assert "choisissez le motif" in missing.content.decode()
    told = Browser().post("/verifier/suite", {"receipt": on_page, "suite": "acceptee", "motif": "doute"})
    assert told.status_code == 200
    assert Verification.objects.get().suite == "acceptee"
    assert Browser().post("/verifier/suite", {"receipt": "x.y.z", "suite": "acceptee"}).status_code == 404
    assert Browser().get("/verifier/suite").status_code == 405


@pytest.mark.writes("verification:suite")
def test_the_usager_sees_what_was_decided(on_page: str, mandat: Mandat) -> None:
    from mandats.verification.usager_record import record_of

    Browser().post("/verifier/suite", {"receipt": on_page, "suite": "refusee", "motif": "doute"})
    (look_up,) = record_of(mandat, timezone.now()).look_ups
    assert look_up.suite == f"Démarche refusée : {MOTIFS_DE_REFUS['doute']}"


def test_query_count_of_a_suite(
    administration: Administration, fields: dict[str, Any], query_count: Callable[[int], Any]
) -> None:
    receipt = verified(administration, fields)
    send(administration, "suites", {"receipt": receipt, "suite": "acceptee"})
    with query_count(7):
        send(administration, "suites", {"receipt": receipt, "suite": "refusee", "motif": "doute"})
