"""SD-JWT VC: the mandat as a credential, read by packages that others wrote, from PyPI and from npm."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from joserfc.jwk import ECKey
from jwcrypto.jwk import JWK  # type: ignore[import-untyped]
from sd_jwt.verifier import SDJWTVerifier  # type: ignore[import-untyped]

from mandats.attestation import sd_jwt, verify
from mandats.attestation.compact import AttestationRefused, Fault
from mandats.attestation.credential import issue_credential, type_metadata, verify_credential
from mandats.attestation.sd_jwt import Hidden
from mandats.attestation.status_list import INVALID, VALID, sign_status_list
from mandats.domain.actes import StatusIndex
from mandats.registre.services.titres import issue_titre
from tests import builders
from tests.conformance.node_client import NodeClient, started
from tests.domain.actes_examples import ISSUER, ordinary_acte
from tests.mandats.attestation_examples import GOLDEN, golden, throwaway
from tests.oidc import flow
from tests.status_list_reader import verify_status_list
from tests.wallet import present, prove

SPEC = "SD-JWT VC"
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
PLACE = StatusIndex(7, f"{ISSUER}/status/1000000")


def issued(holder: dict[str, Any] | None = None) -> str:
    key, kid, _ = throwaway()
    numbers = count()
    return issue_credential(
        ordinary_acte(), PLACE, AT, key=key, kid=kid, draw=lambda: f"salt-{next(numbers):020d}", holder=holder
    )


def shows(*names: str) -> Any:
    """Return what a wallet keeps: members by name, demarches and reserved acts by code."""

    def keep(content: list[Any]) -> bool:
        told = (
            content[1] if len(content) == 3 else content[1].get("code") if isinstance(content[1], dict) else content[1]
        )
        return told in names

    return keep


@pytest.fixture(scope="module")
def wallet() -> Iterator[NodeClient]:
    with started("sd-jwt.mjs") as client:
        yield client


def others(wallet: NodeClient, presentation: str, status: int = VALID, **more: Any) -> dict[str, Any]:
    """Return what @sd-jwt/sd-jwt-vc makes of a presentation, when its place in the list is of that status."""
    key, kid, jwks = throwaway()
    token = sign_status_list(PLACE.uri, {PLACE.idx: status}, at=AT, ttl=timedelta(seconds=5), key=key, kid=kid)
    told = type_metadata(ISSUER)
    documents = {PLACE.uri: token, told["vct"]: told}
    asked = {"presentation": presentation, "keys": jwks["keys"], "documents": documents, "now": int(AT.timestamp())}
    return wallet.tell(asked | more)


def header_and_payload(compact: str) -> tuple[dict[str, Any], dict[str, Any]]:
    pieces = compact.split("~", maxsplit=1)[0].split(".")[:2]
    head, payload = (json.loads(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))) for piece in pieces)
    return head, payload


@pytest.mark.spec(SPEC, "3.2.1")
@pytest.mark.spec(SPEC, "3.2.2.2")
def test_what_is_always_shown_is_never_concealed() -> None:
    head, payload = header_and_payload(issued())
    assert head == {"alg": "ES256", "kid": throwaway()[1], "typ": "dc+sd-jwt"}
    assert payload.keys() == {
        *("iss", "vct", "iat", "nbf", "exp", "status", "issuing_country"),
        *("represented", "representative", "representation", "_sd_alg"),
    }
    assert payload["iss"] == ISSUER
    assert payload["vct"] == f"{ISSUER}/vct/mandat/1"
    assert payload["nbf"] == int(ordinary_acte().accepted_at.timestamp())
    assert payload["exp"] == int(ordinary_acte().expires_at.timestamp())
    assert payload["status"] == {"status_list": {"idx": 7, "uri": PLACE.uri}}
    assert payload["representation"]["reference"] == "GAP7-K3XW-9B"
    holder = {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}
    assert header_and_payload(issued(holder))[1]["cnf"] == {"jwk": holder}
    for concealed in ("Dupont", "1954", "logement", "coordonnees", "Lille"):
        assert concealed not in json.dumps(payload, ensure_ascii=False)


@pytest.mark.spec(SPEC, "3.2.2.2")
@pytest.mark.spec("RFC 9901", "9.7")
@pytest.mark.parametrize("claim", ["iss", "nbf", "exp", "vct", "status"])
def test_a_credential_whose_end_is_kept_back_is_refused(claim: str) -> None:
    """Shown or not, what a reader decides on may not be the holder's to choose."""
    key, kid, jwks = throwaway()
    claims = verify_credential(issued(), jwks).shown.claims
    numbers = count()
    bent = claims | {claim: Hidden(claims[claim])}
    whole = sd_jwt.issue(bent, typ="dc+sd-jwt", key=key, kid=kid, draw=lambda: f"salt-{next(numbers)}")
    for presentation in (whole, present(whole, lambda content: False)):
        with pytest.raises(AttestationRefused) as refused:
            verify_credential(presentation, jwks)
        assert refused.value.fault is Fault.CONTENT


