"""The stand-alone verifier: no Django, French answers, exit 0 only when all is well."""

import hashlib
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from mandats.attestation.acte import sign_acte
from mandats.attestation.verify import ALL_IS_WELL, REFUSED, UNREADABLE, main, verify_bytes
from mandats.document.render import render_exemplaire, render_mandat
from tests.domain.actes_examples import ordinary_acte
from tests.mandats.attestation_examples import GOLDEN, golden, golden_keys, throwaway
from tests.mandats.document_examples import exemplaire, ordinary_mandat


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """Return a mandat's PDF whose acte holds the digests of its very texts."""
    given, (key, kid, _) = ordinary_mandat(), throwaway()
    text = replace(
        ordinary_acte().text,
        frozen_sha256=hashlib.sha256(given.text.encode()).hexdigest(),
        summary_sha256=hashlib.sha256(given.summary.encode()).hexdigest(),
    )
    return render_mandat(replace(given, acte=sign_acte(replace(ordinary_acte(), text=text), key, kid)))


def told(data: bytes, jwks: dict[str, object] | None = None) -> tuple[bool, str]:
    report = verify_bytes(data, jwks or throwaway()[2])
    return report.well, "\n".join(report.lines)


def test_an_acte() -> None:
    well, words = told((GOLDEN / "acte-v1.jws").read_bytes(), golden_keys())
    assert well
    assert "Signature exacte : acte GAP7-K3XW-9B" in words
    assert "Logement (demande d’APL) ; Argent - Impôts - Consommation" in words
    assert "22 novembre 2026 à 18 h 04 min 05 s (Europe/Paris)" in words
    assert "Révocation non vérifiée" in words


def test_a_statement_with_or_without_its_address() -> None:
    text = golden("statement-v1.txt")
    for form in (text, text.partition("#")[2]):
        well, words = told(form.encode(), golden_keys())
        assert well
        assert "MD1954" in words


def test_a_pdf(pdf: bytes) -> None:
    well, words = told(pdf)
    assert well
    assert "textes joints au PDF sont ceux qui ont été signés" in words


def repacked(pdf: bytes, **files: bytes | None) -> bytes:
    """Return the PDF with attached files replaced, or removed (None)."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for name, content in files.items():
            full = {"acte": "acte.jws"}.get(name, f"{name}.txt")
            del document.attachments[full]
            if content is not None:
                spec = pikepdf.AttachedFileSpec(document, content, filename=full)  # type: ignore[call-arg]
                document.attachments[full] = spec
        saved = io.BytesIO()
        document.save(saved)
    return saved.getvalue()


def test_a_pdf_whose_text_was_changed(pdf: bytes) -> None:
    text = ordinary_mandat().text.encode()
    for files, words in (
        ({"texte": bytes([text[0] ^ 1]) + text[1:]}, "texte.txt n’est pas le texte qui a été signé"),
        ({"texte": None}, "texte.txt n’est plus joint"),
        ({"resume": b""}, "resume.txt n’est pas le texte"),
        ({"acte": None}, "ne contient pas d’acte"),
        ({"acte": b"\xff"}, "abîmé"),
        ({"acte": golden("acte-v1.jws").encode()}, "n’est pas parmi les clés"),
    ):
        well, said = told(repacked(pdf, **files))
        assert not well
        assert words in said


def test_a_pdf_that_is_no_mandat() -> None:
    well, words = told(render_exemplaire(exemplaire()))
    assert not well
    assert "ne contient pas d’acte" in words
    assert not told(b"%PDF-1.7 rien")[0]


def test_a_flipped_bit_in_the_attached_files_is_told(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        raw = document.attachments["acte.jws"].get_file().obj.read_raw_bytes()
    start = pdf.index(raw)
    for place in range(start, start + len(raw), 53):
        flipped = pdf[:place] + bytes([pdf[place] ^ 4]) + pdf[place + 1 :]
        well, words = told(flipped)
        assert not well
        assert words.startswith("REFUSÉ")


def test_a_flipped_bit_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compact = bytearray((GOLDEN / "acte-v1.jws").read_bytes())
    place = compact.index(b".") + 200
    compact[place] ^= 1
    (tmp_path / "acte.jws").write_bytes(compact)
    assert main([str(tmp_path / "acte.jws"), "--keys", str(GOLDEN / "acte-v1.jwks.json")]) == REFUSED
    assert "le contenu a été modifié" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "keys"),
    [
        ("acte-v1.jws", None),
        ("nowhere.jws", "acte-v1.jwks.json"),
        ("acte-v1.jws", "nowhere.json"),
        ("acte-v1.jws", "acte-v1.jws"),
    ],
)
def test_nothing_to_read(file: str, keys: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(GOLDEN / file), *(["--keys", str(GOLDEN / keys)] if keys else [])]
    assert main(arguments) == UNREADABLE
    assert "Rien n’a pu être vérifié" in capsys.readouterr().err


def test_keys_that_are_no_jwks(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(["x"]))
    assert main([str(GOLDEN / "acte-v1.jws"), "--keys", str(tmp_path / "keys.json")]) == UNREADABLE


def test_stands_alone() -> None:
    """A fresh interpreter verifies, and never imports Django nor what opens a socket to a database."""
    program = (
        "import sys, runpy\n"
        f"sys.argv = ['verify', {str(GOLDEN / 'acte-v1.jws')!r}, '--keys', {str(GOLDEN / 'acte-v1.jwks.json')!r}]\n"
        "try:\n    runpy.run_module('mandats.attestation.verify', run_name='__main__')\n"
        "except SystemExit as end:\n    status = end.code\n"
        "print('FOREIGN', sorted({name.split('.')[0] for name in sys.modules} & {'django', 'psycopg', 'typst'}))\n"
        "sys.exit(status)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={"PYTHONIOENCODING": "utf-8"},
    )
    assert run.returncode == ALL_IS_WELL, run.stderr.decode()
    assert "FOREIGN []" in run.stdout.decode()
