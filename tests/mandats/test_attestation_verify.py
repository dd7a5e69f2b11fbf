"""The stand-alone verifier: no Django, French answers, exit 0 only when all is well."""

import hashlib
import io
import json
import random
import subprocess
import sys
import urllib.request
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography import x509

from mandats.attestation.acte import sign_acte, verify_acte
from mandats.attestation.certificates import read_pem
from mandats.attestation.horodatage import MEDIA_QUERY, question, token_in
from mandats.attestation.sceau import (
    canonical,
    content_of,
    gap_of,
    seal_in,
    seal_pdf,
    signature_value,
    token_in_seal,
    with_timestamp,
)
from mandats.attestation.verify import ALL_IS_WELL, REFUSED, UNREADABLE, main, verify_bytes, verify_scan
from mandats.attestation.verify_pdf import Trust
from mandats.document.render import render_end_certificate, render_exemplaire, render_mandat
from tests import builders
from tests.domain.actes_examples import ordinary_acte
from tests.mandats.attestation_examples import GOLDEN, golden, golden_keys, throwaway
from tests.mandats.document_examples import end_certificate, exemplaire, ordinary_mandat
from tests.timestamps import LocalAuthority


@pytest.fixture(scope="module")
def pdf(local_tsa: LocalAuthority) -> bytes:
    """Return a mandat's PDF, sealed and dated, whose acte holds the digests of its very texts."""
    ROOTS[:] = read_pem(local_tsa.root.read_text())
    sealed = seal_pdf(unsealed(), builders.sealer(), datetime.now(UTC), name="Essais", reason="Mandat")
    return stamped(sealed, local_tsa)


def stamped(sealed: bytes, authority: LocalAuthority) -> bytes:
    """Return a sealed PDF with its time-stamp."""
    asked = question(signature_value(sealed))
    call = urllib.request.Request(authority.url, asked.sent, {"Content-Type": MEDIA_QUERY})
    with urllib.request.urlopen(call) as answer:
        return with_timestamp(sealed, token_in(answer.read(), asked))


ROOTS: list[x509.Certificate] = []


def unsealed() -> bytes:
    """Return the mandat's PDF before its seal."""
    given, (key, kid, _) = ordinary_mandat(), throwaway()
    text = replace(
        ordinary_acte().text,
        frozen_sha256=hashlib.sha256(given.text.encode()).hexdigest(),
        summary_sha256=hashlib.sha256(given.summary.encode()).hexdigest(),
    )
    return render_mandat(replace(given, acte=sign_acte(replace(ordinary_acte(), text=text), key, kid)))


def trust(jwks: dict[str, Any] | None = None) -> Trust:
    """Return whom these tests believe."""
    return Trust(jwks or throwaway()[2], tuple(builders.sealer().certificates[-1:]), tuple(ROOTS))


def told(data: bytes, jwks: dict[str, Any] | None = None) -> tuple[bool, str]:
    report = verify_bytes(data, trust(jwks))
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
        ({"texte": bytes([text[0] ^ 1]) + text[1:]}, "texte.txt : ce n’est pas le texte qui a été signé"),
        ({"texte": None}, "texte.txt : il n’est plus joint"),
        ({"resume": b""}, "resume.txt : ce n’est pas le texte"),
        ({"acte": None}, "acte : acte.jws n’est plus joint"),
        ({"acte": b"\xff"}, "acte : il est illisible"),
        ({"acte": golden("acte-v1.jws").encode()}, "n’est pas parmi les clés"),
    ):
        well, said = told(repacked(pdf, **files))
        assert not well
        assert words in said


def test_a_pdf_that_is_no_mandat() -> None:
    well, words = told(render_exemplaire(exemplaire()))
    assert not well
    assert "acte : acte.jws n’est plus joint" in words
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


def test_a_pdf_without_seal_or_time_stamp_is_not_well(pdf: bytes) -> None:
    assert "sceau : il manque" in told(unsealed())[1]
    sealed = seal_pdf(unsealed(), builders.sealer(), datetime.now(UTC), name="Essais", reason="Mandat")
    well, words = told(sealed)
    assert not well
    assert "horodatage : ce document attend encore le sien" in words


def test_a_certificate_of_end(pdf: bytes, local_tsa: LocalAuthority) -> None:
    paper = render_end_certificate(end_certificate())
    sealed = seal_pdf(paper, builders.sealer(), datetime.now(UTC), name="Essais", reason="Fin")
    well, words = told(stamped(sealed, local_tsa))
    assert well, words
    assert "ne contient pas d’acte" in words


