"""Time-stamps: what others read of them, and an authority that is down, slow, false or wrong loses nothing."""

import hashlib
import io
import json
import re
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from aidants.domain.acteur import SYSTEME
from aidants.journal.models import Entree
from mandats.attestation.certificates import read_pem
from mandats.attestation.horodatage import trusting
from mandats.attestation.sceau import gap_of, seal_in, signature_value
from mandats.attestation.sealing_keys import trust_timestamps
from mandats.document import authority
from mandats.registre.models import Document, Horodatage, Mandat
from mandats.registre.papers import produce_document
from mandats.registre.services.documents import stamp_waiting
from tests import builders
from tests.mandats.pdf_readers import qpdf_check
from tests.timestamps import LocalAuthority
from tests.together import at_once


@pytest.fixture
def mandat(db: None, timestamps: LocalAuthority) -> Mandat:
    trust_timestamps(timestamps.root.read_text(), builders.LONG_AGO)
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place)


def made(mandat: Mandat, now: datetime | None = None) -> Document:
    """Return the mandat's PDF, made now."""
    return produce_document(mandat.id, SYSTEME, now or timezone.now())


def token_of(pdf: bytes) -> bytes:
    """Return the time-stamp token of a sealed paper, as a PDF reader finds it."""
    attributes = seal_in(pdf).signer_info["unsigned_attrs"]
    return bytes(attributes[0]["values"][0].dump())


def test_an_authority_that_answers_dates_the_first_version(mandat: Mandat, timestamps: LocalAuthority) -> None:
    document = made(mandat)
    assert document.stamped_at is not None
    assert abs(document.stamped_at - timezone.now()) < timedelta(minutes=1)
    assert (document.version, Document.objects.filter(kind="mandat").count()) == (1, 1)
    assert not Horodatage.objects.exists()
    assert timestamps.asked == 1


def test_what_others_read_of_a_stamped_paper(mandat: Mandat, timestamps: LocalAuthority, tmp_path: Path) -> None:
    pdf = bytes(made(mandat).content)
    now = timezone.now()
    roots, seals = read_pem(timestamps.root.read_text()), builders.sealer().certificates[-1:]
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    status = validate_pdf_signature(signature, trusting(seals, now), trusting(roots, now))
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert list(extract_tst_data_iter(signature.signer_info, signed=False))
    assert "No syntax or stream encoding errors found" in qpdf_check(pdf, tmp_path)
    path = tmp_path / "stamped.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=True).stdout
    assert "Signature Validation: Signature is Valid." in told
    (tmp_path / "token.der").write_bytes(token_of(pdf))
    digest = hashlib.sha256(signature_value(pdf)).hexdigest()
    verify = ["openssl", "ts", "-verify", "-token_in", "-in", str(tmp_path / "token.der"), "-digest", digest]
    run = subprocess.run([*verify, "-CAfile", str(timestamps.root)], capture_output=True, text=True, check=False)
    assert "Verification: OK" in run.stdout + run.stderr


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def _bottom_line(pdf: bytes, roots: Any, now: datetime) -> bool:
    """Ask pyHanko; what it cannot even read is not well."""
    try:
        signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
        seals = builders.sealer().certificates[-1:]
        return bool(validate_pdf_signature(signature, trusting(seals, now), trusting(roots, now)).bottom_line)
    except (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, IndexError):
        return False


