"""The papers: archival and accessible PDF, complete, faithful to the frozen text, deaf to markup."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst

from aidants.papiers.typesetting import _fonts
from mandats.document.qr import QrTooDense, qr_svg
from mandats.document.render import (
    render_end_certificate,
    render_exemplaire,
    render_letter,
    render_mandat,
    render_volet,
)
from mandats.document.textes import DemarcheAsked, blocks, frozen_text, sha256_hex
from mandats.document.textes.filling import NOT_PRINTABLE, one_line
from mandats.domain.actes import Mandant
from tests.mandats.attestation_examples import golden
from tests.mandats.document_examples import (
    NASTY,
    drawing,
    end_certificate,
    exemplaire,
    letter,
    longest_mandat,
    longest_text,
    ordinary_mandat,
    ordinary_text,
    volet,
)
from tests.mandats.pdf_readers import (
    attachments,
    font_sizes,
    one_space,
    page_count,
    qpdf_check,
    qr_codes,
    word_boxes,
    words_of,
)

Render = Callable[[], bytes]
PAPERS: dict[str, Render] = {
    "mandat": lambda: render_mandat(ordinary_mandat()),
    "longest mandat": lambda: render_mandat(longest_mandat()),
    "mandat without drawing": lambda: render_mandat(replace(ordinary_mandat(), signature_png=None)),
    "exemplaire": lambda: render_exemplaire(exemplaire()),
    "longest exemplaire": lambda: render_exemplaire(exemplaire(longest_text())),
    "volet": lambda: render_volet(volet()),
    "end certificate": lambda: render_end_certificate(end_certificate()),
    "longest end certificate": lambda: render_end_certificate(end_certificate(longest_text())),
    "large volet": lambda: render_volet(replace(volet(), large=True)),
}


@pytest.fixture(params=PAPERS)
def paper(request: pytest.FixtureRequest) -> bytes:
    return PAPERS[request.param]()


def test_qpdf_finds_nothing(paper: bytes, tmp_path: Path) -> None:
    assert "No syntax or stream encoding errors found" in qpdf_check(paper, tmp_path)


def test_metadata_say_pdf_a_3a_and_pdf_ua_1(paper: bytes) -> None:
    with pikepdf.open(io.BytesIO(paper)) as document:
        metadata = document.open_metadata()
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"
        assert document.Root.Lang == "fr"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert "GAP7-K3XW-9B" in str(document.docinfo.Title)


def tags(node: pikepdf.Object) -> list[str]:
    """Return the structure tags below ``node`` in reading order."""
    held = node.get("/K", pikepdf.Array())
    kids: list[Any] = list(held) if isinstance(held, pikepdf.Array) else [held]
    below = [tag for kid in kids if isinstance(kid, pikepdf.Dictionary) for tag in tags(kid)]
    return [str(node.S), *below] if "/S" in node else below


def test_headings_lists_and_figures_are_tagged(paper: bytes) -> None:
    with pikepdf.open(io.BytesIO(paper)) as document:
        found = tags(document.Root.StructTreeRoot)
    assert found.count("/H1") == 1
    assert found.index("/H1") < found.index("/H2")
    assert {"/L", "/LI", "/LBody", "/P"} <= set(found)


def test_images_have_words(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(PAPERS["mandat"]())) as document:
        figures = [
            str(item.Alt)
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
        ]
    assert any(alt.startswith("Code QR") for alt in figures)
    assert any(alt.startswith("Signature dessinée de Marie") for alt in figures)


def test_typst_refuses_what_is_not_accessible() -> None:
    """Our stand-in for a validator of PDF/UA: an image without words, or no title, does not compile."""
    compiler = typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True)
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"
    titled = '#set document(title: "t")\n#set text(font: "Noto Sans")\n= t\n'
    for source in (f'{titled}#image(bytes("{svg}"), format: "svg")', '#set text(font: "Noto Sans")\n= t'):
        with pytest.raises(typst.TypstError, match="PDF/UA-1"):
            compiler.compile(input=source.encode(), format="pdf", pdf_standards=["a-3a", "ua-1"])


_TEN = replace(ordinary_text(), demarches=longest_text().demarches)


CONSENTS = [("ecran", "dessin"), ("ecran", "temoin"), ("papier", "scan"), ("papier", "declaration"), ("sms", "reponse")]
_NAMES = Mandant("Le Goff-Lhermitte", "Jacqueline Marie Thérèse", "1944-10-08", "99100", "05061", "Delaunay", "female")
_PLACE = "Centre communal d’action sociale de Saint-Étienne-du-Rouvray"
_THREE = (DemarcheAsked("logement", ("demande d’APL",)), DemarcheAsked("social"), DemarcheAsked("argent"))


@pytest.mark.parametrize("identity", ["franceconnect", "piece_vue"])
@pytest.mark.parametrize("consent", CONSENTS, ids="-".join)
def test_an_ordinary_mandat_holds_two_pages_whoever_one_is_and_however_one_agrees(
    identity: str, consent: tuple[str, str]
) -> None:
    place = replace(ordinary_text().structure, name=_PLACE)
    service = replace(ordinary_text().service, sms_number="38 000")
    text = replace(
        ordinary_text(), mandant=_NAMES, structure=place, demarches=_THREE, identity=identity, service=service
    )
    signature = drawing() if consent[1] == "dessin" else None
    signed = replace(ordinary_mandat(text), consentement=consent[0], consent_method=consent[1], signature_png=signature)
    assert page_count(render_mandat(signed)) == 3  # the third is the summary
    if consent[0] == "papier":
        assert page_count(render_exemplaire(exemplaire(text))) == 3


@pytest.mark.parametrize(
    ("given", "pages", "size"),
    [
        (ordinary_mandat(), 3, 10.4),
        (ordinary_mandat(_TEN), 3, 10.0),
        (ordinary_mandat(replace(_TEN, reserved_acts=longest_text().reserved_acts)), 3, 9.6),
        (longest_mandat(), 4, 10.4),
    ],
    ids=["ordinary", "ten demarches", "ten and every reserved act", "longest"],
)
def test_two_pages_and_the_summary_unless_names_are_endless(given: object, pages: int, size: float) -> None:
    pdf = render_mandat(given)  # type: ignore[arg-type]
    assert page_count(pdf) == pages
    assert size in {round(one, 1) for one in font_sizes(pdf)}


def closed(text: str) -> str:
    """Return ``text`` without white space: lines are cut after hyphens too."""
    return "".join(text.split())


def test_the_frozen_text_is_printed_whole() -> None:
    for given in (ordinary_mandat(), longest_mandat()):
        printed = closed(words_of(render_mandat(given)))
        for block in (*blocks(given.text), *blocks(given.summary)):
            text = closed(block.text)
            assert text in printed or in_two_pages(text, printed), block.text


def in_two_pages(text: str, printed: str) -> bool:
    """Tell whether ``text`` is printed in two parts, a page's foot between them."""
    return any(text[:cut] in printed and text[cut:] in printed for cut in range(20, len(text) - 20))


