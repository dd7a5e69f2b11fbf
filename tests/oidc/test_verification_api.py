"""``POST /api/v1/verifications``: credentials, forms of question, refusals, idempotency, published description."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from joserfc.jwk import ECKey, RSAKey

from aidants.domain.acteur import Acteur, Kind
from aidants.journal.models import Leaf, RefusCompte
from aidants.journal.sequence import integrate
from mandats.domain.codes import new_code
from mandats.registre.models import Mandat, Verification
from mandats.registre.services.revoke import revoke_mandat
from mandats.verification.receipt import read_receipt
from oidc.provider.models import Client
from tests.oidc import keyed
from tests.oidc.verification_desk import PATH, Administration, administration, fields, mandat

__all__ = ["administration", "fields", "mandat"]

pytestmark = pytest.mark.django_db


def test_the_answer_says_what_was_asked_and_no_more(
    administration: Administration, mandat: Mandat, fields: dict[str, Any]
) -> None:
    answer = administration.ask(fields)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told.pop("receipt").count(".") == 2
    assert told == {
        "answer": "couvre",
        "demarche": "logement",
        "structure": {"siret": mandat.structure.siret, "name": mandat.structure.name},
        "signed_at": f"{mandat.accepted_at:%Y-%m-%dT%H:%M:%SZ}",
        "expires_at": f"{mandat.expires_at:%Y-%m-%dT%H:%M:%SZ}",
        "revoked_at": None,
        "journal": None,
        "mistyped": [],
    }
    row = Verification.objects.get()
    assert (row.organisation, row.authenticated, row.way) == ("Allocations", True, "api")
    assert row.client_id == administration.client.id
    assert answer["Cache-Control"] == "no-store"


def test_the_answer_and_its_receipt_say_where_the_mandat_stands_in_the_journal(
    administration: Administration, fields: dict[str, Any]
) -> None:
    size = integrate(timezone.now())
    told = administration.ask(fields).json()
    number = Leaf.objects.get(entree__event="mandat:sign").number
    assert told["journal"] == {"index": number, "size": size}
    receipt = read_receipt(told["receipt"], timezone.now())
    assert receipt is not None
    assert receipt["journal"] == told["journal"]


def test_revoked_from_that_second(administration: Administration, mandat: Mandat, fields: dict[str, Any]) -> None:
    now = timezone.now()
    revoke_mandat(mandat.id, Acteur(Kind.USAGER, mandat.usager_id), way="page_usager", now=now)
    told = administration.ask(fields).json()
    assert (told["answer"], told["revoked_at"]) == ("revoque", f"{now:%Y-%m-%dT%H:%M:%SZ}")


def test_the_acte_alone(administration: Administration, mandat: Mandat) -> None:
    assert administration.ask({"acte": mandat.acte, "demarche": "logement"}).json()["answer"] == "couvre"
    assert administration.ask({"acte": mandat.acte, "demarche": "justice"}).json()["answer"] == "ne_couvre_pas"


def test_unknown_tells_nothing(administration: Administration, fields: dict[str, Any]) -> None:
    told = administration.ask(fields | {"family_name": "Martin"}).json()
    assert (told["answer"], told["structure"], told["signed_at"], told["mistyped"]) == ("inconnu", None, None, [])
    assert Verification.objects.get().mandat is None


def test_a_slip_is_told(administration: Administration, fields: dict[str, Any]) -> None:
    told = administration.ask(fields | {"code": "1234"}).json()
    assert (told["answer"], told["mistyped"]) == ("inconnu", ["code"])
    assert not Verification.objects.exists()


@pytest.mark.spec("RFC 9110", "11.6.1")
@pytest.mark.parametrize("header", ["", "Basic bm9ib2R5Om5vdGhpbmc=", "Basic ???", "Bearer x"])
def test_without_credentials_nothing_is_answered(fields: dict[str, Any], header: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer = Browser().post(PATH, json.dumps(fields), content_type="application/json", headers=headers)
    assert answer.status_code == 401
    tried = header.partition(" ")[0]
    assert answer["WWW-Authenticate"].startswith("Bearer " if tried == "Bearer" else "Basic ")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401


def ask_by_key(site: keyed.KeyedSite, fields: dict[str, Any], assertion: str = "") -> Any:
    """Ask with an assertion in the header, as a client without a secret does."""
    headers = {"Authorization": f"Bearer {assertion or site.assertion()}"}
    return Browser().post(PATH, json.dumps(fields), content_type="application/json", headers=headers)


@pytest.mark.spec("RFC 7523", "3")
@pytest.mark.parametrize("alg", ["ES256", "PS256"])
def test_a_client_with_keys_asks_by_an_assertion_that_serves_once(fields: dict[str, Any], alg: str) -> None:
    site = keyed.keyed_site(alg)
    assertion = site.assertion()
    assert ask_by_key(site, fields, assertion).json()["answer"] == "couvre"
    assert Verification.objects.get().client_id == site.client.id
    again = ask_by_key(site, fields, assertion)
    assert (again.status_code, again.json()["code"]) == (401, "oidc.assertion_replayed")
    assert again["WWW-Authenticate"] == 'Bearer realm="verifications", error="invalid_token"'


@pytest.mark.spec("RFC 7523", "3")
@pytest.mark.spec("RFC 6750", "3.1")
@pytest.mark.parametrize(
    "bent",
    [
        {"aud": "https://other.example"},
        {"exp": 1},
        {"sub": "other"},
        {"jti": None},
        {"header": {"kid": "../../etc/passwd"}, "key": ECKey.generate_key("P-256")},
        {"alg": "RS256", "key": RSAKey.generate_key(2048)},
    ],
    ids=["aud", "exp", "sub", "jti", "unknown kid", "another algorithm"],
)
def test_an_assertion_that_does_not_hold_is_refused_as_one(fields: dict[str, Any], bent: dict[str, Any]) -> None:
    site = keyed.keyed_site()
    answer = ask_by_key(site, fields, site.assertion(**bent))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith('Bearer realm="verifications", error="invalid_token"')
    assert answer["Content-Type"] == "application/problem+json"
    assert not Verification.objects.exists()


@pytest.mark.spec("RFC 6749", "2.3")
def test_each_client_has_one_method(administration: Administration, fields: dict[str, Any]) -> None:
    site = keyed.keyed_site()
    site.client, secretive = administration.client, site.client
    assert ask_by_key(site, fields).status_code == 401, "a client with a secret signs nothing"
    administration.client = secretive
    assert administration.ask(fields).status_code == 401, "a client with keys has no secret"


def test_franceconnect_s_record_verifies_nothing(administration: Administration, fields: dict[str, Any]) -> None:
    Client.objects.update(profile="franceconnect")
    assert administration.ask(fields).status_code == 401


@pytest.mark.spec("RFC 9457", "3")
@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"code": None}, "code"),
        ({"birthdate": "24/08/1962"}, "birthdate"),
        ({"demarche": "cuisine"}, "demarche"),
        ({"acte": "a.b.c"}, "reference"),
        ({"extra": 1}, "extra"),
        ({"family_name": "x" * 257}, "family_name"),
        ({"family_name": "a\u0000"}, "family_name"),
        ({"birthdate": "1962-08-24\n"}, "birthdate"),
        ({"reference": 1234567890}, "reference"),
        ({"code": 1234567890123456}, "code"),
    ],
)
def test_what_is_malformed_is_named_without_its_value(
    administration: Administration, fields: dict[str, Any], change: dict[str, Any], wrong: str
) -> None:
    answer = administration.ask(fields | change)
    assert answer.status_code == 422
    problem = answer.json()
    assert wrong in problem["errors"]
    assert fields["code"] not in answer.content.decode()


@pytest.mark.parametrize(("body", "kind", "status"), [("{", "application/json", 400), ("a=1", "text/plain", 415)])
def test_what_is_no_json(administration: Administration, body: str, kind: str, status: int) -> None:
    answer = administration.ask(body, Content_Type=kind)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("body", [[], "text", None, 7])
def test_a_body_that_is_no_object(administration: Administration, body: Any) -> None:
    assert administration.ask(json.dumps(body)).status_code == 422


def test_an_idempotency_key(administration: Administration, fields: dict[str, Any]) -> None:
    first, again = (administration.ask(fields, Idempotency_Key="8e03978e") for _ in range(2))
    assert first.content == again.content
    assert Verification.objects.count() == 1
    other = administration.ask(fields | {"demarche": "famille"}, Idempotency_Key="8e03978e")
    assert (other.status_code, other.json()["code"]) == (409, "verification.idempotency_mismatch")
    assert administration.ask(fields, Idempotency_Key="x" * 65).status_code == 422


@pytest.mark.writes("verification:unknown")
@pytest.mark.usefixtures("one_minute")
def test_too_many_wrong_tries(administration: Administration, fields: dict[str, Any]) -> None:
    for _ in range(10):
        assert administration.ask(fields | {"code": new_code()}).status_code == 200
    answer = administration.ask(fields)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 600
    assert answer.json()["code"] == "verification.too_many"
    assert RefusCompte.objects.filter(kind="verification:unknown/client").exists()


def test_query_count(administration: Administration, fields: dict[str, Any], query_count: Callable[[int], Any]) -> None:
    administration.ask(fields)
    integrate(timezone.now())
    with query_count(16):
        administration.ask(fields)


def test_the_description_is_public_and_of_openapi_3_1() -> None:
    answer = Browser().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    described = answer.json()
    assert described["openapi"].startswith("3.1")
    assert [path for path in described["paths"] if "partenaire" not in path] == [PATH, f"{PATH}/lots", f"{PATH}/suites"]
    assert set(described["paths"][PATH]["post"]["responses"]) == {
        "200",
        "400",
        "401",
        "406",
        "409",
        "413",
        "415",
        "422",
        "429",
    }
    schemes = described["components"]["securitySchemes"]
    assert {name: scheme["scheme"] for name, scheme in schemes.items()} == {
        "client_credentials": "basic",
        "client_assertion": "bearer",
    }
    one_or_the_other: list[dict[str, list[str]]] = [{"client_credentials": []}, {"client_assertion": []}]
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert all(operation["security"] == one_or_the_other for operation in operations)
