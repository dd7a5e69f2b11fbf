"""The call code: an aidant who telephones proves that they are one, and nothing else is told."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.habilitation.models import HabilitationAidant
from aidants.journal.models import Entree
from aidants.structures.models import Structure
from mandats.registre.models import CodeAppel
from mandats.registre.services.appels import draw_call_code, purge_call_codes
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Structure:
    return builders.structure()


@pytest.fixture
def nadia(place: Structure) -> Compte:
    return builders.aidant(place)


def drawn(who: Compte, place: Structure) -> str:
    code = draw_call_code(builders.acteur(who, place), place.siret, timezone.now())
    assert isinstance(code, str)
    return code


def asked(siret: str, code: str) -> str:
    answer = Client().post("/verifier/appel", {"organisation": "CAF", "siret": siret, "code": code})
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode().split('data-answer="')[1].split('"')[0]


def test_an_aidant_reads_a_code_and_the_agent_hears_yes(nadia: Compte, place: Structure) -> None:
    desk = builders.signed_in(nadia)
    page = desk.post("/appel").content.decode()
    code = page.split('id="call-code">')[1].split("<")[0]
    assert asked("999 999 105 00011", code) == "oui"
    assert Entree.objects.get(event="appel:answer").structure_id == place.id
    assert 'id="call-code"' not in desk.get("/appel").content.decode()


@pytest.mark.writes("appel:answer")
def test_the_answer_names_nobody(nadia: Compte, place: Structure) -> None:
    code = drawn(nadia, place)
    page = Client().post("/verifier/appel", {"organisation": "CAF", "siret": place.siret, "code": code})
    for name in (nadia.given_name, nadia.family_name, nadia.email, place.name):
        assert name not in page.content.decode()


def test_who_misheard_the_code_types_it_alone_again(nadia: Compte, place: Structure) -> None:
    code = drawn(nadia, place)
    heard = f"{(int(code) + 1) % 10**6:06d}"
    wrong = {"organisation": "Caisse d’essai", "siret": "999 999 105 00011", "code": heard}
    page = Client().post("/verifier/appel", wrong).content.decode().partition("<main")[2]
    assert 'data-answer="non"' in page
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    again = Client().post("/verifier/appel", kept | {"corriger": "1"}).content.decode()
    assert 'value="Caisse d’essai"' in again
    assert 'value="999 999 105 00011"' in again
    assert ('id="errors"' in again, heard in page + again) == (False, False)
    assert "corriger" not in Client().post("/verifier/appel", wrong | {"code": code}).content.decode()


def test_a_new_code_ends_the_one_before(nadia: Compte, place: Structure) -> None:
    first, second = drawn(nadia, place), drawn(nadia, place)
    assert CodeAppel.objects.count() == 1
    assert asked(place.siret, second) == "oui"
    assert first == second or asked(place.siret, first) == "non"


def test_ten_minutes_another_structure_and_a_lost_right_all_say_no(nadia: Compte, place: Structure) -> None:
    code = drawn(nadia, place)
    assert asked(builders.structure(siret="99999920400012").siret, code) == "non"
    CodeAppel.objects.update(created_at=NOW - timedelta(days=1), expires_at=timezone.now() - timedelta(seconds=1))
    assert asked(place.siret, code) == "non"
    code = drawn(nadia, place)
    HabilitationAidant.objects.update(ended_at=timezone.now())
    assert asked(place.siret, code) == "non"


@pytest.mark.writes("appel:draw")
def test_no_code_is_kept_in_clear(nadia: Compte, place: Structure) -> None:
    code = drawn(nadia, place)
    assert code not in CodeAppel.objects.get().digest
    assert not any(code.encode() in bytes(body) for body in Entree.objects.values_list("body", flat=True))


@pytest.mark.writes("appel:draw_refused")
def test_who_is_not_habilitated_gets_none(place: Structure) -> None:
    who = builders.aidant(place)
    HabilitationAidant.objects.update(ended_at=timezone.now())
    page = builders.signed_in(who).post("/appel").content.decode()
    assert 'id="call-code"' not in page
    assert Entree.objects.filter(event="appel:draw_refused").exists()


@pytest.mark.writes("appel:unknown")
def test_guessing_is_stopped_after_ten(nadia: Compte, place: Structure) -> None:
    code = drawn(nadia, place)
    wrong = [f"{number:06d}" for number in range(12) if f"{number:06d}" != code][:10]
    assert {asked(place.siret, one) for one in wrong} == {"non"}
    answer = Client().post("/verifier/appel", {"organisation": "CAF", "siret": place.siret, "code": code})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert Entree.objects.filter(event="appel:unknown").count() >= 1


@pytest.mark.parametrize(
    ("siret", "code", "said"),
    [
        ("99999910500012", "123456", "pas un SIRET"),
        ("", "123456", "Écrivez le SIRET"),
        ("99999910500011", "12345", "6 chiffres"),
        ("99999910500011", "١٢٣٤٥٦", "6 chiffres"),
        ("99999910500011", "", "Écrivez le code"),
    ],
)
def test_a_slip_is_told_and_keeps_what_was_typed(siret: str, code: str, said: str) -> None:
    page = Client().post("/verifier/appel", {"organisation": "Caisse d’essai", "siret": siret, "code": code})
    assert page.status_code == 422
    assert said in page.content.decode()
    assert "Caisse d’essai" in page.content.decode()


def test_codes_that_are_over_are_deleted(nadia: Compte, place: Structure) -> None:
    drawn(nadia, place)
    assert purge_call_codes(timezone.now()) == 0
    assert purge_call_codes(timezone.now() + timedelta(minutes=11)) == 1
