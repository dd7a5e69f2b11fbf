"""Papers: the sheet to sign, the final PDF, the volet whose codes are kept nowhere."""

import hashlib
import io
from typing import Any

import pikepdf
import pytest
from django.apps import apps
from django.db import connection
from PIL import Image

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.papiers.typesetting import PaperNotMade
from aidants.structures.models import Structure
from mandats.consentement.ecran import consent_by_drawing
from mandats.consentement.papier import consent_on_paper, content_type_of, print_exemplaire
from mandats.domain import errors
from mandats.domain.codes import grouped
from mandats.registre import papers
from mandats.registre.coffre import FrozenTexts
from mandats.registre.models import Brouillon, CodeUsager, Document, Mandat
from mandats.registre.papers import print_volet, produce_document
from mandats.registre.services import volet
from mandats.registre.services.brouillons import freeze, identify
from mandats.registre.services.sign import sign_mandat
from tests import builders
from tests.builders import NOW

Desk = tuple[Structure, Compte]


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    place = builders.structure()
    return place, builders.aidant(place)


def identified(desk: Desk) -> tuple[Brouillon, Acteur]:
    """Return a brouillon whose usager is known, and who prepares it."""
    place, who = desk
    doer = builders.acteur(who, place)
    brouillon = builders.brouillon(who, place)
    identify(brouillon.id, builders.identite(), builders.PREUVE, doer, NOW)
    return brouillon, doer


@pytest.mark.parametrize("last", ["drawing", "paper"])
def test_the_pdf_shows_the_drawing_that_was_signed_and_no_other(desk: Desk, last: str) -> None:
    """Who drew, then drew again or signed on paper, left a drawing that proves nothing any more."""
    brouillon, doer = identified(desk)
    printed = print_exemplaire(brouillon.id, doer, NOW)
    assert isinstance(printed, bytes)
    brouillon.refresh_from_db()
    assert consent_by_drawing(brouillon.id, builders.signature_png(), brouillon.text_sha256, doer, NOW)
    if last == "paper":
        assert consent_on_paper(brouillon.id, printed, brouillon.text_sha256, doer, NOW)
    else:
        second = io.BytesIO()
        Image.open(io.BytesIO(builders.signature_png())).resize((320, 120)).save(second, "PNG")
        assert consent_by_drawing(brouillon.id, second.getvalue(), brouillon.text_sha256, doer, NOW)
    mandat = sign_mandat(brouillon.id, doer, NOW)
    assert isinstance(mandat, Mandat)
    made = pikepdf.open(io.BytesIO(bytes(produce_document(mandat.id, doer, NOW).content)))
    widths = {int(image.Width) for page in made.pages for image in page.get_images().values()}
    assert (400 in widths, 320 in widths) == (False, last == "drawing")


@pytest.mark.writes("document:add_scan")
def test_a_signed_sheet_forms_a_mandat_on_paper(desk: Desk) -> None:
    brouillon, doer = identified(desk)
    printed = print_exemplaire(brouillon.id, doer, NOW)
    assert isinstance(printed, bytes)
    brouillon.refresh_from_db()
    assert consent_on_paper(brouillon.id, printed, brouillon.text_sha256, doer, NOW)
    mandat = sign_mandat(brouillon.id, doer, NOW)
    assert isinstance(mandat, Mandat)
    assert (mandat.consentement, mandat.consent_method) == ("papier", "scan")
    kinds = list(mandat.documents.order_by("kind").values_list("kind", flat=True))
    assert kinds == ["exemplaire", "scan"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"%PDF-1.7 then nothing",
        b"\xff\xd8\xff not a photograph",
        b"<html>%PDF-1.4</html>",
    ],
)
def test_a_file_that_is_no_scan_is_refused_by_its_content(desk: Desk, content: bytes) -> None:
    brouillon, doer = identified(desk)
    print_exemplaire(brouillon.id, doer, NOW)
    brouillon.refresh_from_db()
    verdict = consent_on_paper(brouillon.id, content, brouillon.text_sha256, doer, NOW)
    assert verdict == Denied(errors.SCAN_REFUSED)


def test_a_scan_of_more_than_ten_mebibytes_is_refused(settings: Any) -> None:
    assert content_type_of(builders.signature_png()) == "image/png"
    settings.SCAN_MAX_BYTES = 100
    assert content_type_of(builders.signature_png()) is None


