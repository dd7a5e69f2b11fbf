"""The mandat as a credential: handed on the usager's page, followed by its status list, taken by the API."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from joserfc.jwk import ECKey

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.journal.models import Entree
from mandats.attestation.credential import Credential, verify_credential
from mandats.attestation.keys import published_keys
from mandats.attestation.status_list import INVALID, SUSPENDED, VALID
from mandats.domain.motifs import MotifDeFin
from mandats.registre.models import Autorisation, Mandat, Titre, Verification
from mandats.registre.models.titres import FIRST_LIST
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.suspend import suspend_mandat
from mandats.registre.services.titres import issue_titre
from mandats.registre.services.volet import CodesVolet, renew_codes
from mandats.verification import statuses
from tests import builders
from tests.mandats.declarants import by
from tests.mandats.usager_desk import typed
from tests.oidc.verification_desk import Administration
from tests.wallet import present, prove

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    statuses._made.cache_clear()


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    who = builders.aidant(place)
    return builders.mandat(who, place, now=timezone.now(), demarches=("logement", "famille", "argent"))


@pytest.fixture
def inside(mandat: Mandat) -> Client:
    made = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(made, CodesVolet)
    client = Client()
    assert client.post("/usager", typed(mandat, made)).status_code == 302
    return client


def usager(mandat: Mandat) -> Acteur:
    return Acteur(Kind.USAGER, mandat.usager_id)


def issued(mandat: Mandat, **more: Any) -> str:
    made = issue_titre(mandat.id, timezone.now(), **more)
    assert isinstance(made, str)
    return made


def read(presentation: str) -> Credential:
    return verify_credential(presentation, published_keys(timezone.now()))


def path(mandat: Mandat) -> str:
    return f"/usager/mandats/{mandat.id}/portefeuille"


def status_of(mandat: Mandat) -> int:
    titre = Titre.objects.get(mandat=mandat)
    return statuses.statuses_at(titre.status_list, timezone.now()).get(titre.status_index, VALID)


def test_the_usager_takes_it_from_their_page(inside: Client, mandat: Mandat) -> None:
    assert path(mandat) in inside.get(f"/usager/mandats/{mandat.id}").content.decode()
    page = inside.get(path(mandat))
    assert "Vous choisissez ce que vous montrez" in page.content.decode()
    answer = inside.post(path(mandat), {"jwk": ""})
    assert answer["Content-Type"] == "application/dc+sd-jwt"
    assert answer["Content-Disposition"] == f'attachment; filename="mandat-{mandat.reference}.sd-jwt"'
    assert "no-store" in answer["Cache-Control"]
    credential = read(answer.content.decode())
    assert credential.reference == mandat.reference
    assert credential.represented["birth_family_name"] == "DUBOIS"
    assert {given.code for given in credential.demarches} == {"argent", "famille", "logement"}
    assert not credential.is_bound


@pytest.mark.writes("titre:issue")
def test_the_entry_is_about_the_usager_and_tells_nothing_of_them(inside: Client, mandat: Mandat) -> None:
    inside.post(path(mandat), {"jwk": ""})
    entry = Entree.objects.get(event="titre:issue")
    assert (entry.subject_id, entry.structure_id, entry.acteur_id) == (mandat.usager_id, None, mandat.usager_id)
    assert "DUBOIS" not in bytes(entry.body).decode()
    assert "titre:issue" not in builders.signed_in(mandat.aidant).get(f"/mandats/{mandat.id}").content.decode()


def test_it_is_bound_to_the_key_of_a_wallet(inside: Client, mandat: Mandat) -> None:
    key = ECKey.generate_key("P-256")
    public = json.dumps(key.as_dict(private=False) | {"kid": "x", "use": "sig"})
    credential = read(inside.post(path(mandat), {"jwk": public}).content.decode())
    assert credential.shown.holder == {name: key.as_dict()[name] for name in ("kty", "crv", "x", "y")}


@pytest.mark.parametrize(
    "jwk",
    [
        "{",
        "[]",
        "7",
        '{"kty": "RSA", "n": "AQAB", "e": "AQAB"}',
        json.dumps(ECKey.generate_key("P-256").as_dict(private=True)),
        json.dumps(ECKey.generate_key("P-384").as_dict(private=False)),
        '{"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}',
        '{"kty": "EC", "crv": "P-256", "x": 1, "y": []}',
        "[" * 900,
    ],
)
def test_what_is_no_public_key_is_told_and_gives_nothing(inside: Client, mandat: Mandat, jwk: str) -> None:
    answer = inside.post(path(mandat), {"jwk": jwk})
    assert answer.status_code == 422
    assert "Laissez vide" in answer.content.decode()
    assert not Titre.objects.exists()


def test_another_usager_s_and_one_that_ended_are_not_there(inside: Client, mandat: Mandat) -> None:
    place = builders.structure("Ailleurs", siret="99999920500029")
    other = builders.mandat(builders.aidant(place), place, now=timezone.now())
    assert inside.post(path(other)).status_code == 404
    assert Client().post(path(mandat))["Location"] == "/usager"
    revoke_mandat(mandat.id, usager(mandat), way="page_usager", now=timezone.now())
    assert inside.get(path(mandat)).status_code == 404
    assert isinstance(issue_titre(mandat.id, timezone.now()), Denied)


def test_a_demarche_that_ended_is_no_longer_in_it(mandat: Mandat) -> None:
    ended = Autorisation.objects.get(mandat=mandat, demarche="famille")
    assert revoke_autorisation(ended.id, usager(mandat), way="page_usager", now=timezone.now())
    assert {given.code for given in read(issued(mandat)).demarches} == {"argent", "logement"}


@pytest.mark.spec("EUDI ARF", "RP_02")
@pytest.mark.parametrize(
    ("who", "motif"),
    [
        ("usager", MotifDeFin.REVOCATION),
        ("aidant", MotifDeFin.REVOCATION),
        ("referent", MotifDeFin.RENONCIATION),
        ("administrateur", MotifDeFin.DECES),
        ("administrateur", MotifDeFin.TUTELLE),
    ],
)
def test_whoever_by_law_may_end_the_mandat_has_the_credential_revoked(
    mandat: Mandat, who: str, motif: MotifDeFin
) -> None:
    issued(mandat)
    assert status_of(mandat) == VALID
    ended = revoke_mandat(mandat.id, by(mandat, who), way="page_usager", motif=motif, now=timezone.now())
    assert not isinstance(ended, Denied)
    statuses._made.cache_clear()
    assert status_of(mandat) == INVALID


@pytest.mark.reaches("GET mandats:status_list")
def test_one_place_a_mandat_in_a_list_of_its_own_and_no_salt_twice(mandat: Mandat) -> None:
    first, second = issued(mandat), issued(mandat)
    assert read(first).status == read(second).status
    assert read(first).status.uri.endswith(f"/status/{FIRST_LIST}")
    assert not set(first.split("~")[1:-1]) & set(second.split("~")[1:-1])
    assert Titre.objects.count() == 1
    assert Client().get(f"/status/{FIRST_LIST}").status_code == 200
    assert Client().get(f"/status/{FIRST_LIST + 1}").status_code == 404


def test_its_status_follows_the_mandat(mandat: Mandat) -> None:
    issued(mandat)
    now = timezone.now()
    assert status_of(mandat) == VALID
    assert suspend_mandat(mandat.id, usager(mandat), way="page_usager", now=now)
    assert status_of(mandat) == SUSPENDED
    Mandat.objects.filter(pk=mandat.pk).update(suspended_at=None)
    parts = list(Autorisation.objects.filter(mandat=mandat).order_by("demarche"))
    for row in parts[:-1]:
        assert revoke_autorisation(row.id, usager(mandat), way="page_usager", now=now)
        assert status_of(mandat) == VALID, "something of it stands"
    assert revoke_autorisation(parts[-1].id, usager(mandat), way="page_usager", now=now)
    assert status_of(mandat) == INVALID


@pytest.fixture
def administration() -> Administration:
    return Administration()


def shows(*codes: str) -> Any:
    return lambda content: len(content) == 2 and isinstance(content[1], dict) and content[1].get("code") in codes


def test_an_administration_verifies_what_the_wallet_shows(administration: Administration, mandat: Mandat) -> None:
    shown = present(issued(mandat), shows("logement"))
    told = administration.ask({"credential": shown, "demarche": "logement"})
    assert (told.status_code, told.json()["answer"]) == (200, "couvre")
    assert told.json()["structure"]["siret"] == mandat.structure.siret
    assert Verification.objects.get().mandat_id == mandat.id
    now = timezone.now()
    revoke_mandat(mandat.id, usager(mandat), way="page_usager", now=now)
    told = administration.ask({"credential": shown, "demarche": "logement"}).json()
    assert (told["answer"], told["revoked_at"]) == ("revoque", f"{now:%Y-%m-%dT%H:%M:%SZ}")


def test_of_what_the_holder_kept_back_nothing_is_said(administration: Administration, mandat: Mandat) -> None:
    shown = present(issued(mandat), shows("logement"))
    told = administration.ask({"credential": shown, "demarche": "argent"}).json()
    assert (told["answer"], told["structure"]) == ("inconnu", None)


@pytest.mark.parametrize("how", ["signature", "disclosure", "acte", "text"])
def test_what_we_did_not_sign_is_unknown(administration: Administration, mandat: Mandat, how: str) -> None:
    whole = issued(mandat)
    head, rest = whole.split("~", 1)
    bent = {
        "signature": head[:-4] + "AAAA~" + rest,
        "disclosure": whole + "AAAA~",
        "acte": mandat.acte + "~",
        "text": "a.b.c~",
    }[how]
    told = administration.ask({"credential": bent, "demarche": "logement"})
    assert (told.status_code, told.json()["answer"]) == (200, "inconnu")


def test_one_that_is_bound_wants_its_key(administration: Administration, mandat: Mandat) -> None:
    key = ECKey.generate_key("P-256")
    shown = present(issued(mandat, holder=key.as_dict(private=False)), shows("logement"))
    proved = prove(shown, key, aud="https://caf.example", nonce="n", at=timezone.now())
    stolen = prove(shown, ECKey.generate_key("P-256"), aud="https://caf.example", nonce="n", at=timezone.now())
    answers = [
        administration.ask({"credential": text, "demarche": "logement"}).json()["answer"]
        for text in (shown, stolen, proved)
    ]
    assert answers == ["inconnu", "inconnu", "couvre"]


@pytest.mark.parametrize("body", [{"credential": "abc"}, {"credential": ""}, {"credential": 7}, {"credential": "a~é"}])
def test_what_is_no_presentation_is_malformed(administration: Administration, body: dict[str, Any]) -> None:
    answer = administration.ask(body | {"demarche": "logement"})
    assert answer.status_code == 422
    assert "credential" in answer.json()["errors"]


def test_query_counts(inside: Client, mandat: Mandat, query_count: Callable[[int], Any]) -> None:
    inside.post(path(mandat), {"jwk": ""})
    with query_count(11):
        inside.post(path(mandat), {"jwk": ""})


def test_a_past_list_tells_the_past(mandat: Mandat) -> None:
    issued(mandat)
    titre = Titre.objects.get()
    now = timezone.now()
    revoke_mandat(mandat.id, usager(mandat), way="page_usager", now=now)
    assert statuses.statuses_at(titre.status_list, now - timedelta(seconds=1)) == {}
    assert statuses.statuses_at(titre.status_list, now) == {titre.status_index: INVALID}