@pytest.mark.parametrize(
    "words",
    [
        "Commence le 22 novembre 2026 à 18 h 04 min 05 s",
        "Finit le 23 décembre 2026 à 23 h 59 min 59 s",
        "heure de Paris",
        "Fait à Lille",
        "A consenti le 22 novembre 2026 à 18 h 03 min 25 s, en signant à l’écran.",
        "Représentée par Karim Petit, qui a accepté le 22 novembre 2026",
        "MANDAT GAP7-K3XW-9B",
        "mandats.example/v",
        "L’essentiel de votre mandat",
        sha256_hex(frozen_text(ordinary_text())),
    ],
)
def test_the_mandat_says(words: str) -> None:
    assert words in words_of(PAPERS["mandat"]())


@pytest.mark.parametrize(
    ("kind", "method", "words"),
    [
        ("ecran", "dessin", "en signant à l’écran."),
        ("ecran", "code", "avec le code reçu sur son téléphone."),
        ("ecran", "temoin", "devant un témoin."),
        ("papier", "scan", "en signant l’exemplaire papier."),
        ("papier", "declaration", "en signant l’exemplaire papier, que la structure conserve."),
        ("sms", "reponse", "en répondant par SMS."),
    ],
)
def test_the_mandat_says_how_the_person_agreed(kind: str, method: str, words: str) -> None:
    given = replace(ordinary_mandat(), consentement=kind, consent_method=method, signature_png=None)
    assert f"A consenti le 22 novembre 2026 à 18 h 03 min 25 s, {words}" in words_of(render_mandat(given))


def test_what_is_attached_is_what_was_given() -> None:
    given = ordinary_mandat()
    assert attachments(render_mandat(given)) == {
        "acte.jws": golden("acte-v1.jws").encode(),
        "texte.txt": given.text.encode(),
        "resume.txt": given.summary.encode(),
    }


@pytest.mark.parametrize("name", ["mandat", "longest mandat"])
def test_an_independent_reader_reads_the_qr_at_300_dpi(name: str, tmp_path: Path) -> None:
    expected = (ordinary_mandat() if name == "mandat" else longest_mandat()).qr
    assert qr_codes(PAPERS[name](), tmp_path) == [expected]