def test_a_scan_without_a_printed_sheet_is_refused(desk: Desk) -> None:
    brouillon, doer = identified(desk)
    texts = freeze(brouillon.id, doer, NOW)
    assert isinstance(texts, FrozenTexts)
    verdict = consent_on_paper(brouillon.id, builders.signature_png(), texts.text_sha256, doer, NOW)
    assert verdict == Denied(errors.NOT_PRINTED)


def test_the_document_is_made_once_and_carries_the_acte(desk: Desk) -> None:
    place, who = desk
    mandat = builders.mandat(who, place)
    doer = builders.acteur(who, place)
    document = produce_document(mandat.id, doer, NOW)
    assert produce_document(mandat.id, doer, NOW).id == document.id
    with pikepdf.open(io.BytesIO(bytes(document.content))) as pdf:
        assert pdf.attachments["acte.jws"].get_file().read_bytes().decode() == mandat.acte


def widths(pdf: bytes) -> list[int]:
    """Return the width, in pixels, of each picture of a PDF's pages."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [int(image.Width) for page in opened.pages for image in page.get_images().values()]


def test_the_paper_shows_the_drawing_that_the_acte_names_and_the_others_are_gone(desk: Desk) -> None:
    place, who = desk
    builders.keys()
    doer, brouillon = builders.acteur(who, place), builders.consented(who, place)
    brouillon.refresh_from_db()
    for width in (410, 420, 430, 440):
        drawing = builders.signature_png(width)
        assert builders.consent_by_drawing(brouillon.id, drawing, brouillon.text_sha256, doer, NOW)
    mandat = sign_mandat(brouillon.id, doer, NOW)
    assert isinstance(mandat, Mandat)
    assert mandat.documents.filter(kind="signature").count() == 1
    assert widths(bytes(produce_document(mandat.id, doer, NOW).content)).count(440) == 1


def test_a_drawing_given_up_for_a_sheet_signed_by_hand_is_neither_shown_nor_kept(desk: Desk) -> None:
    place, who = desk
    builders.keys()
    doer, brouillon = builders.acteur(who, place), builders.consented(who, place)
    brouillon.refresh_from_db()
    printed = print_exemplaire(brouillon.id, doer, NOW)
    assert isinstance(printed, bytes)
    assert consent_on_paper(brouillon.id, printed, brouillon.text_sha256, doer, NOW)
    mandat = sign_mandat(brouillon.id, doer, NOW)
    assert isinstance(mandat, Mandat)
    assert not mandat.documents.filter(kind="signature").exists()
    assert widths(bytes(produce_document(mandat.id, doer, NOW).content)) == []


def every_stored_byte() -> bytes:
    """Return the text of every row of every table, binary columns included."""
    parts: list[bytes] = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            for row in cursor.fetchall():
                parts.extend(bytes(v) if isinstance(v, memoryview | bytes) else str(v).encode() for v in row)
    return b"\n".join(parts)


def test_the_codes_of_a_volet_are_kept_nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    place, who = desk
    mandat = builders.mandat(who, place)
    given: list[str] = []
    draw = volet.new_code

    def drawn() -> str:
        given.append(draw())
        return given[-1]

    monkeypatch.setattr(volet, "new_code", drawn)
    pdf = print_volet(mandat.id, builders.acteur(who, place), NOW)
    assert isinstance(pdf, bytes)
    assert len(given) == 2
    assert not Document.objects.filter(sha256=hashlib.sha256(pdf).hexdigest()).exists()
    stored = every_stored_byte()
    assert mandat.reference.encode() in stored
    for code in given:
        assert code.encode() not in stored
        assert grouped(code).encode() not in stored


def test_a_volet_that_could_not_be_made_leaves_the_codes_in_hand(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    place, who = desk
    mandat = builders.mandat(who, place)
    assert isinstance(print_volet(mandat.id, builders.acteur(who, place), NOW), bytes)
    before = list(CodeUsager.objects.order_by("pk").values())

    def jammed(_given: object, **_how: object) -> bytes:
        raise PaperNotMade("no font")

    monkeypatch.setattr(papers, "render_volet", jammed)
    at = builders.signed_in(who)
    answer = at.post(f"/mandats/{mandat.id}/volet", {}, follow=True)
    assert "Les codes d’avant valent toujours" in answer.content.decode()
    assert list(CodeUsager.objects.order_by("pk").values()) == before
