"""Reading and consenting over HTTP: the exact text, three ways, « Je veux réfléchir », the structure's acceptation."""

import html
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from aidants.comptes.facteurs.models import Generateur
from aidants.comptes.fresh_factor import fresh_factor_given
from deploy.periods import run_due
from mandats.document.textes.filling import blocks
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.sign import sign_mandat
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, drawing, shown_digest, text

QueryCount = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk()


def address(brouillon: Brouillon, page: str) -> str:
    return f"/mandats/brouillons/{brouillon.id}/{page}"


def test_recap_shows_summary_and_exact_text_and_carries_its_digest(desk: Desk, query_count: QueryCount) -> None:
    brouillon = desk.identified()
    page = text(desk.client.get(address(brouillon, "recapitulatif")))
    with query_count(14):
        assert text(desk.client.get(address(brouillon, "recapitulatif"))).count(shown_digest(page)) == 2
    brouillon.refresh_from_db()
    assert shown_digest(page) == brouillon.text_sha256
    words = html.unescape(page)
    from mandats.registre.coffre import texts_of

    texts = texts_of(brouillon)
    assert texts is not None
    assert all(block.text in words for block in blocks(texts.text))
    assert all(line in words for line in texts.summary.strip().split("\n"))


def test_recap_without_identity_goes_back_a_step(desk: Desk) -> None:
    brouillon = desk.brouillon()
    assert desk.client.get(address(brouillon, "recapitulatif"))["Location"] == address(brouillon, "identite")
    assert desk.client.get(address(brouillon, "acceptation"))["Location"] == address(brouillon, "identite")


def test_recap_warns_when_there_is_no_address_and_tells_what_is_replaced(desk: Desk) -> None:
    person = builders.identite(email="")
    old = desk.mandat(person)
    brouillon = desk.identified(person)
    page = text(desk.client.get(address(brouillon, "recapitulatif")))
    assert "n’a pas donné d’adresse électronique" in page
    assert old.reference in page
    other = text(desk.client.get(address(desk.identified(), "recapitulatif")))
    assert "n’a pas donné d’adresse électronique" not in other
    assert "remplacera" not in other


def test_drawing_then_a_fresh_code_concludes_the_mandat(desk: Desk) -> None:
    brouillon = desk.identified()
    digest = shown_digest(text(desk.client.get(address(brouillon, "recapitulatif"))))
    drawn = {"text_sha256": digest, "agree": "on", "drawing": drawing()}
    assert desk.client.post(address(brouillon, "accord/signature"), drawn)["Location"] == address(
        brouillon, "acceptation"
    )
    page = text(desk.client.get(address(brouillon, "acceptation")))
    assert "par une signature dessinée à l’écran" in page
    answer = desk.client.post(address(brouillon, "acceptation"), {"code": desk.code()})
    mandat = Mandat.objects.get()
    assert answer["Location"] == f"/mandats/{mandat.id}"
    assert (mandat.consentement, mandat.consent_method, mandat.aidant) == ("ecran", "dessin", desk.who)
    assert set(mandat.documents.values_list("kind", flat=True)) == {"signature", "mandat"}
    assert "Il reste à imprimer le volet" in text(desk.client.get(answer["Location"]))


def test_a_pdf_that_cannot_be_made_now_leaves_the_mandat_standing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    brouillon = desk.consented()
    with monkeypatch.context() as broken:
        broken.setattr("mandats.document.render.qr_svg", lambda statement: "no picture")
        answer = desk.client.post(address(brouillon, "acceptation"), {"code": desk.code()}, follow=True)
    assert "Le mandat est conclu. Son PDF n’est pas encore prêt" in text(answer)
    mandat = Mandat.objects.get()
    assert not mandat.documents.filter(kind="mandat").exists()
    run_due(timezone.now())
    assert mandat.documents.filter(kind="mandat").exists()


@pytest.mark.parametrize("code", ["000000", "abc", ""])
def test_a_wrong_code_concludes_nothing(desk: Desk, code: str) -> None:
    brouillon = desk.consented()
    answer = desk.client.post(address(brouillon, "acceptation"), {"code": code})
    assert answer.status_code == 422
    assert not Mandat.objects.exists()


