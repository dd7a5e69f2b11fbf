"""The agent's pages: the form, the answer, the receipt, the page of the QR code."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.domain.acteur import Acteur, Kind
from aidants.journal.models import Leaf, RefusCompte
from aidants.journal.sequence import integrate
from mandats.domain.codes import grouped, new_code
from mandats.registre.models import Mandat, Verification
from mandats.registre.services.revoke import revoke_mandat
from mandats.registre.services.volet import CodesVolet, renew_codes
from tests import builders
from tests.mandats.pdf_readers import attachments, one_space, qpdf_check, words_of
from tests.mandats.receipts import receipt_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, now=timezone.now())


@pytest.fixture
def typed(mandat: Mandat) -> dict[str, str]:
    codes = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(codes, CodesVolet)
    return {
        "organisation": "CAF de Paris",
        "reference": mandat.reference,
        "code": grouped(codes.verification),
        "family_name": "dubois",
        "day": "24",
        "month": "08",
        "year": "1962",
        "demarche": "logement",
    }


def test_the_answer_is_the_first_thing_said(mandat: Mandat, typed: dict[str, str]) -> None:
    answer = Client().post("/verifier", typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-answer="couvre"' in page
    assert "CAF de Paris (se déclare)" in page
    assert mandat.structure.name in page
    assert typed["code"] not in page
    assert "dubois" not in page.lower()
    assert Verification.objects.get().organisation == "CAF de Paris"
    assert "no-store" in answer["Cache-Control"]


def test_unknown_says_nothing_of_the_mandat(mandat: Mandat, typed: dict[str, str]) -> None:
    page = Client().post("/verifier", typed | {"family_name": "Martin"}).content.decode()
    assert 'data-answer="inconnu"' in page
    assert mandat.structure.name not in page


@pytest.mark.reaches("POST mandats:verify_receipt")
def test_only_a_receipt_of_ours_is_handed_back(typed: dict[str, str]) -> None:
    compact = receipt_in(Client().post("/verifier", typed).content.decode())
    answer = Client().post("/verifier/recu", {"receipt": compact})
    assert (answer.status_code, answer.content.decode()) == (200, compact)
    assert answer["Content-Disposition"].startswith('attachment; filename="recu-')
    for forged in (compact[:-4] + "AAAA", "<script>", ""):
        assert Client().post("/verifier/recu", {"receipt": forged}).status_code == 404


def test_the_receipt_is_a_paper_that_holds_the_signed_one(typed: dict[str, str], tmp_path: Path) -> None:
    integrate(timezone.now())
    compact = receipt_in(Client().post("/verifier", typed).content.decode())
    answer = Client().post("/verifier/recu", {"receipt": compact, "form": "pdf"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"].endswith('.pdf"')
    assert "No syntax or stream encoding errors found" in qpdf_check(answer.content, tmp_path)
    words = one_space(words_of(answer.content))
    told = ("Oui, le mandat couvre", "CAF de Paris (se déclare)", typed["reference"], "Logement", "mandat inscrit, n°")
    assert [part for part in told if part not in words] == []
    assert "dubois" not in words.lower()
    assert attachments(answer.content) == {"recu.jws": compact.encode()}
    assert Client().post("/verifier/recu", {"receipt": compact[:-4] + "AAAA", "form": "pdf"}).status_code == 404


def test_the_receipt_of_an_unknown_mandat_says_no_more_than_the_page(typed: dict[str, str]) -> None:
    compact = receipt_in(Client().post("/verifier", typed | {"family_name": "Martin"}).content.decode())
    answer = Client().post("/verifier/recu", {"receipt": compact, "form": "pdf"})
    words = one_space(words_of(answer.content))
    assert "Aucun mandat ne correspond" in words
    assert [label for label in ("Structure", "Dernier instant", "A pris fin") if label in words] == []


@pytest.mark.parametrize("way", ["page", "paper"])
def test_what_ended_early_is_not_said_to_last(mandat: Mandat, typed: dict[str, str], way: str) -> None:
    """The term that was foreseen is no instant at which it could still serve."""
    assert revoke_mandat(mandat.id, Acteur(Kind.USAGER, mandat.usager_id), way="page_usager", now=timezone.now())
    page = Client().post("/verifier", typed).content.decode()
    assert 'data-answer="revoque"' in page
    receipt = {"receipt": receipt_in(page), "form": "pdf"}
    words = page if way == "page" else one_space(words_of(Client().post("/verifier/recu", receipt).content))
    assert ("A pris fin le" in words, "Terme qui était prévu" in words, "Dernier instant" in words) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"organisation": ""},
        {"code": "12"},
        {"reference": "GAP7"},
        {"demarche": "x"},
        {"year": ""},
        {"family_name": ""},
        {"day": "31", "month": "2"},
    ],
)
def test_a_slip_is_told_and_nothing_is_looked_up(typed: dict[str, str], changes: dict[str, str]) -> None:
    answer = Client().post("/verifier", typed | changes)
    assert answer.status_code == 422
    assert 'id="errors"' in answer.content.decode()
    assert not Verification.objects.exists()
    assert not RefusCompte.objects.exists()


def test_who_mistyped_something_corrects_it_and_types_the_code_alone_again(typed: dict[str, str]) -> None:
    page = Client().post("/verifier", typed | {"family_name": "Martin"}).content.decode()
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.partition("<main")[2]))
    again = Client().post("/verifier", kept | {"corriger": "1"})
    shown = again.content.decode()
    assert again.status_code == 200
    assert 'value="Martin"' in shown
    assert f'value="{typed["reference"]}"' in shown
    assert ('id="errors"' in shown, typed["code"] in page + shown) == (False, False)
    assert Verification.objects.count() == 0, "coming back asks nothing"
    assert "corriger" not in Client().post("/verifier", typed).content.decode()


def test_the_answer_says_that_the_mandat_is_in_the_journal(typed: dict[str, str]) -> None:
    assert "Mandat en cours d’inscription au journal" in Client().post("/verifier", typed).content.decode()
    integrate(timezone.now())
    number = Leaf.objects.get(entree__event="mandat:sign").number
    assert f"n° {number}, vérifié" in Client().post("/verifier", typed).content.decode()
    wrong = Client().post("/verifier", typed | {"code": new_code()}).content.decode()
    assert "inscrit au" not in wrong


@pytest.mark.usefixtures("one_minute")
def test_too_many_wrong_tries_wait(typed: dict[str, str]) -> None:
    for _ in range(10):
        Client().post("/verifier", typed | {"code": new_code()})
    answer = Client().post("/verifier", typed)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 600
    page = answer.content.decode()
    assert "minutes" in page
    kept = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page.partition("<main")[2]))
    assert {name: unescape(kept[name]) for name in typed} == typed, "nothing that was typed is lost"
    RefusCompte.objects.all().delete()
    assert "Oui, le mandat couvre" in Client().post("/verifier", kept).content.decode()


def test_the_page_of_the_qr_code_offers_the_form_too() -> None:
    page = Client().get("/v").content.decode()
    assert 'action="/verifier"' in page
    assert "n’a pas été lu" in page
    assert 'data-jwks="/jwks"' in page


def test_query_counts(typed: dict[str, str], query_count: Callable[[int], Any]) -> None:
    with query_count(0):
        Client().get("/verifier")
    with query_count(0):
        Client().get("/v")
    integrate(timezone.now())
    with query_count(15):
        Client().post("/verifier", typed)