@pytest.mark.spec("EUDI ARF", "RP_01")
def test_it_has_a_type_a_period_a_nature_and_the_operations_permitted() -> None:
    payload = header_and_payload(issued())[1]
    assert payload["vct"] == f"{ISSUER}/vct/mandat/1", "a type of its own, for representations and nothing else"
    assert payload["nbf"] < payload["exp"]
    assert payload["representation"]["kind"] == "mandat"
    assert payload["representation"]["legal_basis"] == "Code civil, articles 1984 à 2010"
    whole = verify_credential(issued(), throwaway()[2])
    assert [given.code for given in whole.demarches] == [given.code for given in ordinary_acte().demarches]
    assert whole.demarches[0].formalites == ordinary_acte().demarches[0].formalites
    assert whole.shown.claims["representation"]["reserved_acts"] == list(ordinary_acte().reserved_acts)


def test_who_is_represented_stands_apart_from_who_represents() -> None:
    payload = header_and_payload(issued())[1]
    assert payload["representative"]["identifier"] == {"scheme": "SIRET", "value": "99999910500011"}
    assert set(payload["represented"]) == {"_sd"}
    assert not {"given_name", "birthdate", "sub"} & payload.keys(), (
        "nothing could be read as the identity of its holder"
    )
    whole = verify_credential(issued(), throwaway()[2])
    assert whole.represented["given_name"] == "Marie Éloïse"
    assert whole.represented["birth_family_name"] == "Dupont"


@pytest.mark.spec(SPEC, "3.2.2.2")
def test_it_ends_when_the_representation_does(wallet: NodeClient) -> None:
    assert others(wallet, issued())["claims"]["vct"] == f"{ISSUER}/vct/mandat/1"
    assert "Status" in others(wallet, issued(), INVALID)["refused"]
    late = int(ordinary_acte().expires_at.timestamp()) + 1
    assert "refused" in others(wallet, issued(), now=late)


@pytest.mark.spec(SPEC, "3.4")
def test_packages_that_others_wrote_read_what_the_holder_shows_and_no_more(wallet: NodeClient) -> None:
    shown = present(issued(), shows("birth_family_name", "logement"))
    told = others(wallet, shown)["claims"]
    assert told["represented"] == {"birth_family_name": "Dupont"}
    assert [one["code"] for one in told["representation"]["demarches"]] == ["logement"]
    assert told["representation"]["demarches"][0]["status"] == {
        "status_list": {"idx": 4711, "uri": f"{ISSUER}/status/3"}
    }
    key = JWK(**throwaway()[2]["keys"][0])
    assert dict(SDJWTVerifier(shown, lambda _iss, _head: key).get_verified_payload()) == told
    ours = verify_credential(shown, throwaway()[2])
    assert (ours.represented, [one.code for one in ours.demarches]) == ({"birth_family_name": "Dupont"}, ["logement"])


@pytest.mark.spec(SPEC, "3.4")
@pytest.mark.spec("RFC 9901", "4.3")
def test_one_that_is_bound_serves_with_its_key(wallet: NodeClient) -> None:
    holder = ECKey.generate_key("P-256")
    shown = present(issued(holder.as_dict(private=False)), shows("logement"))
    bound = prove(shown, holder, aud="https://caf.example", nonce="n-0S6_WzA2Mj", at=AT)
    told = others(wallet, bound, nonce="n-0S6_WzA2Mj")
    assert told["bound"]["aud"] == "https://caf.example", told
    assert "refused" in others(wallet, bound, nonce="another")
    assert "refused" in others(wallet, shown, nonce="n-0S6_WzA2Mj")
    stolen = prove(shown, ECKey.generate_key("P-256"), aud="https://caf.example", nonce="n-0S6_WzA2Mj", at=AT)
    assert "refused" in others(wallet, stolen, nonce="n-0S6_WzA2Mj")
    with pytest.raises(AttestationRefused):
        verify_credential(stolen, throwaway()[2])


@pytest.mark.spec(SPEC, "6.2")
@pytest.mark.spec(SPEC, "6.3.1")
@pytest.mark.django_db
def test_the_type_is_described_at_its_own_name(wallet: NodeClient) -> None:
    answer = flow.stranger().get("/vct/mandat/1")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.json() == type_metadata(settings.ISSUER)
    assert answer.json()["vct"] == f"{settings.ISSUER}/vct/mandat/1"
    assert answer.json().keys() == {"vct", "name", "description", "display", "claims"}
    assert others(wallet, issued())["type"], "the package accepts the description"


@pytest.mark.spec(SPEC, "8")
@pytest.mark.spec(SPEC, "9.2")
def test_the_type_and_each_claim_are_named_in_every_language_of_the_type() -> None:
    told = type_metadata(ISSUER)
    languages = [shown["locale"] for shown in told["display"]]
    assert languages == ["fr", "en"]
    assert all(shown.keys() == {"locale", "name", "description"} for shown in told["display"])
    for claim in told["claims"]:
        assert claim.keys() == {"path", "display", "sd"}
        assert [shown["locale"] for shown in claim["display"]] == languages, claim["path"]
        labels = {shown["label"] for shown in claim["display"]}
        assert len(labels - {""}) == 2, claim["path"]