def test_the_code_of_the_sign_in_does_not_conclude(desk: Desk) -> None:
    brouillon = desk.consented()
    code = desk.code()
    desk.client.post("/connexion/code", {"code": code})
    assert Generateur.objects.get(user=desk.who).last_step > 0
    assert desk.client.post(address(brouillon, "acceptation"), {"code": code}).status_code == 422
    assert not Mandat.objects.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"drawing": drawing()}, "Cochez la case si vous êtes d’accord."),
        ({"agree": "on", "drawing": ""}, "La signature est vide."),
        ({"agree": "on", "drawing": "data:image/png;base64,@@@"}, "n’a pas pu être lue"),
        ({"agree": "on", "drawing": "data:image/png;base64,AAAA"}, "La signature est vide."),
    ],
)
def test_a_drawing_that_is_none_is_told_on_the_recap(desk: Desk, given: dict[str, str], message: str) -> None:
    brouillon = desk.identified()
    digest = shown_digest(text(desk.client.get(address(brouillon, "recapitulatif"))))
    answer = desk.client.post(address(brouillon, "accord/signature"), given | {"text_sha256": digest})
    page = text(answer)
    assert answer.status_code == 422
    assert message in page
    assert page.count(" open>") == 1
    assert shown_digest(page) == digest
    brouillon.refresh_from_db()
    assert brouillon.consented_at is None


@pytest.mark.writes("brouillon:change")
def test_a_text_that_changed_in_another_tab_is_refused(desk: Desk) -> None:
    brouillon = desk.identified()
    digest = shown_digest(text(desk.client.get(address(brouillon, "recapitulatif"))))
    changed = {"structure": str(desk.place.id), "demarches": ["justice"], "duree": "J365"}
    desk.client.post(address(brouillon, "demarches"), changed)
    given = {"text_sha256": digest, "agree": "on", "drawing": drawing()}
    desk.client.get(address(brouillon, "recapitulatif"))
    answer = desk.client.post(address(brouillon, "accord/signature"), given, follow=True)
    assert "Le texte a changé depuis son affichage" in text(answer)
    brouillon.refresh_from_db()
    assert brouillon.consented_at is None


def test_a_code_on_the_usagers_telephone_is_a_consent(desk: Desk, settings: Any, tmp_path: Path) -> None:
    settings.SMS_BACKEND, settings.SMS_DIR = "file", str(tmp_path)
    brouillon = desk.identified()
    recap = text(desk.client.get(address(brouillon, "recapitulatif")))
    assert 'name="code"' not in recap
    bad = desk.client.post(address(brouillon, "accord/envoi-du-code"), {"telephone": "12"})
    assert (bad.status_code, 'value="12"' in text(bad)) == (422, True)
    sent = desk.client.post(address(brouillon, "accord/envoi-du-code"), {"telephone": "06 39 98 00 42"})
    assert sent["Location"] == address(brouillon, "recapitulatif") + "?accord=code#accord"
    (message,) = [json.loads(file.read_text()) for file in tmp_path.iterdir()]
    code = message["text"].split(" : ")[1][:6]
    page = text(desk.client.get(address(brouillon, "recapitulatif") + "?accord=code"))
    assert "Un code a été envoyé" in page
    assert code not in page
    given = {"text_sha256": shown_digest(page), "agree": "on"}
    wrong = desk.client.post(address(brouillon, "accord/code"), given | {"code": "x" + code[1:]})
    assert wrong.status_code == 422
    assert 'id="code_agree" checked' in text(wrong).replace(' aria-describedby="code_agree_helptext"', "")
    unticked = desk.client.post(address(brouillon, "accord/code"), {"text_sha256": given["text_sha256"], "code": code})
    assert unticked.status_code == 422
    right = desk.client.post(address(brouillon, "accord/code"), given | {"code": f"{code[:3]} {code[3:]}"})
    assert right["Location"] == address(brouillon, "acceptation")
    brouillon.refresh_from_db()
    assert (brouillon.consentement, brouillon.consent_method) == ("ecran", "code")