def test_a_seal_or_a_time_stamp_of_strangers_is_told(pdf: bytes) -> None:
    for believed, part in (
        (replace(trust(), seals=trust().timestamps), "sceau : il n’est pas du service"),
        (replace(trust(), timestamps=trust().seals), "horodatage : il n’est pas exact"),
        (Trust(trust().jwks), "horodatage : il n’est pas exact"),
    ):
        report = verify_bytes(pdf, believed)
        assert not report.well
        assert part in report.lines[0]


def test_what_is_added_after_the_seal_is_told(pdf: bytes) -> None:
    assert not told(pdf + b"\n1 0 obj\n<<>>\nendobj\n%%EOF\n")[0]
    assert not told(pdf + b" ")[0]


def test_a_flipped_bit_anywhere_is_told_by_name(pdf: bytes) -> None:
    """Positions drawn over the whole file, then over the signature and its time-stamp alone."""
    dice, seal = random.Random(1), seal_in(pdf)
    start, _ = gap_of(seal)
    size = 2 * len(canonical(content_of(seal), token_in_seal(seal)))
    places = [dice.randrange(len(pdf)) for _ in range(60)] + [start + dice.randrange(size) for _ in range(60)]
    named: Counter[str] = Counter()
    for place in places:
        flipped = pdf[:place] + bytes([pdf[place] ^ (1 << dice.randrange(8))]) + pdf[place + 1 :]
        well, words = told(flipped)
        assert not well, place
        named[words.removeprefix("REFUSÉ : ").partition(" : ")[0]] += 1
    assert named["sceau"]
    assert named["horodatage"]


def test_each_value_that_no_signature_covers_is_held(pdf: bytes) -> None:
    """Versions, digests' names and parameters, letters' case of the hexadecimal: one writing each."""
    seal = seal_in(pdf)
    start, end = gap_of(seal)
    value = bytes.fromhex(pdf[start:end].decode())
    token = token_in_seal(seal)
    assert token is not None
    at = value.index(token)
    changes = [value.index(b"\x02\x01\x01") + 2, value.index(token) + token.index(b"\x02\x01\x03") + 2, len(value) - 1]
    for place in (*changes, *range(at + 24, at + 40)):
        changed = bytearray(value)
        changed[place] ^= 2
        assert not told(pdf[:start] + changed.hex().encode() + pdf[end:])[0], place
    assert not told(pdf[:start] + pdf[start:end].upper() + pdf[end:])[0]


def test_a_scan_against_its_digest_in_the_acte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan, acte = GOLDEN / "scan-v1.png", GOLDEN / "acte-piece_vue-papier.jws"
    keys = ["--keys", str(GOLDEN / "acte-v1-kinds.jwks.json")]
    assert main([str(scan), "--acte", str(acte), *keys]) == ALL_IS_WELL
    content = scan.read_bytes()
    for place in range(0, len(content), max(1, len(content) // 40)):
        (tmp_path / "scan.png").write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert main([str(tmp_path / "scan.png"), "--acte", str(acte), *keys]) == REFUSED
    assert "REFUSÉ : scan : ce n’est pas le fichier" in capsys.readouterr().out
    assert main([str(scan), "--acte", str(GOLDEN / "acte-franceconnect-ecran.jws"), *keys]) == REFUSED
    assert not verify_scan(content, b"nothing", trust()).well


@pytest.mark.parametrize("identity", ["franceconnect", "piece_vue"])
@pytest.mark.parametrize("consent", ["ecran", "papier", "sms"])
def test_golden_actes_of_version_1_verify_for_ever(
    identity: str, consent: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = GOLDEN / f"acte-{identity}-{consent}.jws"
    assert main([str(file), "--keys", str(GOLDEN / "acte-v1-kinds.jwks.json")]) == ALL_IS_WELL
    assert "Signature exacte : acte GAP7-K3XW-9B" in capsys.readouterr().out
    acte = verify_acte(file.read_text().strip(), json.loads((GOLDEN / "acte-v1-kinds.jwks.json").read_text()))
    assert (acte.identity.kind, acte.consentement.kind) == (identity, consent)


def test_the_golden_pdf_verifies_for_ever(capsys: pytest.CaptureFixture[str]) -> None:
    keys = ["--keys", str(GOLDEN / "mandat-v1.confiance.json")]
    assert main([str(GOLDEN / "mandat-v1.pdf"), *keys]) == ALL_IS_WELL
    assert "Sceau exact" in capsys.readouterr().out
    assert main([str(GOLDEN / "mandat-v1.pdf"), "--keys", str(GOLDEN / "acte-v1-kinds.jwks.json")]) == REFUSED


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