def test_the_qr_survives_a_photocopy(tmp_path: Path) -> None:
    """Printed, then scanned askew at 300 dpi, blurred, made black and white, with specks."""
    from PIL import Image, ImageFilter

    from tests.mandats.pdf_readers import zbar

    assert qr_codes(PAPERS["longest mandat"](), tmp_path) != []
    page = Image.open(tmp_path / "page.pgm").rotate(0.7, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    page = page.filter(ImageFilter.GaussianBlur(1.1)).point(lambda level: 255 if level > 140 else 0)
    for speck in range(400):
        place = ((speck * 7919) % page.width, (speck * 104_729) % page.height)
        page.paste(0 if speck % 2 else 255, (*place, place[0] + 3, place[1] + 3))
    page.save(tmp_path / "copy.png")
    assert zbar(tmp_path / "copy.png") == [longest_mandat().qr]


def test_a_qr_too_dense_is_refused() -> None:
    with pytest.raises(QrTooDense):
        qr_svg("x" * 716)


def test_same_data_same_bytes(paper: bytes, request: pytest.FixtureRequest) -> None:
    assert PAPERS[request.node.callspec.params["paper"]]() == paper


def test_names_are_never_markup(tmp_path: Path) -> None:
    given = replace(ordinary_text(), mandant=replace(ordinary_text().mandant, given_names=NASTY))
    signed = replace(ordinary_mandat(given), place=NASTY, aidant=NASTY)
    printed = words_of(render_mandat(signed))
    assert printed.count(one_space(one_line(NASTY))) >= 3
    assert page_count(render_mandat(signed)) <= 4
    for pdf in (
        render_exemplaire(replace(exemplaire(given), structure=NASTY, duree=NASTY)),
        render_volet(replace(volet(given), structure=NASTY)),
    ):
        assert '#pagebreak() $x^2$ *gras* _it_ @ref <b> "q"' in words_of(pdf)


def test_every_character_that_we_let_through_can_be_printed() -> None:
    characters = [chr(code) for code in range(0x20, 0x3000)]
    kept = [character for character in characters if one_line(f"a{character}b") == f"a{character}b"]
    assert len(kept) > 1500
    given = replace(ordinary_mandat(), place=" ".join(kept))
    assert page_count(render_mandat(given)) >= 3
    assert NOT_PRINTABLE.sub("?", "漢😀→") == "???"
    assert "Fait à ?? Lille" in words_of(render_mandat(replace(ordinary_mandat(), place="漢😀 Lille")))


def test_arabic_names_are_printed() -> None:
    assert "مريم" in words_of(render_mandat(replace(ordinary_mandat(), place="مريم"))).replace("\u202b", "")


def test_the_sheet_to_sign_has_boxes_a_duration_and_no_qr(tmp_path: Path) -> None:
    pdf = PAPERS["exemplaire"]()
    printed = words_of(pdf)
    assert "Durée, à partir de l’acceptation 31 jours" in printed
    assert "Dates et heures heure de Paris" in printed
    assert printed.count("Fait à") == 2
    assert "Signature et cachet" in printed
    assert "A consenti" not in printed
    assert qr_codes(pdf, tmp_path) == []
    assert page_count(pdf) == 3


def test_the_volet_holds_the_codes_in_large_type() -> None:
    for name, smallest in (("volet", 14), ("large volet", 14)):
        pdf = PAPERS[name]()
        printed = words_of(pdf)
        for words in (
            "1234 5678 9012 3450",
            "9876 5432 1098 7654",
            "01 99 00 12 34",
            "du lundi au vendredi",
            "le mandat est suspendu tout de suite",
            "apez vous-même l’adresse",
            "mandats.example/usager",
            "GAP7-K3XW-9B",
        ):
            assert words in printed
        assert min(font_sizes(pdf)) >= smallest
    assert max(font_sizes(PAPERS["large volet"]())) > max(font_sizes(PAPERS["volet"]()))
    assert page_count(PAPERS["volet"]()) == page_count(render_volet(volet(longest_text()))) == 1
    assert page_count(render_volet(replace(volet(longest_text()), large=True))) == 2


def test_codes_are_never_in_the_mandat() -> None:
    for pdf in (PAPERS["mandat"](), PAPERS["exemplaire"]()):
        assert "1234 5678 9012" not in words_of(pdf)


@pytest.mark.parametrize("word", ["qualifié", "homologué"])
def test_words_that_we_may_not_use(word: str) -> None:
    for render in PAPERS.values():
        assert word not in words_of(render()).lower()


@pytest.mark.parametrize("large", [False, True])
def test_a_letter_shows_its_address_through_the_window(large: bool, tmp_path: Path) -> None:
    """Windows of 35 and 45 mm, 20 mm from the right and from the foot of a DL envelope (NF D60-001)."""
    pdf = render_letter(replace(letter(), large=large))
    boxes = word_boxes(pdf, tmp_path)
    for word in ("Madame", "Rochefoucauld-Montmorency", "CEDEX"):
        left, top, right, foot = boxes[word]
        assert left >= 100, word
        assert right <= 190, word
        assert (top >= 53, foot <= 80) == (True, True), word


def test_a_letter_s_table_has_one_cell_a_column() -> None:
    table = letter().table
    assert table is not None
    with pytest.raises(ValueError, match="one cell a column"):
        replace(table, rows=(("one",),))


def test_an_address_has_six_lines_at_most() -> None:
    with pytest.raises(ValueError, match="six lines"):
        replace(letter(), recipient=("a",) * 7)


def test_the_certificate_says_what_ended_and_never_why() -> None:
    partly = replace(end_certificate(), standing=("Justice",))
    for words, whole in (
        (words_of(render_end_certificate(one)), not one.standing) for one in (end_certificate(), partly)
    ):
        assert ("Une partie du mandat" in words) is not whole
        assert "22 novembre 2026 à 18 h 04 min 05 s" in words
        assert "heure de Paris" in words
        assert "Logement" in words
        assert "révocation" not in words