@pytest.mark.writes("document:scan_refused")
def test_paper_is_printed_signed_and_scanned(desk: Desk) -> None:
    brouillon = desk.identified()
    digest = shown_digest(text(desk.client.get(address(brouillon, "recapitulatif"))))
    scan = SimpleUploadedFile("feuille.png", builders.signature_png(), "image/png")
    early = desk.client.post(address(brouillon, "accord/papier"), {"text_sha256": digest, "scan": scan})
    assert early.status_code == 422
    printed = desk.client.post(address(brouillon, "accord/exemplaire"))
    assert printed["Content-Type"] == "application/pdf"
    assert printed["Cache-Control"] == "no-store"
    assert printed.content.startswith(b"%PDF-")
    script = SimpleUploadedFile("feuille.pdf", b"<script>alert(1)</script>", "application/pdf")
    refused = desk.client.post(address(brouillon, "accord/papier"), {"text_sha256": digest, "scan": script})
    assert (refused.status_code, "Ce fichier n’est pas accepté" in text(refused)) == (422, True)
    scan.seek(0)
    taken = desk.client.post(address(brouillon, "accord/papier"), {"text_sha256": digest, "scan": scan})
    assert taken["Location"] == address(brouillon, "acceptation")
    brouillon.refresh_from_db()
    assert (brouillon.consentement, brouillon.consent_method) == ("papier", "scan")


@pytest.mark.parametrize("act", ["signature", "envoi-du-code", "code", "exemplaire", "papier"])
def test_an_act_opened_as_a_page_shows_the_recap(desk: Desk, act: str) -> None:
    brouillon = desk.identified()
    answer = desk.client.get(address(brouillon, f"accord/{act}"))
    assert answer["Location"] == address(brouillon, "recapitulatif")


@pytest.mark.writes("brouillon:freeze")
def test_to_think_stands_as_large_as_to_sign(desk: Desk) -> None:
    page = text(desk.client.get(address(desk.identified(), "recapitulatif")))
    assert '<button type="submit" class="fr-btn fr-btn--lg">Je signe</button>' in page
    assert page.count(">Je veux réfléchir</a>") == 2
    assert page.count('class="fr-btn fr-btn--lg fr-btn--secondary"') == 2


def test_no_script_and_no_style_stands_in_a_page(desk: Desk) -> None:
    answer = desk.client.get(address(desk.identified(), "recapitulatif"))
    page = text(answer)
    assert " style=" not in page
    assert " onclick=" not in page
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    assert page.count("<script") == len(re.findall(r"<script[^>]* src=\"/static/", page))


def test_who_accepts_second_is_led_to_what_the_first_concluded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    brouillon = desk.consented()

    def somebody_else_signs(*args: Any) -> bool:
        given = fresh_factor_given(*args)
        assert isinstance(sign_mandat(brouillon.id, desk.acteur, timezone.now()), Mandat)
        return given

    monkeypatch.setattr("mandats.pages.conseiller.acceptance.fresh_factor_given", somebody_else_signs)
    answer = desk.client.post(address(brouillon, "acceptation"), builders.factor(desk.who), follow=True)
    mandat = Mandat.objects.get()
    assert answer.redirect_chain[-1][0] == f"/mandats/{mandat.id}"
    assert "Ce brouillon n’existe plus" in text(answer)


def test_a_scan_too_large_is_refused_before_it_is_read(desk: Desk, settings: Any) -> None:
    settings.SCAN_MAX_BYTES = 100
    brouillon = desk.identified()
    digest = shown_digest(text(desk.client.get(address(brouillon, "recapitulatif"))))
    scan = SimpleUploadedFile("feuille.png", builders.signature_png(), "image/png")
    answer = desk.client.post(address(brouillon, "accord/papier"), {"text_sha256": digest, "scan": scan})
    assert (answer.status_code, "10 Mo au plus" in text(answer)) == (422, True)