def test_others_tell_a_flipped_bit_too(mandat: Mandat, timestamps: LocalAuthority, tmp_path: Path) -> None:
    """In the pages that the seal covers, and in the time-stamp: pyHanko, poppler and openssl each refuse."""
    pdf, path, now = bytes(made(mandat).content), tmp_path / "changed.pdf", timezone.now()
    roots, start = read_pem(timestamps.root.read_text()), gap_of(seal_in(pdf))[0]
    assert _bottom_line(pdf, roots, now)
    streams = [found.end() for found in re.finditer(rb"stream\r?\n", pdf[:start])][::2]
    for place in [at + 10 for at in streams][:: max(1, len(streams) // 6)]:
        path.write_bytes(_flipped(pdf, place))
        assert not _bottom_line(path.read_bytes(), roots, now), place
        told = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" not in told, place

    token, file = token_of(pdf), tmp_path / "token.der"
    digest = hashlib.sha256(signature_value(pdf)).hexdigest()
    verify = ["openssl", "ts", "-verify", "-token_in", "-in", str(file), "-CAfile", str(timestamps.root), "-digest"]
    info = token.index(bytes.fromhex(digest))
    for place in (info, info + 31, info + 40, len(token) - 20):
        file.write_bytes(_flipped(token, place))
        run = subprocess.run([*verify, digest], capture_output=True, text=True, check=False)
        assert run.returncode != 0, place
        assert "Verification: OK" not in run.stdout + run.stderr, place
        at = pdf.index(token.hex().encode()) + 2 * place if token.hex().encode() in pdf else 0
        assert not at or not _bottom_line(_flipped(pdf, at), roots, now), place


@pytest.mark.writes("document:stamp")
def test_an_authority_that_is_down_loses_nothing(mandat: Mandat, timestamps: LocalAuthority) -> None:
    timestamps.up = False
    first = made(mandat)
    assert first.stamped_at is None
    waiting = Horodatage.objects.get()
    assert waiting.document_id == first.id
    now = waiting.next_at
    assert stamp_waiting(now) == 0
    waiting.refresh_from_db()
    assert (waiting.tries, waiting.next_at) == (1, now + timedelta(seconds=10))
    assert stamp_waiting(now + timedelta(seconds=9)) == 0
    waiting.refresh_from_db()
    assert waiting.tries == 1
    timestamps.up = True
    assert stamp_waiting(now + timedelta(seconds=10)) == 1
    assert not Horodatage.objects.exists()
    second = Document.objects.get(kind="mandat", version=2)
    assert second.stamped_at is not None
    kept = Document.objects.get(pk=first.id)
    assert bytes(kept.content) == bytes(first.content)
    start, end = gap_of(seal_in(bytes(first.content)))
    assert bytes(second.content)[:start] == bytes(first.content)[:start]
    assert bytes(second.content)[end:] == bytes(first.content)[end:]
    assert signature_value(bytes(second.content)) == signature_value(bytes(first.content))


def test_each_version_s_digest_stands_in_the_journal(mandat: Mandat, timestamps: LocalAuthority) -> None:
    timestamps.up = False
    made(mandat)
    timestamps.up = True
    stamp_waiting(timezone.now() + timedelta(minutes=1))
    told = Entree.objects.filter(subject_id=mandat.id, event__in=("document:produce", "document:stamp"))
    facts = [json.loads(bytes(entry.body))["facts"]["sha256"] for entry in told.order_by("at", "id")]
    versions = Document.objects.filter(kind="mandat").order_by("version")
    assert facts == [hashlib.sha256(bytes(one.content)).hexdigest() for one in versions]
    assert len(facts) == 2


def test_an_authority_that_nobody_believes_dates_nothing(db: None, timestamps: LocalAuthority) -> None:
    place = builders.structure()
    document = made(builders.mandat(builders.aidant(place), place))
    assert document.stamped_at is None
    assert timestamps.asked == 1
    assert Horodatage.objects.count() == 1


def test_an_authority_whose_clock_is_wrong_dates_nothing(mandat: Mandat) -> None:
    assert made(mandat, timezone.now() + timedelta(minutes=6)).stamped_at is None


@pytest.mark.parametrize("answer", [b"<html>", b"0\x03\x02\x01\x00", b"0\x00", b"\xff" * 70_000])
def test_what_is_no_answer_dates_nothing(mandat: Mandat, timestamps: LocalAuthority, answer: bytes) -> None:
    timestamps.answers = answer
    assert made(mandat).stamped_at is None
    assert Horodatage.objects.count() == 1


def test_an_answer_to_another_question_dates_nothing(
    mandat: Mandat, timestamps: LocalAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = authority.question
    monkeypatch.setattr(authority, "question", lambda data: ask(data + b"!"))
    assert made(mandat).stamped_at is None


def test_a_slow_authority_holds_nobody_up(mandat: Mandat, timestamps: LocalAuthority, settings: Any) -> None:
    settings.TSA_TIMEOUT_SECONDS = 0.2
    timestamps.slow = 2.0
    assert made(mandat).stamped_at is None
    other = builders.mandat(mandat.aidant, mandat.structure)
    timestamps.slow = 0.0
    assert made(other).stamped_at is None, "left alone for a while"
    assert timestamps.asked == 1


def test_the_authority_s_credentials_are_sent(mandat: Mandat, timestamps: LocalAuthority, settings: Any) -> None:
    settings.TSA_LOGIN, settings.TSA_PASSWORD = "service", "secret"
    assert made(mandat).stamped_at is not None
    assert timestamps.logins == ["Basic c2VydmljZTpzZWNyZXQ="]


def test_two_who_make_or_stamp_one_paper_at_once_keep_one(committed_db: str, timestamps: LocalAuthority) -> None:
    trust_timestamps(timestamps.root.read_text(), builders.LONG_AGO)
    place = builders.structure()
    mandat = builders.mandat(builders.aidant(place), place)
    timestamps.up = False
    documents = at_once(*[lambda: made(mandat).id] * 3)
    assert len(set(documents)) == 1
    assert Document.objects.filter(kind="mandat").count() == 1
    timestamps.up = True
    later = timezone.now() + timedelta(minutes=1)
    assert at_once(*[lambda: stamp_waiting(later)] * 3).count(1) == 1
    assert sorted(Document.objects.filter(kind="mandat").values_list("version", flat=True)) == [1, 2]


@pytest.mark.writes("document:produce")
def test_one_paper_costs_so_many_queries(
    mandat: Mandat, query_count: Callable[[int], AbstractContextManager[Any]]
) -> None:
    with query_count(12):
        made(mandat)