def selected(claims: Any, path: list[Any]) -> list[Any]:
    """Return what a path of the description selects (SD-JWT VC §9.1)."""
    found = [claims]
    for step in path:
        found = [inner for one in found for inner in (one if step is None else [one[step]])]
    return found


@pytest.mark.spec(SPEC, "9.1")
def test_each_path_of_the_description_leads_to_a_claim() -> None:
    claims = verify_credential(issued(), throwaway()[2]).shown.claims
    for claim in type_metadata(ISSUER)["claims"]:
        assert claim["path"]
        assert all(isinstance(step, str) or step is None for step in claim["path"])
        assert selected(claims, claim["path"]), claim["path"]


@pytest.mark.spec(SPEC, "9.4")
def test_the_description_says_of_each_claim_whether_it_may_be_kept_back() -> None:
    payload = header_and_payload(issued())[1]
    for claim in type_metadata(ISSUER)["claims"]:
        place: Any = payload
        for step in claim["path"][:-1]:
            place = place[step]
        last = claim["path"][-1]
        plainly = last in place if isinstance(place, dict) else not all("..." in one for one in place)
        assert plainly is (claim["sd"] == "never"), claim


@pytest.mark.spec(SPEC, "5.2")
@pytest.mark.django_db
def test_the_issuer_says_where_its_keys_are() -> None:
    answer = flow.stranger().get("/.well-known/jwt-vc-issuer")
    assert answer.json() == {"issuer": settings.ISSUER, "jwks_uri": f"{settings.ISSUER}/jwks"}
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.spec(SPEC, "3.5")
@pytest.mark.spec(SPEC, "5")
@pytest.mark.django_db
def test_a_reader_finds_key_type_and_status_from_the_credential_alone() -> None:
    place, now = builders.structure(), datetime.now(UTC)
    credential = issue_titre(builders.mandat(builders.aidant(place), place, now=now).id, now)
    assert isinstance(credential, str)
    head, payload = header_and_payload(credential)
    assert urlsplit(payload["iss"]).path == urlsplit(payload["iss"]).query == ""

    def fetched(address: str) -> Any:
        assert address.startswith(payload["iss"] + "/")
        return flow.stranger().get(address.removeprefix(payload["iss"]))

    issuer = fetched(payload["iss"] + "/.well-known/jwt-vc-issuer").json()
    assert issuer["issuer"] == payload["iss"]
    keys = fetched(issuer["jwks_uri"]).json()["keys"]
    (named,) = (key for key in keys if key["kid"] == head["kid"])
    assert SDJWTVerifier(credential, lambda _iss, _head: JWK(**named)).get_verified_payload()["vct"] == payload["vct"]
    assert fetched(payload["vct"]).json()["vct"] == payload["vct"]
    where = payload["status"]["status_list"]
    listed = verify_status_list(fetched(where["uri"]).content.decode(), where["uri"], {"keys": keys})
    assert listed.status(where["idx"]) == VALID


def test_golden_credential_verifies_for_ever() -> None:
    jwks = json.loads((GOLDEN / "titre-v1.jwks.json").read_text())
    read = verify_credential(golden("titre-v1.sd-jwt"), jwks)
    assert (read.reference, read.siret, read.structure) == (
        "GAP7-K3XW-9B",
        "99999910500011",
        "CCAS de Démonstration",
    )
    assert [given.code for given in read.demarches] == ["logement", "argent"]
    assert read.represented["birthdate"] == "1954-03-01"
    assert (read.signed_at, read.expires_at) == (ordinary_acte().accepted_at, ordinary_acte().expires_at)
    nothing = verify_credential(present(golden("titre-v1.sd-jwt"), lambda content: False), jwks)
    assert (nothing.represented, nothing.demarches) == ({}, ())


def test_the_stand_alone_verifier_tells_what_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, part, keys = tmp_path / "mandat.sd-jwt", tmp_path / "partie.sd-jwt", tmp_path / "confiance.json"
    keys.write_text((GOLDEN / "titre-v1.jwks.json").read_text())
    text = golden("titre-v1.sd-jwt")
    whole.write_text(text + "\n")
    part.write_text(present(text, shows("logement")))
    assert verify.main([str(whole), "--keys", str(keys)]) == 0
    told = capsys.readouterr().out
    assert "Signature exacte : attestation du mandat GAP7-K3XW-9B" in told
    assert "Dupont" in told
    assert "Révocation non vérifiée" in told
    assert verify.main([str(part), "--keys", str(keys)]) == 0
    told = capsys.readouterr().out
    assert "Dupont" not in told
    assert "n’en montre rien" in told
    part.write_text(text.replace("~", "~AAAA~", 1))
    assert verify.main([str(part), "--keys", str(keys)]) == 1
