"""Hardware cards: imported whole or not at all, paired by who holds them, taken away for a reason."""

import io
import time
from typing import Any

import pytest
from django.test import Client
from django_otp.oath import hotp

from aidants.comptes.facteurs.models import Carte, Generateur
from aidants.comptes.models import Compte, Fonction
from aidants.journal.models import Entree
from tests import builders
from tests.aidants.mailbox import subjects_to

pytestmark = pytest.mark.django_db
SEED = b"12345678901234567890"
FILE = f"numero;graine\nAB-0001;{SEED.hex()}\nAB-0002;{SEED[::-1].hex()}\n"


@pytest.fixture
def ines() -> Compte:
    made = builders.compte()
    Fonction.objects.create(compte=made, role="administrateur")
    return made


@pytest.fixture
def admin(ines: Compte) -> Client:
    return builders.signed_in(ines)


@pytest.fixture
def who() -> Compte:
    return builders.aidant(builders.structure(), email="camille@example.org")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def send(admin: Client, content: str, by: Compte | None = None) -> Any:
    """Send a file, with a code of now if somebody is named."""
    file = io.BytesIO(content.encode())
    file.name = "cartes.csv"
    return admin.post("/cartes/import", {"file": file} | ({"code": builders.totp_code(by)} if by else {}))


def take(admin: Client, by: Compte, serial: str = "AB-0001", motif: str = "perdue") -> Any:
    return admin.post("/cartes/retrait", {"serial": serial, "motif": motif, "code": builders.totp_code(by)})


def code(steps: int = 0, seed: bytes = SEED) -> str:
    return f"{hotp(seed, int(time.time()) // 60 + steps):06d}"


def pair(who: Compte, serial: str = "ab-0001", shown: str = "") -> Any:
    browser = builders.signed_in(who)
    browser.post("/compte/confirmation", {"code": builders.totp_code(who), "next": "/compte/carte"})
    return browser.post("/compte/carte", {"serial": serial, "first_code": shown or code()})


def sign_in(who: Compte, shown: str) -> int:
    given = {"email": who.email, "password": builders.PASSWORD, "code": shown}
    return int(Client().post("/connexion", given).status_code)


def test_a_file_is_imported_with_its_seeds_sealed(admin: Client, ines: Compte) -> None:
    assert send(admin, FILE, ines)["Location"] == "/cartes"
    rows = list(Carte.objects.order_by("serial"))
    assert [row.serial for row in rows] == ["AB-0001", "AB-0002"]
    assert not any(SEED in bytes(row.sealed_seed) for row in rows)
    assert Entree.objects.filter(event="carte:import").count() == 1
    page = text(admin.get("/cartes"))
    assert SEED.hex() not in page
    assert "2 libres" in page


@pytest.mark.writes("carte:import")
def test_one_bad_line_and_nothing_is_imported(admin: Client, ines: Compte) -> None:
    page = send(admin, FILE + "AB-0003;court\n", ines)
    assert page.status_code == 422
    assert "ligne 4" in text(page)
    assert SEED.hex() not in text(page)
    assert not Carte.objects.exists()
    send(admin, FILE, ines)
    again = send(admin, FILE, ines)
    assert again.status_code == 422
    assert "AB-0001 est déjà connue" in text(again)


def test_cards_are_the_administrateur_s(who: Compte) -> None:
    browser = builders.signed_in(who)
    assert {browser.get("/cartes").status_code, send(browser, FILE).status_code} == {403}
    assert browser.post("/cartes/retrait", {"serial": "AB-0001", "motif": "perdue"}).status_code == 403


@pytest.mark.usefixtures("one_minute")
def test_a_slow_card_is_paired_then_followed_by_its_successes_alone(admin: Client, ines: Compte, who: Compte) -> None:
    send(admin, FILE, ines)
    assert pair(who, shown=code(11)).status_code == 422
    assert pair(who, shown=code(9))["Location"] == "/compte"
    device = Generateur.objects.get(user=who, kind="carte")
    assert (device.drift, device.validated_at is None) == (9, False)
    assert sign_in(who, code(9)) == 403, "a code serves once"
    for steps in (-5, 0, 12, 20):
        assert sign_in(who, code(steps)) == 403
    device.refresh_from_db()
    assert device.drift == 9, "failures never move nor widen the window"
    Compte.objects.filter(pk=who.pk).update(code_failures=0)
    assert sign_in(who, code(10)) == 302
    device.refresh_from_db()
    assert device.drift == 10


@pytest.mark.writes("carte:pair")
def test_an_unknown_card_and_somebody_else_s_answer_alike(admin: Client, ines: Compte, who: Compte) -> None:
    send(admin, FILE, ines)
    pair(who)
    other = builders.aidant(who.affectations.get().structure)
    theirs, unknown = pair(other), pair(other, serial="ZZ-9999")
    assert theirs.status_code == unknown.status_code == 422
    assert Generateur.objects.filter(kind="carte").count() == 1


@pytest.mark.writes("carte:dissociate")
def test_a_lost_card_is_taken_away_and_may_be_given_again(admin: Client, ines: Compte, who: Compte) -> None:
    send(admin, FILE, ines)
    pair(who)
    assert take(admin, ines, motif="").status_code == 422
    assert take(admin, ines, "ab-0001")["Location"] == "/cartes"
    assert not Generateur.objects.filter(user=who, kind="carte").exists()
    assert "Un moyen de connexion a été retiré de votre compte" in subjects_to(who.email)
    entry = Entree.objects.get(event="carte:dissociate")
    assert b'"motif":"perdue"' in bytes(entry.body)
    assert take(admin, ines).status_code == 422
    assert pair(builders.aidant(who.affectations.get().structure))["Location"] == "/compte"


@pytest.mark.parametrize("given", [{}, {"code": ""}, {"code": "000000"}, {"passkey": "{}"}], ids=str)
def test_cards_come_and_go_by_a_fresh_factor_alone(
    admin: Client, ines: Compte, who: Compte, given: dict[str, str]
) -> None:
    file = io.BytesIO(FILE.encode())
    file.name = "cartes.csv"
    assert admin.post("/cartes/import", {"file": file} | given).status_code == 422
    assert not Carte.objects.exists()
    send(admin, FILE, ines)
    pair(who)
    refused = admin.post("/cartes/retrait", {"serial": "AB-0001", "motif": "panne"} | given)
    assert refused.status_code == 422
    assert Generateur.objects.filter(user=who, kind="carte").exists()
    assert 'value="AB-0001"' in text(refused), "a refusal loses nothing typed"
    assert '<option value="panne" selected' in text(refused)
